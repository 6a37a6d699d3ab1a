using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>The nodes of the broker lose sight of each other, in both directions or in one, or hear each other slowly. Meanwhile decisions are answered.</summary>
[Collection(OnCluster.Name)]
public sealed class PartitionBroker(RunningOnCluster running)
{
    [Fact]
    public Task Cut_in_two_the_broker_loses_nothing() => CutAsync("cut in two", node => running.Cluster.CutOffAsync(node));

    [Fact, Trait("form", "long")]
    public Task Cut_in_one_direction_the_broker_loses_nothing() =>
        CutAsync("cut in one direction", node => running.Cluster.CutOneWayAsync(node, (node % 3) + 1));

    [Fact, Trait("form", "long")]
    public Task With_a_slow_link_the_broker_loses_nothing() => CutAsync("slow link", node => running.Cluster.SlowDownAsync(node, "256kbit"), cutsOff: false);

    private Task CutAsync(string kind, Func<int, Task> cut, bool cutsOff = true) => Faulty.RunAsync(kind, running.Deployment, running.Journal, async random =>
    {
        var node = random.Next(1, 4);
        await running.Journal.MoreAsync(random.Next(5, 40), $"before the {kind}");
        await cut(node);
        Counts.Did(kind);
        if (cutsOff) Assert.False(await running.Cluster.ReachesAsync(node, (node % 3) + 1), "The cut cuts nothing.");
        var before = running.Journal.Count;
        // The fault is so long; nothing is waited for.
        await Task.Delay(Faulty.CutFor);
        Assert.True(running.Journal.Count > before, "No decision was answered while the broker was broken, though it plays no part in that.");
        await running.Cluster.HealAsync();
        await Eventually.IsSoAsync("the nodes reach each other", () => running.Cluster.ReachesAsync(node, (node % 3) + 1));
        if (await running.Cluster.RejoinAsync()) Counts.Did("broker brought together by hand");
        Counts.Tell($"{kind}: mended");
    });
}
