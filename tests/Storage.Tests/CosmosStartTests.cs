using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>A start while an account turns calls away, or is slow, for longer than one request may last: it is waited for, as every replica would be started again all the same.</summary>
public sealed class CosmosStartTests : OnCosmosLogs
{
    [Theory]
    [InlineData("test-order", Operation.Read)]
    [InlineData("test-order", Operation.Query)]
    public async Task AnAccountThatTurnsCallsAway_ForLongerThanARequestLasts_IsWaitedFor(string container, Operation operation)
    {
        var log = Logs.Open();
        var kept = await log.AppendedAndPlacedAsync("a", 1);
        Logs.Close(log);
        // Each asks for a pause that does not fit into a request, so each ends one.
        Logs.Store.Faults.Next(operation, When.Before, Fault.Throttle(retryAfter: 60_000), times: 3, asked => asked.Container == container);

        var again = await Task.Run(Logs.Open);

        Assert.Equal(0, Logs.Store.Faults.Left);
        Assert.Equal([kept.Id], (await again.WholeFeedAsync()).Select(r => r.Id));
        Assert.Equal(kept.Epoch, again.Epoch);
    }

    [Fact]
    public async Task AnAccountOfKeysThatTurnsCallsAway_IsWaitedForToo()
    {
        Logs.Close(Logs.Open());
        Logs.Keys.Store.Faults.Next(Operation.Read, When.Before, Fault.Throttle(retryAfter: 60_000), times: 3);

        var again = await Task.Run(Logs.Open);

        Assert.Equal(0, Logs.Keys.Store.Faults.Left);
        await again.AppendedAndPlacedAsync("a", 1);
    }
}
