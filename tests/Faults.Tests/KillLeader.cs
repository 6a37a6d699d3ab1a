using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>The broker node that leads a queue is killed under load; the two others go on, and it comes back.</summary>
[Collection(OnCluster.Name)]
public sealed class KillLeader(RunningOnCluster running)
{
    private static readonly string[] Queues =
        ["newsletter-consent-changed", "analytics-consent-changed", "consent-marketing-unsubscribed", "consent-consent-applied"];

    [Fact]
    public async Task Every_queue_has_a_member_on_each_node()
    {
        var members = await running.Cluster.MembersAsync(running.VirtualHost);
        Assert.Superset(Queues.ToHashSet(StringComparer.Ordinal), members.Keys.ToHashSet(StringComparer.Ordinal));
        Assert.All(members, queue => Assert.True(queue.Value == 3, $"{queue.Key} has {queue.Value} members."));
    }

    [Fact]
    public Task Killed_while_it_leads_it_takes_nothing_with_it() => Faulty.RunAsync("kills of a leader", running.Deployment, running.Journal, async random =>
    {
        var queue = Queues[random.Next(Queues.Length)];
        var leader = 0;
        // After the kill before, a queue may be without one for a moment, or the node that is asked not know yet.
        await Eventually.IsSoAsync($"{queue} has a leader", async () => (leader = await running.Cluster.LeaderOfAsync(queue, running.VirtualHost)) is >= 1 and <= 3, TimeSpan.FromSeconds(60));
        Counts.Tell($"node {leader} leads {queue}");
        await running.Journal.MoreAsync(random.Next(5, 40), "before the kill of a leader");
        await running.Cluster.Kill9Async(leader);
        Counts.Did("kill of a leading broker node");
        await running.Journal.MoreAsync(random.Next(60, 120), "while the node is away");
        await running.Cluster.StartNodeAsync(leader);
    });
}
