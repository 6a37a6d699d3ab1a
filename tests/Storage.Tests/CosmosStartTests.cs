using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>A start while an account turns calls away, or is slow, for longer than one request may last: it is waited for, as every replica would be started again all the same.</summary>
public sealed class CosmosStartTests : IAsyncLifetime
{
    private CosmosRecordLogs _logs = null!;

    public async ValueTask InitializeAsync() => _logs = await CosmosRecordLogs.BeginAsync();

    public ValueTask DisposeAsync()
    {
        _logs.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("test-order", Operation.Read)]
    [InlineData("test-order", Operation.Query)]
    public async Task AnAccountThatTurnsCallsAway_ForLongerThanARequestLasts_IsWaitedFor(string container, Operation operation)
    {
        var log = _logs.Open();
        var kept = await log.AppendedAndPlacedAsync("a", 1);
        _logs.Close(log);
        // Each asks for a pause that does not fit into a request, so each ends one.
        _logs.Store.Faults.Next(operation, When.Before, Fault.Throttle(retryAfter: 60_000), times: 3, asked => asked.Container == container);

        var again = await Task.Run(_logs.Open);

        Assert.Equal(0, _logs.Store.Faults.Left);
        Assert.Equal([kept.Id], (await again.WholeFeedAsync()).Select(r => r.Id));
        Assert.Equal(kept.Epoch, again.Epoch);
    }

    [Fact]
    public async Task AnAccountOfKeysThatTurnsCallsAway_IsWaitedForToo()
    {
        _logs.Close(_logs.Open());
        _logs.Keys.Store.Faults.Next(Operation.Read, When.Before, Fault.Throttle(retryAfter: 60_000), times: 3);

        var again = await Task.Run(_logs.Open);

        Assert.Equal(0, _logs.Keys.Store.Faults.Left);
        await again.AppendedAndPlacedAsync("a", 1);
    }
}
