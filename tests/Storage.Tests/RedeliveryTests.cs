using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Storage.Tests;

/// <summary>The same on both engines.</summary>
public abstract partial class RedeliveryTests
{
    private protected abstract LedgerHarness Harness(bool newestSuffices = true, RelayOptions? options = null);

    [Fact]
    public async Task OpenDelivery_IsSentAgainAfterItsTime_ToThatSubscriberAlone_UntilApplied()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        await h.AnnounceAsync("analytics");
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();
        await h.ApplyAsync("analytics", "a1");
        h.Transport.Forget();

        await Later(h, 29, "newsletter");
        Assert.Empty(h.Transport.Sent);
        await Later(h, 1, "newsletter");
        Assert.Equal(["a1@newsletter"], h.Transport.Sent);

        await h.ApplyAsync("newsletter", "a1");
        await Later(h, 3600, "newsletter");
        Assert.Equal(["a1@newsletter"], h.Transport.Sent);
    }

    [Fact]
    public async Task OpenDelivery_OfASubscriberThatIsAway_WaitsForItToAnnounceItself()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();
        h.Transport.Forget();

        // 30 seconds, and the 10 to which it is noted when a subscriber was seen.
        h.Time.Advance(TimeSpan.FromSeconds(41));
        await h.RedeliverAsync();
        Assert.Empty(h.Transport.Sent);

        await Later(h, 0, "newsletter");
        Assert.Equal(["a1@newsletter"], h.Transport.Sent);
    }

    [Fact]
    public async Task OpenDelivery_AfterARestart_CountsFromWhenItWasOpened()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();
        h.Transport.Forget();
        h.Time.Advance(TimeSpan.FromSeconds(20));
        h.ReopenLedger();
        await h.RelayAllAsync();

        await Later(h, 10, "newsletter");

        Assert.Equal(["a1@newsletter"], h.Transport.Sent);
    }

    [Fact]
    public async Task OpenDeliveries_OfOneStream_AreSentOneAtATime_TheNewestWhereItSuffices()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        await h.AnnounceAsync("audit", everyVersion: true);
        for (var v = 1; v <= 3; v++) await h.AppendAsync("a", v, $"a{v}");
        await h.RelayAllAsync();
        h.Transport.Forget();

        await Later(h, 30, "newsletter", "audit");
        Assert.Equal(["a1@audit", "a3@newsletter"], h.Transport.Sent.Order());

        await h.ApplyAsync("audit", "a1");
        await h.ApplyAsync("newsletter", "a3");
        h.Transport.Forget();
        await h.RedeliverAsync();
        Assert.Equal(["a2@audit"], h.Transport.Sent);
    }

    [Fact]
    public async Task OpenDelivery_ThatIsNeverApplied_IsSentEverMoreRarely_ButForEver()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();
        h.Transport.Forget();
        var start = h.Time.GetUtcNow();
        var sentAt = new List<double>();

        while (h.Time.GetUtcNow() - start < TimeSpan.FromHours(2))
        {
            var before = h.Transport.Sent.Length;
            await Later(h, 5, "newsletter");
            if (h.Transport.Sent.Length > before) sentAt.Add((h.Time.GetUtcNow() - start).TotalSeconds);
        }

        var pauses = sentAt.Zip(sentAt.Skip(1), (a, b) => b - a).ToList();
        Assert.Equal(30, sentAt[0]);
        Assert.InRange(pauses[0], 30, 65);
        Assert.All(pauses, p => Assert.InRange(p, 30, 605));
        Assert.InRange(pauses[^1], 300, 605);
        Assert.All(h.Transport.Sent, s => Assert.Equal("a1@newsletter", s));
    }

    [Fact]
    public async Task SubscriberWhoseQueueIsNotThere_HindersNoOther_AndItsOtherRecordsComeThrough()
    {
        using var h = Harness();
        await h.AnnounceAsync("broken");
        await h.AnnounceAsync("newsletter");
        for (var i = 1; i <= 150; i++) await h.AppendAsync($"s{i}", 1, $"r{i}");
        await h.RelayAllAsync();
        h.Transport.Forget();
        h.Transport.Fails = events => events.Any(e => e.Service == "broken" && Make.AliasIn(e.Body) == "r1");

        await Later(h, 30, "newsletter", "broken");
        Assert.Equal(150, h.Transport.Sent.Count(s => s.EndsWith("@newsletter", StringComparison.Ordinal)));
        await Later(h, 1, "broken");
        // All but the batch in which it is: of 100, or of the 50 that are left.
        Assert.Contains(h.Transport.Sent.Count(s => s.EndsWith("@broken", StringComparison.Ordinal)), new[] { 50, 100 });

        h.Transport.Fails = _ => false;
        await Later(h, 60, "broken");
        Assert.Contains("r1@broken", h.Transport.Sent);
    }

    [Fact]
    public async Task SubscriberThatLags_IsNotBuriedUnderCopies_AndGetsThemFasterAsSoonAsItFollows()
    {
        const int records = 1200;
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        for (var i = 1; i <= records; i++) await h.AppendAsync($"s{i}", 1, $"r{i}");
        var ids = (await h.Log.WholeFeedAsync(1000)).ToDictionary(r => r.Alias(), r => r.Id);
        await h.RelayAllAsync();
        h.Transport.Forget();

        // Ten minutes in which it applies nothing.
        for (var i = 0; i < 20; i++) await Later(h, 30, "newsletter");
        var buried = h.Transport.Sent.Length;
        Assert.InRange(buried, 500, 3 * records);

        // It applies what it was sent, at each look: then everything arrives, in few looks.
        var looks = 0;
        var applied = new HashSet<string>();
        for (; applied.Count < records && looks < 60; looks++)
        {
            foreach (var sent in h.Transport.Sent.Select(s => s.Split('@')[0]).Where(applied.Add).ToList())
                await h.Ledger.CloseAsync(ConsentApplied.By("newsletter", "pub", ids[sent], h.Time.Now()));
            await Later(h, 5, "newsletter");
        }

        Assert.Equal(records, applied.Count);
        Assert.InRange(looks, 1, 12);
    }

    [Fact]
    public async Task OpenDelivery_OfAKindThatIsNoLongerWanted_IsForgotten()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter", kinds: ["note", "other"]);
        await h.AppendAsync("a", 1, "a1");
        await h.AppendAsync("b", 1, "b1", kind: "other");
        await h.RelayAllAsync();
        h.Transport.Forget();

        h.Time.Advance(TimeSpan.FromSeconds(30));
        await h.AnnounceAsync("newsletter", kinds: ["note"]);
        await h.RedeliverAsync();

        Assert.Equal(["a1@newsletter"], h.Transport.Sent);
        Assert.Equal("a1>newsletter", await h.StateAsync("a1", "b1"));
    }

    [Fact]
    public async Task Tombstone_ThatWasLost_IsSentAgain_ThoughThePersonDecidedAnewAndThatWasApplied()
    {
        using var h = Harness();
        string[] kinds = ["note", LogRecord.Erased];
        await h.AnnounceAsync("newsletter", kinds: kinds);
        await h.AppendAsync("a", 1, "a1");
        await h.Log.EraseAsync("a", """{"alias":"gone"}"""u8.ToArray(), h.Time.Now());
        await h.AppendAsync("a", 3, "a3");
        await h.RelayAllAsync();
        h.Transport.Forget();
        await h.ApplyAsync("newsletter", "a3");
        Assert.Equal(("gone>newsletter", 1), (await h.StateAsync("gone"), Assert.Single(await h.Ledger.SubscribersAsync()).Open));

        h.Time.Advance(TimeSpan.FromSeconds(30));
        await h.AnnounceAsync("newsletter", kinds: kinds);
        await h.RedeliverAsync();
        Assert.Equal(["gone@newsletter"], h.Transport.Sent);

        await h.ApplyAsync("newsletter", "gone");
        Assert.Equal(("gone>newsletter!", 0), (await h.StateAsync("gone"), Assert.Single(await h.Ledger.SubscribersAsync()).Open));
    }

    [Fact]
    public async Task VersionOfWhatIsLoadedWhole_IsSentAgain_ThoughANewerOneWasApplied()
    {
        using var h = Harness();
        await h.AnnounceAsync("banner");
        await h.AppendAsync("whole/site", 1, "first");
        await h.AppendAsync("whole/site", 2, "second");
        await h.RelayAllAsync();
        h.Transport.Forget();
        await h.ApplyAsync("banner", "second");
        Assert.Equal(("first>banner", 1), (await h.StateAsync("first"), Assert.Single(await h.Ledger.SubscribersAsync()).Open));

        h.Time.Advance(TimeSpan.FromSeconds(30));
        await h.AnnounceAsync("banner");
        await h.RedeliverAsync();

        Assert.Equal(["first@banner"], h.Transport.Sent);
    }

    [Fact]
    public async Task OldestOpenDelivery_IsMeasuredPerSubscriber()
    {
        using var age = new Measured(StorageMetrics.MeterName, "consent.ledger.oldest_open", "store", "pub");
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();
        h.Time.Advance(TimeSpan.FromSeconds(77_777));

        await h.RedeliverAsync();

        Assert.True(age.Saw(77_777));
    }

    private protected static async Task Later(LedgerHarness h, int seconds, params string[] alive)
    {
        h.Time.Advance(TimeSpan.FromSeconds(seconds));
        foreach (var subscriber in alive) await h.AnnounceAsync(subscriber, everyVersion: subscriber == "audit");
        await h.RedeliverAsync();
    }
}

public sealed class RedeliveryOnSqlite : RedeliveryTests
{
    private protected override LedgerHarness Harness(bool newestSuffices = true, RelayOptions? options = null) => new(null, newestSuffices, options);

    [Fact]
    public async Task TenThousandDeliveriesThatAreNeverApplied_StandBeforeNoOther()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        foreach (var some in Enumerable.Range(1, 10_050).Chunk(1000)) await Task.WhenAll(some.Select(i => h.AppendAsync($"s{i}", 1, $"r{i}")));
        await h.AppendAsync("behind", 1, "behind");
        await h.RelayAllAsync();

        var wasSent = false;
        for (var looks = 0; looks < 60 && !wasSent; looks++)
        {
            h.Transport.Forget();
            await Later(h, 60, "newsletter");
            wasSent = h.Transport.Sent.Contains("behind@newsletter");
        }

        Assert.True(wasSent);
    }
}

[Collection(PostgresTests.Name)]
public sealed class RedeliveryOnPostgres(OnePostgres postgres) : RedeliveryTests
{
    private protected override LedgerHarness Harness(bool newestSuffices = true, RelayOptions? options = null) =>
        new(postgres.Server.CreateDatabaseAsync().GetAwaiter().GetResult(), newestSuffices, options);
}
