using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>The product with its logs in a store of its own and two consent services behind the gateway: each does what one would, either may die, and the store may be put back.</summary>
public abstract class TwoReplicas(Running running)
{
    protected static readonly string[] Subscribers = ["newsletter", "analytics"];

    protected Running Running { get; } = running;

    protected ManyProcesses Many => (ManyProcesses)Running.Product;

    /// <summary>The same site at each replica itself.</summary>
    protected Site[] OnBoth => [new(Many, Product.Sites[0], Many["consent"].Address), new(Many, Product.Sites[0], Many["consent-2"].Address)];

    [Fact]
    public async Task One_person_who_decides_at_both_replicas_at_once_has_one_history_without_a_gap_and_every_subscriber_ends_with_its_newest()
    {
        const int Decisions = 20;
        var (replicas, site, visitor) = (OnBoth, new Site(Many, Product.Sites[0]), Many.Secrets.Visitor());

        var answered = await Task.WhenAll(Enumerable.Range(0, Decisions).Select(i => replicas[i % 2].DecideAsync(visitor, statistics: i % 3 == 0)));

        var history = await replicas[0].HistoryAsync(visitor);
        Assert.Equal(Enumerable.Range(1, Decisions).Select(v => (long)v), history.Select(r => (long)r!["version"]!));
        Assert.Equal(history.Select(r => (string?)r!["id"]).SkipLast(1), history.Select(r => (string?)r!["previous"]).Skip(1));
        Assert.Equal(history.Select(r => (string)r!["id"]!).Order(), answered.Select(r => (string)r["id"]!).Order());
        Assert.Equal(history.ToJsonString(), (await replicas[1].HistoryAsync(visitor)).ToJsonString());
        await site.TracedAsync((string)history[^1]!["id"]!, Subscribers);
        await PermittedAsync(site, visitor, await site.StatusAsync(visitor, "statistics") == "given");
    }

    [Fact, Trait("form", "long")]
    public async Task What_was_acknowledged_while_one_replica_and_then_the_other_was_killed_is_missing_nowhere()
    {
        var acknowledged = new Acknowledged(Many);
        foreach (var site in Product.Sites.Take(2)) await acknowledged.PrepareReaderAsync(site);
        using var stop = new CancellationTokenSource();
        var load = acknowledged.LoadAsync(stop.Token);

        foreach (var victim in (string[])["consent-2", "consent"])
        {
            await acknowledged.MoreAsync(10, $"before the kill of {victim}");
            await Many[victim].Kill9Async();
            await acknowledged.MoreAsync(10, $"while {victim} is away");
            await Many.StartAsync();
        }
        await acknowledged.MoreAsync(10, "after the last kill");
        await stop.CancelAsync();
        await load;

        await acknowledged.NothingIsMissingAsync();
    }

    [Fact, Trait("form", "long")]
    public async Task After_an_old_copy_of_the_logs_was_put_back_both_replicas_begin_one_epoch_and_an_opt_out_stops_every_subscriber()
    {
        var (site, visitor, address) = (new Site(Many, Product.Sites[0]), Many.Secrets.Visitor(), Many.Secrets.Address());
        var before = (int)(await site.DecideAsync(visitor, statistics: true))["epoch"]!;
        await site.SubscribeAsync(address);
        var link = await site.LinkAsync(address);
        var putBack = await CopyAsync();
        // Lost with the restore: the subscribers then hold a higher version than the log that comes back.
        for (var held = 1; held <= 4; held++) await site.DecideAsync(visitor, statistics: held % 2 == 0, heldVersion: held);
        await PermittedAsync(site, visitor, true);

        // The subscribers and the keys stay as they are.
        foreach (var service in (string[])["consent", "consent-2", "marketing-unsubscribe", "audit"])
            Assert.True(await Many[service].StopAsync(), $"{service} does not end when it is told to:\n{Many[service].LastLines()}");
        await putBack();
        await Many.StartAsync();
        var receipts = new List<JsonObject>();
        foreach (var replica in OnBoth) receipts.Add(await replica.DecideAsync(visitor, statistics: false, heldVersion: receipts.Count + 1));

        await PermittedAsync(site, visitor, false);
        Assert.Equal([2L, 3L], receipts.Select(r => (long)r["version"]!));
        Assert.True((int)receipts[0]["epoch"]! > before);
        Assert.Equal((int)receipts[0]["epoch"]!, (int)receipts[1]["epoch"]!);
        foreach (var receipt in receipts) await site.TracedAsync((string)receipt["id"]!, Subscribers);
        var known = await site.OptOutReceiptsAsync();
        await site.OneClickAsync(link);
        await Eventually.IsSoAsync("audit holds the receipt of the opt-out", async () => (await site.OptOutReceiptsAsync()).Count > known.Count, TimeSpan.FromSeconds(120));
        await site.TracedAsync((await site.OptOutReceiptsAsync()).Except(known).Single(), Subscribers);
        Assert.Equal((false, "suppressed"), await site.MaySendAsync(address));
    }

    /// <summary>Copies the logs as they stand.</summary>
    /// <returns>Puts the copy back, while none of them is open.</returns>
    protected abstract Task<Func<Task>> CopyAsync();

    private static async Task PermittedAsync(Site site, string visitor, bool permitted)
    {
        foreach (var subscriber in Subscribers)
            await Eventually.IsSoAsync($"{subscriber} {(permitted ? "permits" : "denies")} statistics", async () => await site.PermitsAsync(subscriber, visitor, "statistics") == permitted);
    }
}
