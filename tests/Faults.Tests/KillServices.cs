namespace Consent.Faults.Tests;

/// <summary>Each service in turn is killed at a random moment under load, and started again.</summary>
[Collection(OnOneBroker.Name)]
public sealed class KillServices(RunningOnOneBroker running)
{
    [Fact]
    public Task Killed_one_after_the_other_under_load_they_lose_nothing() => Faulty.RunAsync("kills of services", running.Deployment, running.Journal, async random =>
    {
        var victims = running.Product.Processes.Where(p => p.Name != "demo").ToArray();
        random.Shuffle(victims);
        foreach (var victim in victims)
        {
            await running.Journal.MoreAsync(random.Next(5, 40), $"before the kill of {victim.Name}");
            await victim.Kill9Async();
            Counts.Did($"kill of {victim.Name}");
            await running.Product.StartAsync();
        }
    });
}
