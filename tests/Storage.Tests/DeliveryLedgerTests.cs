using Consent.Tests.Support;

namespace Consent.Storage.Tests;

public sealed class DeliveryLedgerTests
{
    [Fact]
    public async Task Record_BeforeItIsPublished_IsOpenForEachSubscriberThatWantsItsKind()
    {
        using var h = new LedgerHarness();
        await h.AnnounceAsync("newsletter");
        await h.AnnounceAsync("analytics", kinds: ["note", "other"]);
        await h.AnnounceAsync("elsewhere", kinds: ["other"]);
        h.Transport.Fails = _ => true;
        await h.AppendAsync("a", 1, "a1");
        await h.AppendAsync("s", 1, "s1", kind: "secret");

        await Assert.ThrowsAnyAsync<Exception>(h.RelayAllAsync);

        Assert.Equal("a1>analytics a1>newsletter", await h.StateAsync("a1", "s1"));
    }

    [Fact]
    public async Task Applied_ClosesItsOwnDelivery_AndARepeatChangesNothing()
    {
        using var h = new LedgerHarness();
        await h.AnnounceAsync("newsletter");
        await h.AnnounceAsync("analytics");
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();

        Assert.True(await h.ApplyAsync("newsletter", "a1"));
        var closed = Assert.Single(await h.Ledger.DeliveriesOfAsync(await h.IdAsync("a1")), d => d.ClosedAt is not null);
        h.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await h.ApplyAsync("newsletter", "a1"));

        Assert.Equal("a1>analytics a1>newsletter!", await h.StateAsync("a1"));
        Assert.Equal(closed, Assert.Single(await h.Ledger.DeliveriesOfAsync(await h.IdAsync("a1")), d => d.ClosedAt is not null));
        Assert.Single(await h.Ledger.ClosedAfterAsync(0, 10));
    }

    [Fact]
    public async Task Applied_SupersedesOlderVersionsOfTheStream_ForThatSubscriberOnly()
    {
        using var h = new LedgerHarness();
        await h.AnnounceAsync("newsletter");
        await h.AnnounceAsync("audit", everyVersion: true);
        for (var v = 1; v <= 3; v++) await h.AppendAsync("a", v, $"a{v}");
        await h.AppendAsync("b", 1, "b1");
        await h.RelayAllAsync();

        await h.ApplyAsync("newsletter", "a2");
        await h.ApplyAsync("audit", "a2");

        Assert.Equal(
            "a1>audit a1>newsletter<a2 a2>audit! a2>newsletter! a3>audit a3>newsletter b1>audit b1>newsletter",
            await h.StateAsync("a1", "a2", "a3", "b1"));

        // What comes late of the superseded one opens and closes nothing more.
        await h.ApplyAsync("newsletter", "a1");
        Assert.Equal("a1>audit a1>newsletter<a2", await h.StateAsync("a1"));
    }

    [Fact]
    public async Task Applied_WhereEachRecordSaysSomethingOfItsOwn_SupersedesNothing()
    {
        using var h = new LedgerHarness(newestSuffices: false);
        await h.AnnounceAsync("newsletter");
        await h.AppendAsync("a", 1, "a1");
        await h.AppendAsync("a", 2, "a2");
        await h.RelayAllAsync();

        await h.ApplyAsync("newsletter", "a2");

        Assert.Equal("a1>newsletter a2>newsletter!", await h.StateAsync("a1", "a2"));
    }

    [Fact]
    public async Task Applied_OfARecordThatTheLogDoesNotHave_IsCountedAndKeptNowhere()
    {
        using var unknown = new Measured(StorageMetrics.MeterName, "consent.ledger.unknown", "store", "pub");
        using var h = new LedgerHarness();
        await h.AnnounceAsync("newsletter");

        Assert.False(await h.ApplyAsync("newsletter", "never-existed"));

        Assert.True(unknown.Sum >= 1);
        Assert.Empty(await h.Ledger.ClosedAfterAsync(0, 10));
        Assert.Empty(await h.Ledger.DeliveriesOfAsync("never-existed"));
    }

    [Fact]
    public async Task ClosedAfter_TellsAllInTheOrderOfClosing_PageByPage_AcrossARestart()
    {
        using var h = new LedgerHarness();
        await h.AnnounceAsync("newsletter");
        for (var i = 1; i <= 5; i++) await h.AppendAsync($"s{i}", 1, $"r{i}");
        await h.RelayAllAsync();
        foreach (var id in new[] { "r3", "r1", "r5" }) await h.ApplyAsync("newsletter", id);
        h.ReopenLedger();
        foreach (var id in new[] { "r2", "r4" }) await h.ApplyAsync("newsletter", id);

        var told = new List<string>();
        long after = 0;
        while (await h.Ledger.ClosedAfterAsync(after, 2) is { Count: > 0 } page)
        {
            foreach (var closed in page) told.Add((await h.Log.FindByIdAsync(closed.Applied.RecordId))!.Alias());
            after = page[^1].Sequence;
        }

        Assert.Equal(["r3", "r1", "r5", "r2", "r4"], told);
        var first = (await h.Ledger.ClosedAfterAsync(0, 1))[0].Applied;
        Assert.Equal(("newsletter", "pub", $"{await h.IdAsync("r3")}.newsletter"), (first.Subscriber, first.Source, first.Id));
    }

    [Fact]
    public async Task LateSubscriber_IsOwedTheNewestOfEachStream_AndEveryVersionIfItSaysSo()
    {
        using var h = new LedgerHarness();
        await h.AppendAsync("a", 1, "a1");
        await h.AppendAsync("a", 2, "a2");
        await h.AppendAsync("b", 1, "b1");
        await h.AppendAsync("s", 1, "s1", kind: "secret");
        await h.RelayAllAsync();

        await h.AnnounceAsync("newsletter");
        await h.AnnounceAsync("audit", everyVersion: true);
        await h.RedeliverAsync();

        Assert.Equal("a1>audit a2>audit a2>newsletter b1>audit b1>newsletter", await h.StateAsync("a1", "a2", "b1", "s1"));
        // Of one stream, one at a time: audit gets a2 after it applied a1.
        Assert.Equal(["a1@audit", "a2@newsletter", "b1@audit", "b1@newsletter"], h.Transport.Sent.Where(s => s.Contains('@')).Order());
        await h.ApplyAsync("audit", "a1");
        await h.RedeliverAsync();
        Assert.Equal("a2@audit", h.Transport.Sent[^1]);
    }

    [Fact]
    public async Task LateSubscriber_GetsWhatIsPublishedMeanwhile_Once()
    {
        using var h = new LedgerHarness();
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();
        await h.AnnounceAsync("audit", everyVersion: true);
        await h.AppendAsync("a", 2, "a2");
        await h.RelayAllAsync();

        await h.RedeliverAsync();
        await h.ApplyAsync("audit", "a2");
        await h.RedeliverAsync();

        Assert.Equal("a1>audit a2>audit!", await h.StateAsync("a1", "a2"));
        Assert.Equal(["a1", "a2", "a1@audit"], h.Transport.Sent);
    }

    [Fact]
    public async Task LateSubscriber_IsNotOwedWhatItAppliedBeforeItAnnouncedItself()
    {
        using var h = new LedgerHarness();
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();
        await h.ApplyAsync("newsletter", "a1");

        await h.AnnounceAsync("newsletter");
        await h.RedeliverAsync();

        Assert.Equal("a1>newsletter!", await h.StateAsync("a1"));
        Assert.Equal(["a1"], h.Transport.Sent);
    }

    [Fact]
    public async Task Subscriber_ThatWantsMoreKinds_IsOwedTheEarlierOnesOfThem()
    {
        using var h = new LedgerHarness();
        await h.AnnounceAsync("newsletter");
        await h.AppendAsync("a", 1, "a1");
        await h.AppendAsync("b", 1, "b1", kind: "other");
        await h.RelayAllAsync();
        await h.ApplyAsync("newsletter", "a1");

        await h.AnnounceAsync("newsletter", kinds: ["note", "other"]);
        await h.RedeliverAsync();

        Assert.Equal("a1>newsletter! b1>newsletter", await h.StateAsync("a1", "b1"));
    }

    [Fact]
    public async Task Service_IsNoSubscriberOfItsOwnLog()
    {
        using var h = new LedgerHarness();
        await h.AnnounceAsync("pub");
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();

        Assert.Empty(await h.Ledger.SubscribersAsync());
        Assert.Empty(await h.Ledger.DeliveriesOfAsync(await h.IdAsync("a1")));
    }

    [Fact]
    public async Task Subscribers_TellWhatIsOpenAndSinceWhen()
    {
        using var h = new LedgerHarness();
        await h.AnnounceAsync("newsletter");
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();
        var opened = h.Time.GetUtcNow();
        h.Time.Advance(TimeSpan.FromSeconds(90));
        await h.AppendAsync("b", 1, "b1");
        await h.RelayAllAsync();
        await h.AnnounceAsync("newsletter");

        var status = Assert.Single(await h.Ledger.SubscribersAsync());

        Assert.Equal(("newsletter", 2L, opened, h.Time.GetUtcNow()), (status.Name, status.Open, status.OldestOpen!.Value, status.LastSeen));
        Assert.Equal(["note"], status.Kinds);
    }
}
