using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Subscriber.Tests;

/// <summary>Whoever keeps something of every receipt is told of all that is held, and of each change: in a file before its writer is answered, on PostgreSQL when he asks.</summary>
public abstract class FollowReceiptsTests : IAsyncDisposable
{
    private const string Stream = "11111111111111111111";
    private readonly TestData _data;
    private readonly ISubscriberStore _store;
    private readonly SubscriberState _state;
    private readonly List<ReceiptChange> _told = [];

    protected FollowReceiptsTests(TestData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        (_data, _store) = (data, data.Open("followed"));
        var clock = new MovedClock(Sample.Start.AddHours(1));
        _state = new SubscriberState(_store, new DeclarationBook(_store, clock), () => "every site", clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task WhatIsHeldAlready_IsTold_OfWhomItConcerns()
    {
        await Task.WhenAll(Enumerable.Range(1, 1200).Select(n => _state.ApplyAsync(Sample.Receipt(1, Decision.Given, Sample.Address(n)), null, CancellationToken.None)));
        await _state.ApplyAsync(Sample.Receipt(1, Decision.Refused), null, CancellationToken.None);
        Damage(Sample.Address(7));

        await FollowAsync();

        Assert.Equal(Enumerable.Range(1, 1200).Select(Sample.Address), _told.Select(change => change.Subject).Order(StringComparer.Ordinal));
        Assert.All(_told, change => Assert.Equal((Sample.Site, change.Subject == Sample.Address(7)), (change.Site, change.IsUnreadable)));
        Assert.Equal(1199, _told.Count(change => change.Newest?.Purposes["statistics"].Status == Decision.Given));
    }

    [Fact]
    public async Task EachChange_IsTold_AndNothingElse()
    {
        await FollowAsync();
        var subject = Sample.Address(1);

        await _state.ApplyAsync(Sample.Receipt(2, Decision.Given, subject), Stream, CancellationToken.None);
        Assert.Equal((subject, (long?)2), await LastAsync(1));
        await _state.ApplyAsync(Sample.Receipt(1, Decision.Refused, subject), Stream, CancellationToken.None);
        Assert.Equal((subject, (long?)2), await LastAsync(1));
        await _state.ApplyAsync(Sample.Receipt(3, Decision.Withdrawn, subject), Stream, CancellationToken.None);
        Assert.Equal((subject, (long?)3), await LastAsync(2));
        await _state.EraseAsync(new ConsentErased(RandomId.New(), Sample.Start, Sample.Site, Stream, 1, 4, Sample.Start), CancellationToken.None);
        Assert.Equal((subject, (long?)null), await LastAsync(3));
    }

    private Task FollowAsync() => _state.FollowAsync(SubjectId.IsAddress, _told.AddRange, CancellationToken.None);

    private async Task<(string Subject, long? Version)> LastAsync(int count)
    {
        // In a file everything was told already.
        if (_store.Others is not null) Assert.True(await _state.CatchUpAsync(CancellationToken.None));
        Assert.Equal(count, _told.Count);
        Assert.False(_told[^1].IsUnreadable);
        return (_told[^1].Subject, _told[^1].Newest?.Version);
    }

    private void Damage(string subject) => _data.Execute(
        $"UPDATE receipts SET body = {(_data.Postgres is null ? "x'7B'" : "'\\x7B'::bytea")} WHERE subject = '{subject}'", "followed");
}
