using System.Globalization;
using Consent.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Consent.Storage.Tests;

/// <summary>Two replicas of a service: one relays, another takes over, and two at once do no harm.</summary>
[Collection(PostgresTests.Name)]
public sealed class RelayReplicas : IDisposable
{
    private readonly string _database;
    private readonly LedgerHarness _one;
    private readonly LedgerHarness _other;

    public RelayReplicas(OnePostgres postgres)
    {
        _database = postgres.Server.CreateDatabaseAsync().GetAwaiter().GetResult();
        _one = new LedgerHarness(_database);
        _other = new LedgerHarness(_database, beside: _one);
    }

    public void Dispose()
    {
        _other.Dispose();
        _one.Dispose();
    }

    [Fact]
    public async Task OneRelays_AndTheOtherTakesOverAfterItsDeath()
    {
        await _one.AppendAsync("a", 1, "a1");
        await _one.RelayAllAsync();
        await _other.RelayAllAsync();
        Assert.Equal(["a1"], _one.Transport.Sent);
        Assert.Empty(_other.Transport.Sent);

        // From here the first one does nothing any more, and gives nothing back.
        await _other.AppendAsync("a", 2, "a2");
        await Eventually.IsSoAsync("the other takes over", async () =>
        {
            await _other.RelayAllAsync();
            return _other.Transport.Sent.Length > 0;
        });

        Assert.Equal(["a2"], _other.Transport.Sent);
    }

    [Fact]
    public async Task OneThatStops_GivesTheLeaseBack_SoThatTheOtherGoesOnAtOnce()
    {
        await _one.AppendAsync("a", 1, "a1");
        await _one.RelayAllAsync();
        await _one.Relay().StopAsync(CancellationToken.None);
        await _one.AppendAsync("a", 2, "a2");

        await _other.RelayAllAsync();

        Assert.Equal(["a2"], _other.Transport.Sent);
    }

    [Fact]
    public async Task OneThatSleptBetweenPublishingAndItsCursor_MovesNothing_AndNothingIsMissing()
    {
        await _one.AppendAsync("a", 1, "a1");
        _one.Transport.Fails = _ =>
        {
            // While it sleeps its lease ends, and the other has published this and more.
            JumpClock();
            _one.Transport.Fails = _ => false;
            _other.AppendAsync("b", 1, "b1").GetAwaiter().GetResult();
            _other.RelayAllAsync().GetAwaiter().GetResult();
            return false;
        };

        await _one.RelayNextAsync();
        var cursor = _other.Cursor;
        await _one.RelayNextAsync();
        await _other.AppendAsync("b", 2, "b2");
        await _other.RelayAllAsync();

        Assert.Equal(["a1"], _one.Transport.Sent);
        Assert.Equal(["a1", "b1", "b2"], _other.Transport.Sent);
        Assert.Equal(2, cursor);
        Assert.Equal(3, _one.Cursor);
    }

    [Fact]
    public async Task OneThatRelaysNoMore_TellsOfNobodyThatHeIsLate()
    {
        using var age = new Measured(StorageMetrics.MeterName, "consent.ledger.oldest_open", "subscriber", "late at one");
        await _one.AnnounceAsync("late at one");
        await _one.AppendAsync("a", 1, "a1");
        await _one.RelayAllAsync();
        _one.Time.Advance(TimeSpan.FromMinutes(6));
        await _one.RedeliverAsync();
        Assert.Equal((HealthStatus.Degraded, 360), (await _one.HealthAsync(), age.Last));

        // Its lease ends, and the other has it.
        JumpClock();
        await _other.RelayAllAsync();
        _one.Time.Advance(TimeSpan.FromSeconds(3));
        await _one.RelayNextAsync();
        await _one.RedeliverAsync();

        Assert.Equal((HealthStatus.Healthy, 0), (await _one.HealthAsync(), age.Last));
    }

    [Fact]
    public async Task SubscribersEnteredAtBothAtOnce_HaveTwoNumbers()
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var locked = new NpgsqlCommand("SELECT * FROM pub.ledger FOR UPDATE", connection)) await locked.ExecuteNonQueryAsync();
        var entering = Task.WhenAll(_one.AnnounceAsync("newsletter"), _other.AnnounceAsync("analytics"));
        await Eventually.IsSoAsync("both wait for the lock", async () => await WaitingForLocksAsync() == 2);

        await transaction.CommitAsync();
        await entering;

        Assert.Equal(["analytics", "newsletter"], (await _one.Ledger.SubscribersAsync()).Select(s => s.Name));
    }

    [Fact]
    public async Task LeaseThatIsBeingProlonged_IsHeldMeanwhile()
    {
        var lease = new RelayLease(_one.Log, _one.Time);
        await lease.HoldAsync(CancellationToken.None);
        _one.Time.Advance(TimeSpan.FromSeconds(3));

        // The store is slow to answer: somebody else's transaction holds the row.
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var locked = new NpgsqlCommand("SELECT * FROM pub.lease FOR UPDATE", connection)) await locked.ExecuteNonQueryAsync();
        var prolonging = lease.HoldAsync(CancellationToken.None);

        Assert.False(prolonging.IsCompleted);
        Assert.True(lease.IsHeld);
        await transaction.CommitAsync();
        Assert.NotNull(await prolonging);
    }

    [Fact]
    public async Task LedgerIsOne_WhoeverHearsAndWhoeverAsks()
    {
        await _one.AnnounceAsync("newsletter");
        await _other.AppendAsync("a", 1, "a1");
        await _one.RelayAllAsync();

        Assert.Equal("a1>newsletter", await _other.StateAsync("a1"));
        await _other.ApplyAsync("newsletter", "a1");

        Assert.Equal("a1>newsletter!", await _one.StateAsync("a1"));
        Assert.Equal(0, Assert.Single(await _one.Ledger.SubscribersAsync()).Open);
    }

    [Fact]
    public async Task AcknowledgedAtBothAtOnce_TheSequenceHidesNothingFromWhoFollowsIt()
    {
        for (var i = 0; i < 200; i++) await _one.Log.AppendedAsync($"s{i}", 1, $"r{i}");
        var ids = (await _one.Log.WholeFeedAsync(500)).Select(r => r.Id).ToList();
        using var done = new CancellationTokenSource();
        var followed = new List<string>();
        var following = Task.Run(async () =>
        {
            long after = 0;
            for (var last = false; ;)
            {
                last = done.IsCancellationRequested;
                var page = await _one.Ledger.ClosedAfterAsync(after, 7);
                followed.AddRange(page.Select(c => c.Applied!.Id));
                if (page.Count > 0) after = page[^1].Sequence;
                else if (last) return;
            }
        });

        // Some of them twice, so that the sequence has gaps.
        await Parallel.ForEachAsync(ids.Concat(ids.Take(50)).Index(), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (id, _) =>
            await (id.Index % 2 == 0 ? _one : _other).Ledger.CloseAsync(Contracts.ConsentApplied.By("newsletter", "pub", id.Item, Make.Moment)));
        await done.CancelAsync();
        await following;

        Assert.Equal(ids.Select(id => $"{id}.newsletter").Order(), followed.Order());
    }

    private async Task<long> WaitingForLocksAsync()
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Ahead, where it stands from then on: what is granted then does not end by itself.</summary>
    private void JumpClock()
    {
        using var connection = new NpgsqlConnection(_database);
        connection.Open();
        using var command = new NpgsqlCommand(
            string.Create(CultureInfo.InvariantCulture,
                $"CREATE OR REPLACE FUNCTION pub.store_clock() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT {TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds()}::bigint'"), connection);
        command.ExecuteNonQuery();
    }
}
