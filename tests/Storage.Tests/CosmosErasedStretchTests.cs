using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>Where the oldest part of a log was erased, its positions stay: reading over them must end, and not cost the same again each time.</summary>
public sealed class CosmosErasedStretchTests : OnCosmosLogs
{
    private const int Erased = 3000;
    private CosmosRecordLog _log = null!;
    private CosmosContainer _records = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _log = Logs.Open();
        _records = await Logs.Account.OpenAsync(Logs.Account.Client(), CosmosContainers.Records("test"));
    }

    [Fact]
    public async Task WhatWasErased_IsFoundOutOnce_AndNotAskedForAgain_AlsoByOthers()
    {
        var live = await EraseManyAsync();
        Assert.Equal(live.Id, Assert.Single(await _log.FeedAsync(0, 1)).Id);
        Logs.Store.CountAnew();

        Assert.Equal(live.Id, Assert.Single(await _log.FeedAsync(0, 1)).Id);
        Assert.InRange(Logs.Account.CountOf(Operation.Read, CosmosRecordLogs.Records), 1, 20);

        var other = Logs.Open();
        Logs.Store.CountAnew();
        Assert.Equal(live.Id, Assert.Single(await other.FeedAsync(0, 500)).Id);
        Assert.InRange(Logs.Account.CountOf(Operation.Read, CosmosRecordLogs.Records), 1, 20);
    }

    /// <summary>After a loss, what was erased may be there again.</summary>
    [Fact]
    public async Task WhatWasErased_IsFoundOutAnew_InANewEpoch()
    {
        var (stream, record) = ("kept", await _log.AppendedAndPlacedAsync("kept", 1));
        var live = await EraseManyAsync();
        await HuskAsync(stream);
        Assert.Equal(live.Id, Assert.Single(await _log.FeedAsync(0, 10)).Id);
        Logs.Store.LoseTail(CosmosRecordLogs.Records, Logs.RangeOf(_log, stream), 1);
        Assert.True(await _log.RaiseEpochAsync() > 1);

        Assert.Equal([record.Id, live.Id], (await _log.FeedAsync(0, 10)).Select(r => r.Id));
    }

    /// <summary>As an erasure leaves it, at once: what its tombstone says is not looked at here.</summary>
    private async Task<LogRecord> EraseManyAsync()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, Erased), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) => await _log.AppendedAsync($"s{i}", 1));
        Assert.Equal(Erased, (await _log.WholeFeedAsync(500)).Count(r => r.Stream.StartsWith('s')));
        await Parallel.ForEachAsync(Enumerable.Range(0, Erased), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) => await HuskAsync($"s{i}"));
        return await _log.AppendedAndPlacedAsync("live", 1);
    }

    private async Task HuskAsync(string stream)
    {
        var key = _log.KeyOf(stream).ToString();
        Assert.NotNull(await _records.ReplaceAsync(key, "1", CosmosDocuments.Husk(key, 1), CosmosDocuments.HuskWriteId, null, _records.Begin(), "erase"));
    }
}
