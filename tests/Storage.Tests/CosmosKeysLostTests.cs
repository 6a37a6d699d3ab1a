using System.Text.Json;
using Consent.Contracts;

namespace Consent.Storage.Tests;

/// <summary>An account of keys that lost something while that of the data did not: what can be put right is, and what cannot an operator gives up, by his word alone.</summary>
public sealed class CosmosKeysLostTests : OnCosmosLogs
{
    [Fact]
    public async Task ACountThatWentBackAlone_StopsNoStart_AndIsPutRight()
    {
        var log = Logs.Open();
        for (var i = 0; i < KeyBlock.Slots + 6; i++) await log.AppendedAndPlacedAsync($"s{i}", 1);
        Logs.Close(log);
        var container = await KeysAsync();
        var blocks = new CosmosKeyBlocks(container);
        Assert.True(await blocks.CountAsync(blocks.Begin()) >= 2);
        var writeId = RandomId.New();
        var json = JsonSerializer.SerializeToUtf8Bytes(new { id = "counter", pk = "counter", w = writeId, blocks = 0 });
        Assert.NotNull(await container.ReplaceAsync("counter", "counter", json, writeId, null, container.Begin(), "test"));

        log = Logs.Open();

        Assert.Equal(2, await blocks.CountAsync(blocks.Begin()));
        await log.AppendedAsync("new", 1);
        var told = await Logs.Open().WholeFeedAsync();
        Assert.Equal(KeyBlock.Slots + 7, told.Count);
        Assert.All(told, record => Assert.Equal("note", record.Kind));
    }

    /// <summary>Else one block that a failover lost would stop the relay for all.</summary>
    [Fact]
    public async Task ABlockThatIsLost_IsNamed_AndGivenUpItEndsWhatLayUnderIt_AndNothingElse()
    {
        var log = Logs.Open();
        for (var i = 0; i < 3; i++) await log.AppendedAndPlacedAsync($"s{i}", 1);
        Logs.Close(log);
        Logs.Keys.Store.LoseTail(CosmosKeysAccount.Container, Logs.Keys.Store.RangeOf(CosmosKeysAccount.Container, KeyBlock.PartitionOf(0)), 1000);
        var blocks = new CosmosKeyBlocks(await KeysAsync());
        var lost = await Assert.ThrowsAsync<LogUnavailableException>(() => blocks.ReadAsync(0, blocks.Begin()));
        Assert.Contains("lacks block 0", lost.Message, StringComparison.Ordinal);
        Assert.Contains("Storage:CosmosKeys:LostBlocks", lost.Message, StringComparison.Ordinal);

        (await GiveUpAsync(0)).Dispose();

        log = Logs.Open();
        Assert.Equal([LogRecord.Erased, LogRecord.Erased, LogRecord.Erased], (await log.WholeFeedAsync()).Select(r => r.Kind));
        var after = await log.AppendedAndPlacedAsync("new", 1);
        // A block that is there stays, whoever names it.
        foreach (var number in Enumerable.Range(0, 8)) (await GiveUpAsync(number)).Dispose();
        Assert.Equal("note", (await Logs.Open().FindByIdAsync(after.Id))!.Kind);
    }

    private async Task<CosmosContainer> KeysAsync() => await Logs.Keys.OpenAsync(Logs.Keys.Client(), CosmosContainers.Keys("test"));

    /// <summary>As a start with the setting does.</summary>
    private async Task<CosmosSubjectKeys> GiveUpAsync(long number) =>
        await CosmosSubjectKeys.OpenAsync(await KeysAsync(), "test", Logs.Folder.Controllers(Logs.Folder.Log().Keys), rewraps: false, lost: [number]);
}
