using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>The contract on Azure Cosmos DB, by its official client: over a stand-in, or over real accounts (<see cref="CosmosAccounts"/>).</summary>
public sealed class CosmosRecordLogTests : RecordLogContract, IClassFixture<CosmosAccounts>
{
    private readonly TestFolder _folder = new();
    private readonly CosmosAccounts _accounts;
    private readonly string _service;
    private TimeSpan _jumped;

    public CosmosRecordLogTests(CosmosAccounts accounts)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        _accounts = accounts;
        _service = Task.Run(() => accounts.CreateAsync()).GetAwaiter().GetResult();
    }

    protected override IRecordLog OpenEngine(TimeProvider time, IKeyWrapper? wrapper) => _accounts.Open(_service, _folder.Log(), time, NamesNobody, wrapper);

    protected override string KeysFolder => _folder.Log().Keys;

    protected override string[] Engine => _accounts.Told(_service, _folder.Log());

    protected override Task<bool> DestroyAsync(IRecordLog log, string controller) => ((CosmosRecordLog)log).DestroyControllerAsync(controller);

    protected override IRecordLog OpenWithOwnClock() => Open();

    /// <summary>Where the store's clock is nobody's to set, the leases are put as far the other way.</summary>
    protected override void JumpClock(TimeSpan by)
    {
        _jumped += by;
        if (_accounts.Store is { } store) store.Clock.Pass(by);
        else Task.Run(() => PutLeasesAsync(-by)).GetAwaiter().GetResult();
    }

    protected override void Dispose(bool disposing)
    {
        _accounts.Store?.Clock.Pass(-_jumped);
        Task.Run(() => _accounts.DeleteAsync(_service)).GetAwaiter().GetResult();
        _folder.Dispose();
    }

    [Fact]
    public async Task AppendAndReads_LeaveThePlaceOpen_AndTheFeedTellsIt()
    {
        var log = Open();
        var appended = await log.AppendedAsync("a", 1);

        Assert.False(appended.IsPlaced);
        Assert.False((await log.LatestAsync("a"))!.IsPlaced);
        Assert.Equal(1, Assert.Single(await log.FeedAsync(0, 10)).Position);
        Assert.Equal(1, (await log.PlacedAsync(appended)).Position);
    }

    /// <summary>Ids may not have all characters, and a name in a key or a partition would name a person.</summary>
    [Fact]
    public async Task NamesOfAnySort_ReachNoId()
    {
        var log = Open();
        var lease = await log.AcquireAsync("feed/audit?#%\\ é", "one", TimeSpan.FromMinutes(1));
        foreach (var stream in new[] { "receipt/a/b", "declaration/x?#%\\", "é\n" }) await log.AppendedAsync(stream, 1, key: "k/?#");

        Assert.True(await log.MoveCursorAsync(lease!, 3));
        Assert.Equal(3, (await log.WholeFeedAsync()).Count);
        Assert.NotNull(await log.FindByKeyAsync("é\n", "k/?#", "hash of k/?#"));
        Assert.Single(await log.NamedFeedAsync("declaration/x?", 0, 10));
    }

    private async Task PutLeasesAsync(TimeSpan by)
    {
        const string Partition = "leases";
        var container = _accounts.Container(_service);
        var milliseconds = (long)by.TotalMilliseconds;
        foreach (var id in (await container.QueryAsync(Partition, new QueryDefinition("SELECT VALUE c.id FROM c"), container.Begin(), "test")).Select(one => one.GetString()!))
        {
            var stored = (await container.ReadAsync(Partition, id, container.Begin(), "test"))!.Body;
            var (lease, writeId) = (JsonObject.Create(stored)!, RandomId.New());
            foreach (var name in (string[])["granted", "expires"]) lease[name] = long.Parse(lease[name]!.ToJsonString(), CultureInfo.InvariantCulture) + milliseconds;
            lease["w"] = writeId;
            await container.ReplaceAsync(Partition, id, JsonSerializer.SerializeToUtf8Bytes(lease), writeId, null, container.Begin(), "test");
        }
    }
}
