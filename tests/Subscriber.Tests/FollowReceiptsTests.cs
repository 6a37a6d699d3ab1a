using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Subscriber.Tests;

/// <summary>Whoever keeps something of every receipt is told of all that is held, and of each change before its writer is answered.</summary>
public sealed class FollowReceiptsTests : IAsyncDisposable
{
    private const string Stream = "11111111111111111111";
    private readonly TemporaryFolder _folder = new();
    private readonly SubscriberStore _store;
    private readonly SubscriberState _state;
    private readonly List<ReceiptChange> _told = [];

    public FollowReceiptsTests()
    {
        _store = new SubscriberStore(_folder.File("followed.db"));
        var clock = new MovedClock(Sample.Start.AddHours(1));
        _state = new SubscriberState(_store, new DeclarationBook(_store, clock), "every site", clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task WhatIsHeldAlready_IsTold_OfWhomItConcerns()
    {
        await Task.WhenAll(Enumerable.Range(1, 1200).Select(n => _state.ApplyAsync(Sample.Receipt(1, Decision.Given, Sample.Address(n)), null, CancellationToken.None)));
        await _state.ApplyAsync(Sample.Receipt(1, Decision.Refused), null, CancellationToken.None);
        Damage(Sample.Address(7));

        await FollowAsync();

        Assert.Equal(Enumerable.Range(1, 1200).Select(Sample.Address), _told.Select(change => change.Subject));
        Assert.All(_told, change => Assert.Equal((Sample.Site, change.Subject == Sample.Address(7)), (change.Site, change.IsUnreadable)));
        Assert.Equal(1199, _told.Count(change => change.Newest?.Purposes["statistics"].Status == Decision.Given));
    }

    [Fact]
    public async Task EachChange_IsTold_BeforeItsWriterIsAnswered_AndNothingElse()
    {
        await FollowAsync();
        var subject = Sample.Address(1);

        await _state.ApplyAsync(Sample.Receipt(2, Decision.Given, subject), Stream, CancellationToken.None);
        Assert.Equal((subject, (long?)2), Last(1));
        await _state.ApplyAsync(Sample.Receipt(1, Decision.Refused, subject), Stream, CancellationToken.None);
        Assert.Equal((subject, (long?)2), Last(1));
        await _state.ApplyAsync(Sample.Receipt(3, Decision.Withdrawn, subject), Stream, CancellationToken.None);
        Assert.Equal((subject, (long?)3), Last(2));
        await _state.EraseAsync(new ConsentErased(RandomId.New(), Sample.Start, Sample.Site, Stream, 1, 4, Sample.Start), CancellationToken.None);
        Assert.Equal((subject, (long?)null), Last(3));
    }

    private Task FollowAsync() => _state.FollowAsync(SubjectId.IsAddress, _told.AddRange, CancellationToken.None);

    private (string Subject, long? Version) Last(int count)
    {
        Assert.Equal(count, _told.Count);
        Assert.False(_told[^1].IsUnreadable);
        return (_told[^1].Subject, _told[^1].Newest?.Version);
    }

    private void Damage(string subject)
    {
        using var file = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.File("followed.db")};Pooling=False");
        file.Open();
        using var command = file.CreateCommand();
        command.CommandText = "UPDATE receipts SET body = x'7B' WHERE subject = $1";
        command.Parameters.AddWithValue("$1", subject);
        Assert.Equal(1, command.ExecuteNonQuery());
    }
}
