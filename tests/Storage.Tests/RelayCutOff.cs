using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Storage.Tests;

/// <summary>Two replicas of a service that both reach the database, while one of them, or both, are cut off from the broker.</summary>
[Collection(PostgresTests.Name)]
public sealed class RelayCutOff : IDisposable
{
    private readonly LedgerHarness _one;
    private readonly LedgerHarness _other;

    public RelayCutOff(OnePostgres postgres)
    {
        var database = postgres.Server.CreateDatabaseAsync().GetAwaiter().GetResult();
        _one = new LedgerHarness(database);
        _other = new LedgerHarness(database, beside: _one);
    }

    public void Dispose()
    {
        _other.Dispose();
        _one.Dispose();
    }

    [Fact]
    public async Task OneThatIsCutOff_GivesTheLeaseBack_AndDoesNotTakeItBeforeTheOtherHasAsked()
    {
        _one.Transport.Fails = _ => true;
        await _one.AppendAsync("a", 1, "a1");
        var relay = _one.Relay();
        await relay.StartAsync(CancellationToken.None);
        await RelayTests.PassAsync(_one, TimeSpan.FromMinutes(1), () => _one.Transport.Attempts > 0 && !_one.Lease.IsHeld);
        Assert.False(_one.Lease.IsHeld);
        await RelayTests.UntilAsync(() => _one.Time.Waiting > 0);
        var attempts = _one.Transport.Attempts;

        _one.Time.Advance(RelayLease.AskEvery);
        await _one.RedeliverAsync();
        await _other.RelayAllAsync();

        Assert.Equal((false, attempts), (_one.Lease.IsHeld, _one.Transport.Attempts));
        Assert.Equal(["a1"], _other.Transport.Sent);
        await relay.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task BothCutOff_TakeTurnsWithoutHaste_AreNotHealthy_AndTheFirstThatReachesTheBrokerPublishes()
    {
        LedgerHarness[] replicas = [_one, _other];
        foreach (var replica in replicas) replica.Transport.Fails = _ => true;
        await _one.AppendAsync("a", 1, "a1");
        foreach (var replica in replicas) await replica.Relay().StartAsync(CancellationToken.None);

        for (var seconds = 0; seconds < 400; seconds++) await PassASecondAsync();
        Assert.All(replicas, replica => Assert.InRange(replica.Transport.Attempts, 3, 150));
        foreach (var replica in replicas) Assert.Equal(HealthStatus.Degraded, await replica.HealthAsync());

        _other.Transport.Fails = _ => false;
        for (var seconds = 0; seconds < 120 && _other.Transport.Sent.Length == 0; seconds++) await PassASecondAsync();
        Assert.Equal(["a1"], _other.Transport.Sent);

        // The one that is still cut off sees by the cursor that the other gets on.
        for (var seconds = 0; seconds < 10; seconds++) await PassASecondAsync();
        foreach (var replica in replicas) Assert.Equal(HealthStatus.Healthy, await replica.HealthAsync());
        foreach (var replica in replicas) await replica.Relay().StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task LeaseThatNobodyHadBetween_LeavesWhatWasSentAgainAsItWas()
    {
        await _one.AnnounceAsync("newsletter");
        await _one.AppendAsync("a", 1, "a1");
        await _one.RelayAllAsync();
        _one.Time.Advance(TimeSpan.FromSeconds(30));
        await _one.RedeliverAsync();
        Assert.Equal(["a1", "a1@newsletter"], _one.Transport.Sent);

        await _one.Lease.GiveBackAsync();
        await _one.RelayAllAsync();
        await _one.RedeliverAsync();

        Assert.True(_one.Lease.IsHeld);
        Assert.Equal(["a1", "a1@newsletter"], _one.Transport.Sent);
    }

    private async Task PassASecondAsync()
    {
        await RelayTests.UntilAsync(() => _one.Time.Waiting > 0 && _other.Time.Waiting > 0);
        _one.Time.Advance(TimeSpan.FromSeconds(1));
        _other.Time.Advance(TimeSpan.FromSeconds(1));
    }
}
