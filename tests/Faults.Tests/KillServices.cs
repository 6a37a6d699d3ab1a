namespace Consent.Faults.Tests;

/// <summary>Each service in turn is killed at a random moment under load, and started again.</summary>
[Collection(OnCluster.Name)]
public sealed class KillServices(RunningOnCluster running)
{
    [Fact]
    public Task Killed_one_after_the_other_under_load_they_lose_nothing() => Faulty.RunAsync("kill of each service", running.Product, running.Journal, () => running.Checks, async random =>
    {
        var victims = running.Product.Processes.Where(p => p.Name != "demo").ToArray();
        random.Shuffle(victims);
        foreach (var victim in victims)
        {
            await running.Journal.MoreAsync(random.Next(10, 100), $"before the kill of {victim.Name}");
            await victim.Kill9Async();
            await running.Product.StartAsync();
        }
    });
}
