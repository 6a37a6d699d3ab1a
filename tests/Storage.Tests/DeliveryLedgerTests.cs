using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Storage.Tests;

/// <summary>The same on each engine, and over a log that tells places in the feed alone.</summary>
public abstract class DeliveryLedgerTests
{
    private protected abstract LedgerHarness Harness(bool newestSuffices = true, RelayOptions? options = null);

    [Fact]
    public async Task Record_BeforeItIsPublished_IsOpenForEachSubscriberThatWantsItsKind()
    {
        using var h = Harness();
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
        using var h = Harness();
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
        using var h = Harness();
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

        // What comes late of the superseded one is its own word.
        await h.ApplyAsync("newsletter", "a1");
        Assert.Equal("a1>audit a1>newsletter!", await h.StateAsync("a1"));
    }

    [Fact]
    public async Task Applied_WhereEachRecordSaysSomethingOfItsOwn_SupersedesNothing()
    {
        using var h = Harness(newestSuffices: false);
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
        using var h = Harness();
        await h.AnnounceAsync("newsletter");

        Assert.False(await h.ApplyAsync("newsletter", "never-existed"));

        Assert.True(unknown.Sum >= 1);
        Assert.Empty(await h.Ledger.ClosedAfterAsync(0, 10));
        Assert.Empty(await h.Ledger.DeliveriesOfAsync("never-existed"));
    }

    [Fact]
    public async Task ClosedAfter_TellsAllInTheOrderOfClosing_PageByPage_AcrossARestart()
    {
        using var h = Harness();
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
            foreach (var closed in page) told.Add((await h.Log.FindByIdAsync(closed.Applied!.RecordId))!.Alias());
            after = page[^1].Sequence;
        }

        Assert.Equal(["r3", "r1", "r5", "r2", "r4"], told);
        var first = (await h.Ledger.ClosedAfterAsync(0, 1))[0].Applied!;
        Assert.Equal(("newsletter", "pub", $"{await h.IdAsync("r3")}.newsletter"), (first.Subscriber, first.Source, first.Id));
    }

    [Fact]
    public async Task Applied_ToldTogether_ClosesEach_AndWhatIsUnknownAmongThemIsCountedAlone()
    {
        using var unknown = new Measured(StorageMetrics.MeterName, "consent.ledger.unknown", "store", "pub");
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        for (var i = 1; i <= 3; i++) await h.AppendAsync($"s{i}", 1, $"r{i}");
        await h.RelayAllAsync();

        Assert.True(await h.Ledger.CloseAsync(ConsentApplied.By(
            "newsletter", "pub", await h.IdAsync("r1"), h.Time.Now(), [await h.IdAsync("r3"), .. Enumerable.Range(0, 7).Select(_ => RandomId.New()), await h.IdAsync("r1")])));

        Assert.Equal("r1>newsletter! r2>newsletter r3>newsletter!", await h.StateAsync("r1", "r2", "r3"));
        // Of this one message; other tests count theirs meanwhile.
        Assert.True(unknown.Saw(7));
    }

    [Fact]
    public async Task LateSubscriber_IsOwedWhatIsPublishedFromThenOn_AndLoadsTheRestByItself()
    {
        using var h = Harness();
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();

        await h.AnnounceAsync("newsletter");
        await h.AppendAsync("a", 2, "a2");
        await h.RelayAllAsync();

        Assert.Equal("a1>newsletter(earlier) a2>newsletter", await h.StateAsync("a1", "a2"));
        Assert.Equal(1, Assert.Single(await h.Ledger.SubscribersAsync()).Open);
        // Announced again, it did not come again.
        h.ReopenLedger();
        h.Time.Advance(TimeSpan.FromSeconds(11));
        await h.AnnounceAsync("newsletter");
        Assert.Equal("a1>newsletter(earlier) a2>newsletter", await h.StateAsync("a1", "a2"));
    }

    [Fact]
    public async Task LateSubscriber_WhoAppliedSomethingBeforeItAnnouncedItself_IsOwedWhatItDidNot()
    {
        using var h = Harness();
        await h.AppendAsync("a", 1, "a1");
        await h.AppendAsync("b", 1, "b1");
        await h.RelayAllAsync();
        await h.ApplyAsync("newsletter", "a1");

        await h.AnnounceAsync("newsletter");

        Assert.Equal("a1>newsletter! b1>newsletter(earlier)", await h.StateAsync("a1", "b1"));
    }

    [Fact]
    public async Task Subscriber_IsConcernedByWhatNamesItsPurposes()
    {
        using var h = Harness();
        await h.AnnounceForAsync("newsletter", "letters");
        await h.AppendAsync("letters/a", 1, "a1");
        await h.AppendAsync("hits/b", 1, "b1");
        await h.RelayAllAsync();

        Assert.Equal("a1>newsletter", await h.StateAsync("a1", "b1"));
        Assert.Equal(1, Assert.Single(await h.Ledger.SubscribersAsync()).Open);
    }

    [Fact]
    public async Task DeclaredSubscriber_IsOwedWhatIsPublishedBeforeItWasEverSeen()
    {
        using var h = Harness();
        await h.Ledger.DeclareAsync(new SubscriberAnnounced("x", "newsletter", ["note"], false, h.Time.Now()));
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();
        var declared = Assert.Single(await h.Ledger.SubscribersAsync());
        await h.AnnounceAsync("newsletter");

        Assert.Equal(((DateTimeOffset?)null, 1), (declared.LastSeen, declared.Open));
        Assert.Equal("a1>newsletter", await h.StateAsync("a1"));
        Assert.NotNull(Assert.Single(await h.Ledger.SubscribersAsync()).LastSeen);
    }

    [Fact]
    public async Task RetiredSubscriber_IsOwedNothing_TheLogTellsWhyAndWho_AndReadmittedItIsOwedAllThatIsOpen()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();

        Assert.True(await h.Retire.RunAsync("newsletter", "replaced by letters", "operator-7", CancellationToken.None));
        await h.RelayAllAsync();
        // It still runs, and says so.
        h.Time.Advance(TimeSpan.FromSeconds(60));
        await h.AnnounceAsync("newsletter", kinds: ["note", "other"]);
        await h.RedeliverAsync();

        Assert.Equal("a1>newsletter(retired)", await h.StateAsync("a1"));
        var status = Assert.Single(await h.Ledger.SubscribersAsync());
        Assert.Equal((0, "replaced by letters", true), (status.Open, status.RetiredBecause, status.RetiredAt is not null));
        var told = ContractJson.Read<SubscriberRetired>(h.Transport.Events[^1].Body.Span);
        Assert.Equal(("pub", "newsletter", "replaced by letters", "operator-7"), (told.Source, told.Subscriber, told.Reason, told.By));

        Assert.True(await h.Retire.RunAsync("newsletter", null, "operator-7", CancellationToken.None));
        await h.AnnounceAsync("newsletter");
        h.Transport.Forget();
        await h.RedeliverAsync();
        Assert.Equal("a1>newsletter", await h.StateAsync("a1"));
        Assert.Equal(["a1@newsletter"], h.Transport.Sent);
        Assert.False(await h.Retire.RunAsync("nobody", "gone", "operator-7", CancellationToken.None));
    }

    [Fact]
    public async Task Service_IsNoSubscriberOfItsOwnLog()
    {
        using var h = Harness();
        await h.AnnounceAsync("pub");
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();

        Assert.Empty(await h.Ledger.SubscribersAsync());
        Assert.Empty(await h.Ledger.DeliveriesOfAsync(await h.IdAsync("a1")));
    }

    [Fact]
    public async Task Subscribers_TellWhatIsOpenAndSinceWhen()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        var first = await h.AppendAsync("a", 1, "a1");
        await h.AppendAsync("b", 1, "b1");
        await h.AppendAsync("b", 2, "b2");
        await h.RelayAllAsync();
        h.Time.Advance(TimeSpan.FromSeconds(90));
        await h.AnnounceAsync("newsletter");

        var status = Assert.Single(await h.Ledger.SubscribersAsync());

        // Of b the newest alone: it closes the one before.
        Assert.Equal(("newsletter", 2, first.RecordedAt, h.Time.Now()), (status.Name, status.Open, status.OldestOpen!.Value, status.LastSeen!.Value));
        Assert.Equal(["note"], status.Kinds);
        await h.ApplyAsync("newsletter", "a1");
        await h.ApplyAsync("newsletter", "b2");
        Assert.Equal((0, (DateTimeOffset?)null), Assert.Single(await h.Ledger.SubscribersAsync()) is var s ? (s.Open, s.OldestOpen) : default);
    }
}

public sealed class DeliveryLedgerOnSqlite : DeliveryLedgerTests
{
    private protected override LedgerHarness Harness(bool newestSuffices = true, RelayOptions? options = null) => new(null, newestSuffices, options);
}

public sealed class DeliveryLedgerPlacedLate : DeliveryLedgerTests
{
    private protected override LedgerHarness Harness(bool newestSuffices = true, RelayOptions? options = null) => LedgerHarness.On(LedgerEngine.PlacedLate(), newestSuffices, options);

    [Fact]
    public async Task Deliveries_OfARecordThatNobodyHasReadInTheFeed_AreOpen_AndNotEarlier()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter");

        var record = await h.AppendAsync("a", 1, "a1");

        Assert.False(record.IsPlaced);
        Assert.Equal("open", Assert.Single(await h.Ledger.DeliveriesOfAsync(record.Id)).State);
    }
}

[Collection(PostgresTests.Name)]
public sealed class DeliveryLedgerOnPostgres(OnePostgres postgres) : DeliveryLedgerTests
{
    private protected override LedgerHarness Harness(bool newestSuffices = true, RelayOptions? options = null) =>
        new(postgres.Server.CreateDatabaseAsync().GetAwaiter().GetResult(), newestSuffices, options);
}
