namespace Consent.Faults.Tests;

/// <summary>The only broker is killed under load and stays away for a while: decisions are answered, and everything is published when it is back.</summary>
[Collection(OnOneBroker.Name)]
public sealed class KillBroker(RunningOnOneBroker running)
{
    [Fact]
    public Task Killed_and_away_it_takes_nothing_with_it() => Faulty.RunAsync("kills of the broker", running.Deployment, running.Journal, async random =>
    {
        await running.Journal.MoreAsync(random.Next(5, 40), "before the kill of the broker");
        await running.Product.BrokerServer.Kill9Async();
        Counts.Did("kill of the broker");
        await running.Journal.MoreAsync(random.Next(60, 120), "while the broker is away");
        await running.Product.BrokerServer.StartAgainAsync();
    });
}
