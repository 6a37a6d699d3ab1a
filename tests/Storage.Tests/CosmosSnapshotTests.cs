using Consent.Contracts;
using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>Snapshots for subscribers out of a log on Azure Cosmos DB.</summary>
public sealed class CosmosSnapshotTests : OnCosmosLogs
{
    private const int Streams = 100;

    /// <summary>Behind an epoch the ids of first records are not known, and of each stream it is asked whether it was erased: a page has hundreds.</summary>
    [Fact]
    public async Task BehindAnEpoch_TheStoreIsNotAskedForAllStreamsAtOnce()
    {
        using var h = LedgerHarness.On(LedgerEngine.Of(null) with { OpenLog = (_, _) => Logs.Open() });
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(i => h.AppendAsync($"letters/{i}", 1, $"old{i}")));
        await ((CosmosRecordLog)h.Log).RaiseEpochAsync();
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(i => h.AppendAsync($"letters/{i}", 2, $"new{i}")));
        await h.Log.WholeFeedAsync();
        var (asked, answered, most) = (0, 0, 0);
        var goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Held until it is seen how many come at once; both are called one at a time.
        Logs.Store.Faults.Next(
            Operation.Query, When.Before, Fault.Held(goesOn.Task), times: 1000, only: one => IsOfTombstones(one) && (most = Math.Max(most, ++asked - answered)) > 0);
        Logs.Store.Faults.Next(Operation.Query, When.After, Fault.Lost, only: one => IsOfTombstones(one) && ++answered < 0);
        using var answer = new AnswerSnapshot("pub", h.Log, h.Ledger, h.Transport, h.Published, h.Time);

        var answering = answer.HandleAsync(new SnapshotRequested("q", "pub", "late", ["note"], null, "", new string('f', 20)), CancellationToken.None);
        await Eventually.IsSoAsync("some are asked", () => Task.FromResult(Volatile.Read(ref asked) >= 32));
        goesOn.SetResult();
        await answering;

        Logs.Store.Faults.Clear();
        Assert.Equal((Streams, Streams), (asked, answered));
        Assert.InRange(most, 1, 32);
        var page = ContractJson.Read<SnapshotPage>(h.Transport.Events[^1].Body.Span);
        Assert.Equal(
            Enumerable.Range(0, Streams).Select(i => $"new{i}").Order(StringComparer.Ordinal), page.Events.Select(e => e.Body.GetProperty("alias").GetString()!).Order(StringComparer.Ordinal));
        Assert.True(page.Complete);
    }

    private static bool IsOfTombstones(Asked one) => one.Query == "newest-tombstone";
}
