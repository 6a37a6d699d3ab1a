using Consent.Contracts;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>The ledger's store on Azure Cosmos DB: the registry that all replicas change, and what they closed.</summary>
public sealed class CosmosLedgerTests : IAsyncLifetime
{
    private CosmosLedgers _ledgers = null!;
    private CosmosLedgerStore _one = null!;
    private CosmosLedgerStore _other = null!;

    public async ValueTask InitializeAsync()
    {
        _ledgers = await CosmosLedgers.BeginAsync();
        (_one, _other) = (await _ledgers.OpenAsync(), await _ledgers.OpenAsync());
    }

    public ValueTask DisposeAsync()
    {
        _ledgers.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task SubscribersThatComeAtOnce_HaveANumberEach_AndNoneIsLost_WhateverAnswerIs()
    {
        var replaces = 0;
        _ledgers.Store.Faults.Next(Operation.Create, When.After, Fault.Lost);
        _ledgers.Store.Faults.Next(Operation.Replace, When.After, Fault.Status(503), times: 5, only: _ => Interlocked.Increment(ref replaces) % 2 == 1);

        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => CosmosLedgers.RegisterAsync(i % 2 == 0 ? _one : _other, $"s{i}", joined: i)));

        Assert.Equal(0, _ledgers.Store.Faults.Left);
        var all = await _other.RegistryAsync(CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"s{i}").Order(StringComparer.Ordinal), all.Select(s => s.Name));
        Assert.Equal(Enumerable.Range(1, 12), all.Select(s => s.Number).Order());
        Assert.All(all, s => Assert.Equal((s.Joined, Make.Moment), (s.Frontier, s.LastSeen!.Value)));
    }

    [Fact]
    public async Task Announced_Anew_ItSaysOtherThings_AndJoinedOnce()
    {
        await CosmosLedgers.RegisterAsync(_one, "newsletter", joined: 7);
        await _other.RegisterAsync(new SubscriberAnnounced("x", "newsletter", ["note", "other"], true, Make.Moment, ["letters"], Loaded: true), null, 99);

        var known = Assert.Single(await _one.RegistryAsync(CancellationToken.None));

        Assert.Equal((1, 7L, 7L, true, true, Make.Moment), (known.Number, known.Joined, known.Frontier, known.EveryVersion, known.Loaded == true, known.LastSeen!.Value));
        Assert.Equal(["note", "other"], known.Kinds);
        Assert.Equal(["letters"], known.Purposes!);
    }

    /// <summary>The document of all grows with their number: it is not written by each replica for each word of each.</summary>
    [Fact]
    public async Task SeenAMomentAgo_ItIsNotWrittenAgain_UnlessItSaysOtherThings()
    {
        await CosmosLedgers.RegisterAsync(_one, "newsletter", joined: 7);
        _ledgers.Store.CountAnew();
        Task SayAsync(int seconds, params string[] kinds) =>
            _other.RegisterAsync(new SubscriberAnnounced("x", "newsletter", kinds, false, Make.Moment), Make.Moment.AddSeconds(seconds), 9);

        await SayAsync(2, "note");
        Assert.Equal(0, _ledgers.Account.CountOf(Operation.Replace, CosmosLedgers.Order));
        await SayAsync(3, "note", "other");
        await SayAsync(9, "note", "other");

        Assert.Equal(2, _ledgers.Account.CountOf(Operation.Replace, CosmosLedgers.Order));
        var known = Assert.Single(await _one.RegistryAsync(CancellationToken.None));
        Assert.Equal((7L, Make.Moment.AddSeconds(9)), (known.Joined, known.LastSeen!.Value));
        Assert.Equal(["note", "other"], known.Kinds);
    }

    [Fact]
    public async Task Frontier_NeverGoesBack_WhicheverReplicaMovesIt()
    {
        await CosmosLedgers.RegisterAsync(_one, "newsletter");
        await Task.WhenAll(Enumerable.Range(1, 20).Select(i => (i % 2 == 0 ? _one : _other).MoveFrontierAsync(1, i * 10)));
        await _other.MoveFrontierAsync(1, 150);
        await _other.MoveFrontierAsync(2, 1000);

        Assert.Equal(200, Assert.Single(await _one.RegistryAsync(CancellationToken.None)).Frontier);
    }

    [Fact]
    public async Task Retired_AndReadmitted_AtEither_AndNobodyThatDidNotAnnounceItself()
    {
        await CosmosLedgers.RegisterAsync(_one, "newsletter");
        await CosmosLedgers.CloseAsync(_one, "stranger", 1);

        Assert.True(await _other.RetireAsync("newsletter", "replaced", Make.Moment));
        var retired = Assert.Single(await _one.RegistryAsync(CancellationToken.None));
        Assert.Equal(("replaced", Make.Moment), (retired.RetiredBecause!, retired.RetiredAt!.Value));
        Assert.True(await _one.RetireAsync("newsletter", null, Make.Moment));
        Assert.Null(Assert.Single(await _other.RegistryAsync(CancellationToken.None)).RetiredAt);
        Assert.False(await _one.RetireAsync("stranger", "gone", Make.Moment));
        Assert.False(await _one.RetireAsync("nobody", "gone", Make.Moment));
    }

    [Theory]
    [InlineData(0, When.Before)]
    [InlineData(0, When.After)]
    [InlineData(410, When.Before)]
    [InlineData(503, When.After)]
    public async Task Closed_OnceEach_AndAsItWasFirst_WhateverAnswerIsLost(int status, When when)
    {
        await CosmosLedgers.RegisterAsync(_one, "newsletter");
        _ledgers.Store.Faults.Next(Operation.Create, when, status == 0 ? Fault.Lost : Fault.Status(status), times: 3, only: asked => asked.Container == CosmosLedgers.Applied);
        await CosmosLedgers.CloseAsync(_one, "newsletter", 3, 1, 3, 2);
        await _other.CloseAsync("newsletter", [2, 4], Make.Moment.AddHours(1), Make.Moment.AddHours(2));

        Assert.Equal(0, _ledgers.Store.Faults.Left);
        var row = Assert.Single(await _other.ClosedOfAsync(2, CancellationToken.None));
        Assert.Equal((2L, "newsletter", Make.Moment, Make.Moment.AddSeconds(1)), (row.Position, row.Subscriber, row.AppliedAt, row.ClosedAt));
        var told = await CosmosLedgers.AfterAsync(_one, page: 2);
        Assert.Equal([1L, 2L, 3L, 4L], told.Select(r => r.Position).Order());
        Assert.Equal(row with { Sequence = 0 }, told.Single(r => r.Position == 2) with { Sequence = 0 });
    }

    /// <summary>Over several partitions, by points and by queries.</summary>
    [Fact]
    public async Task WhatIsAskedOfManyPositions_IsWhatSqliteAnswers()
    {
        using var folder = new TestFolder();
        using var same = new SqliteLedgerStore(folder.File("ledger.db"), "test");
        var random = new Random(7);
        foreach (var name in (string[])["a", "b.c-d_e"])
        {
            await CosmosLedgers.RegisterAsync(_one, name);
            await CosmosLedgers.RegisterAsync(same, name);
            long[] positions = [.. Enumerable.Range(0, 400).Select(_ => random.NextInt64(1, 1400)), Restored.FloorOf(9) + 1, Restored.FloorOf(9) + 700];
            await CosmosLedgers.CloseAsync(_one, name, positions);
            await CosmosLedgers.CloseAsync(same, name, positions);
        }

        var epoch = Restored.FloorOf(9);
        (long After, long Through)[] ranges = [(0, 500), (511, 512), (512, 1100), (0, 2000), (700, 700), (epoch, epoch + 800)];
        foreach (var subscriber in await same.RegistryAsync(CancellationToken.None))
        {
            var number = (await _other.RegistryAsync(CancellationToken.None)).Single(s => s.Name == subscriber.Name).Number;
            foreach (var (after, through) in ranges)
                Assert.Equal(
                    (await same.ClosedBetweenAsync(subscriber.Number, after, through, CancellationToken.None)).Order(), (await _other.ClosedBetweenAsync(number, after, through, CancellationToken.None)).Order());
            foreach (var some in (int[])[1, 10, 300])
            {
                long[] asked = [.. Enumerable.Range(0, some).Select(_ => random.NextInt64(1, 1400)), Restored.FloorOf(9) + 700];
                Assert.Equal(
                    (await same.ClosedAmongAsync(subscriber.Number, asked, CancellationToken.None)).Order(), (await _other.ClosedAmongAsync(number, asked, CancellationToken.None)).Order());
            }
        }

        Assert.Empty(await _other.ClosedBetweenAsync(77, 0, 10, CancellationToken.None));
        Assert.Empty(await _other.ClosedAmongAsync(77, [1], CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _other.ClosedBetweenAsync(1, 0, Restored.FloorOf(9), CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task OfOneWhoNeverAnnouncedItself_WhatItAppliedIsKnown()
    {
        await CosmosLedgers.CloseAsync(_one, "early", 5);

        Assert.Equal("early", Assert.Single(await _other.ClosedOfAsync(5, CancellationToken.None)).Subscriber);
        Assert.Empty(await _other.RegistryAsync(CancellationToken.None));
        await CosmosLedgers.RegisterAsync(_other, "early", joined: 9);
        var known = Assert.Single(await _one.RegistryAsync(CancellationToken.None));
        Assert.Equal((1, 9L, 9L), (known.Number, known.Joined, known.Frontier));
    }

    [Fact]
    public async Task AReadThatItsCallerEnds_IsEnded()
    {
        await CosmosLedgers.RegisterAsync(_one, "newsletter");
        await CosmosLedgers.CloseAsync(_one, "newsletter", 1);
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _one.ClosedAfterAsync(0, 10, ended.Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _one.ClosedOfAsync(1, ended.Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _one.RegistryAsync(ended.Token).AsTask());
        Assert.Single(await CosmosLedgers.AfterAsync(_one));
    }
}
