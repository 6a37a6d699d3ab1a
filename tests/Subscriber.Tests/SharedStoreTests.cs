using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Subscriber.Tests;

/// <summary>The tables that replicas share: what is written at once, what is read while it is written, and for whom connections are kept.</summary>
[Collection(OnPostgres.Name)]
public sealed class SharedStoreTests(OnePostgres postgres) : IDisposable
{
    private readonly TestData _data = TestData.On(postgres);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task TwoWriteAtOnce_NoPlaceAppearsBehindOneThatWasRead()
    {
        await using var one = _data.Open(OneSubscriber.Name);
        await using var other = _data.Open(OneSubscriber.Name);
        var told = new List<ReceiptChange>();
        await one.FollowAsync(_ => true, told.AddRange, Cancel);
        using var goOn = new ManualResetEventSlim();
        var hasPlace = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var first = one.WriteAsync(
            writer =>
            {
                writer.Keep(Sample.Receipt(1, Decision.Given, Sample.Address(1)), Pages.First);
                hasPlace.TrySetResult();
                return goOn.Wait(TimeSpan.FromSeconds(60), Cancel);
            },
            Cancel);
        await hasPlace.Task;
        var second = other.WriteAsync(writer => writer.Keep(Sample.Receipt(1, Decision.Given, Sample.Address(2)), Pages.Second), Cancel);
        await Eventually.IsSoAsync("the second waits, or does not", () => Task.FromResult(second.IsCompleted || _data.Execute(
            "SELECT true FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") is true));
        Assert.True(await one.CatchUpAsync(Cancel));
        goOn.Set();
        Assert.True(await first);
        Assert.True(await second);

        Assert.True(await one.CatchUpAsync(Cancel));
        Assert.Equal([Sample.Address(1), Sample.Address(2)], told.Select(change => change.Subject));
    }

    [Fact]
    public async Task WhatAComparisonSweeps_IsFoundWithoutReadingAll()
    {
        await using var store = _data.Open(OneSubscriber.Name);
        Fill(2000);
        _data.Execute("INSERT INTO receipts (site, subject, epoch, version, body, stream) VALUES ('bakery', 'x', 1, 1, '', 'not a hash'), ('bakery', 'y', 1, 1, '', NULL)");
        _data.Execute("INSERT INTO tombstones (stream, epoch, version) VALUES ('11111111111111111111', 1, 9)");

        var (read, swept) = await store.WriteAsync(
            writer =>
            {
                var before = Scans(writer);
                var gone = writer.Sweep() + writer.SweepUnnamed();
                return (Scans(writer) - before, gone);
            },
            Cancel);

        Assert.Equal((0L, 3), (read, swept));
        Assert.Equal(2000L, _data.Execute("SELECT count(*) FROM receipts"));
    }

    [Fact]
    public async Task DeletedWhileTheFirstReadingTakesLong_IsToldThoughItsNameIsGoneBeforeTheEnd()
    {
        await using var store = _data.Open(OneSubscriber.Name);
        Fill(1600);
        var (pages, told) = (0, new List<ReceiptChange>());

        await store.FollowAsync(
            _ => true,
            changes =>
            {
                told.AddRange(changes);
                // A person who was told of is erased; and what is left of that goes, as two minutes later, while there are rows to be read still.
                if (++pages == 1) _data.Execute($"DELETE FROM receipts WHERE subject = '{changes[0].Subject}'");
                if (pages == 2) _data.Execute("UPDATE horizon SET seq = (SELECT max(seq) FROM gone); DELETE FROM gone");
            },
            Cancel);

        Assert.Equal(1601, told.Count);
        Assert.Equal((false, (Receipt?)null), told.Where(change => change.Subject == told[0].Subject).Select(change => (change.IsUnreadable, change.Newest)).Last());
        Assert.True(await store.CatchUpAsync(Cancel));
        Assert.Equal(1601, told.Count);
    }

    [Fact]
    public async Task ReadersTakeAllTheirConnections_ReadinessAndWritingDoNotWaitForThem()
    {
        await using var store = new PostgresSubscriberStore(_data.Postgres + ";Maximum Pool Size=1", OneSubscriber.Name, TimeProvider.System);
        await store.WriteAsync(writer => writer.Keep(Sample.Receipt(1, Decision.Given), Pages.First), Cancel);
        await using var rows = store.BetweenAsync("", LoadSnapshot.End, Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await rows.MoveNextAsync());

        await store.CheckAsync(Cancel);
        Assert.True(await store.Others!.IsMineAsync(Cancel));
        Assert.True(await store.WriteAsync(writer => writer.Keep(Sample.Receipt(2, Decision.Given), Pages.First), Cancel));
    }

    [Fact]
    public async Task WhoIsCutOff_WhileMuchIsSentToHim_LosesHisLockWithinSeconds()
    {
        await using var store = _data.Open(OneSubscriber.Name);

        Assert.Equal(["10000"], await store.WriteAsync(writer => writer.List("SHOW tcp_user_timeout", r => r.GetString(0)), Cancel));
    }

    /// <summary>Unreadable ones: what is in them does not matter.</summary>
    private void Fill(int receipts) => _data.Execute(
        $"""
        INSERT INTO receipts (site, subject, epoch, version, body, stream)
        SELECT 'bakery', 'a1-' || lpad(to_hex(n), 64, '0'), 1, 1, ''::bytea, lpad(to_hex(n), 20, '0') FROM generate_series(1, {receipts}) AS n
        """);

    /// <summary>How often a table was read as a whole by this connection.</summary>
    private static long Scans(SubscriberWriter writer) => writer.List(
        "SELECT pg_stat_get_xact_numscans('receipts'::regclass) + pg_stat_get_xact_numscans('tombstones'::regclass)", r => r.GetInt64(0))[0];
}
