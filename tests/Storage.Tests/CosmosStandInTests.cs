using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Consent.Tests.Support.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>The stand-in before the official client: that it is taken for an account, does what its users lean on, and refuses the rest aloud.</summary>
public sealed partial class CosmosStandInTests : IDisposable
{
    private readonly CosmosStandIn _standIn = new();
    private bool _direct;

    /// <summary>No probe for the machine's metadata; queries compiled by the client's own library, which refuses a wrong one before it is sent. Read at the first client.</summary>
    [ModuleInitializer]
    internal static void BeforeTheFirstClient()
    {
        Environment.SetEnvironmentVariable("COSMOS_DISABLE_IMDS_ACCESS", "true");
        Environment.SetEnvironmentVariable("AZURE_COSMOS_USE_QUERY_PLAN_INTEROP_LINUX", "true");
    }

    public void Dispose() => _standIn.Dispose();

    [Fact]
    public async Task ADocument_IsCreatedOnce_Read_AndReplacedUnderItsTag()
    {
        var container = await ContainerAsync();
        using var created = await CreateAsync(container, "p", "1", 1);
        using var again = await CreateAsync(container, "p", "1", 2);
        using var read = await container.ReadItemStreamAsync("1", new PartitionKey("p"));
        using var missing = await container.ReadItemStreamAsync("2", new PartitionKey("p"));
        using var elsewhere = await container.ReadItemStreamAsync("1", new PartitionKey("q"));

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal(1, Number(read, "v"));
        Assert.Equal(created.Headers.ETag, read.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);

        using var replaced = await ReplaceAsync(container, "p", "1", 3, created.Headers.ETag);
        using var late = await ReplaceAsync(container, "p", "1", 4, created.Headers.ETag);
        using var nobody = await ReplaceAsync(container, "p", "2", 4, null);
        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
        using var last = await container.ReadItemStreamAsync("1", new PartitionKey("p"));
        Assert.Equal(3, Number(last, "v"));
        Assert.NotEqual(created.Headers.ETag, last.Headers.ETag);
        Assert.Empty(_standIn.Refused);
    }

    [Fact]
    public async Task OfManyWhoWriteAtOnce_OneWins_AndReplacesUnderOneTag()
    {
        Container[] containers = [await ContainerAsync(), await ContainerAsync()];
        var created = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() => CreateAsync(containers[i % 2], "p", "1", i))));
        var tag = Assert.Single(created, c => c.StatusCode == HttpStatusCode.Created).Headers.ETag;
        Assert.Equal(31, created.Count(c => c.StatusCode == HttpStatusCode.Conflict));
        var replaced = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() => ReplaceAsync(containers[i % 2], "p", "1", i, tag))));
        Assert.Single(replaced, r => r.StatusCode == HttpStatusCode.OK);
        Assert.Equal(31, replaced.Count(r => r.StatusCode == HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task AContainer_KeepsItsSettings_AndAMissingOneSaysSo()
    {
        var container = await ContainerAsync();
        var settings = (await container.ReadContainerAsync()).Resource;
        Assert.Equal("/pk", settings.PartitionKeyPath);
        Assert.Equal(PartitionKeyDefinitionVersion.V2, settings.PartitionKeyDefinitionVersion);
        Assert.Equal(["/v/?", "/o/?"], settings.IndexingPolicy.IncludedPaths.Select(p => p.Path));
        Assert.Null(settings.DefaultTimeToLive);

        using var client = Client();
        using var missing = await client.GetContainer("consent", "nowhere").ReadItemStreamAsync("1", new PartitionKey("p"));
        Assert.Equal((HttpStatusCode.NotFound, "1003"), (missing.StatusCode, missing.Headers["x-ms-substatus"]));
        await client.GetDatabase("consent").DeleteAsync();
        await Assert.ThrowsAsync<CosmosException>(() => container.ReadContainerAsync());
    }

    /// <summary>The client sends the session token of the range that it believes a key to lie in, and the stand-in refuses that of another.</summary>
    [Fact]
    public async Task Keys_LieInTheRangeInWhichTheClientLooksForThem()
    {
        var container = await ContainerAsync();
        string[] keys = [.. Enumerable.Range(0, 48).Select(i => new string((char)('a' + (i % 26)), i)), "Grüße", "日本語の鍵", "page/17", "p/é"];
        foreach (var key in keys) await Created(container, key, "1", 1);
        _standIn.Split("records", 1);
        foreach (var key in keys)
        {
            using var read = await container.ReadItemStreamAsync("1", new PartitionKey(key));
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        }
        var ranges = keys.Select(k => _standIn.RangeOf("records", k)).Distinct().Order();
        Assert.Equal([0, 2, 3], ranges);
        Assert.Empty(_standIn.Refused);
    }

    [Fact]
    public async Task ADocumentOfMoreThanTwoMegabytes_IsNotTaken()
    {
        var container = await ContainerAsync();
        var large = JsonSerializer.SerializeToUtf8Bytes(new { id = "1", pk = "p", b = new string('x', 2 * 1024 * 1024) });
        using var created = await container.CreateItemStreamAsync(new MemoryStream(large), new PartitionKey("p"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, created.StatusCode);
    }

    [Fact]
    public async Task EveryAnswer_TellsItsUnits_AndTheyAreCounted()
    {
        var container = await ContainerAsync();
        _standIn.CountAnew();
        using var created = await CreateAsync(container, "p", "1", 1);
        using var read = await container.ReadItemStreamAsync("1", new PartitionKey("p"));
        using var replaced = await ReplaceAsync(container, "p", "1", 2, null);
        Assert.Equal(1, read.Headers.RequestCharge);
        Assert.InRange(created.Headers.RequestCharge, 5, 7);
        Assert.InRange(replaced.Headers.RequestCharge, 10, 12);
        var units = created.Headers.RequestCharge + read.Headers.RequestCharge + replaced.Headers.RequestCharge;
        Assert.Equal(units, _standIn.Counts.Where(c => c.Container == "records" && c.Operation is Operation.Create or Operation.Read or Operation.Replace).Sum(c => c.Units), 0.01);

        foreach (var v in Enumerable.Range(2, 200)) await Created(container, "p", $"{v}", v);
        _standIn.CountAnew();
        await QueryAsync(container, "p", new("SELECT TOP 1 * FROM c ORDER BY c.v DESC"));
        await QueryAsync(container, "p", new QueryDefinition("SELECT * FROM c WHERE c.k = @key OR c.tomb > 0").WithParameter("@key", "k7"));
        var (indexed, scanned) = (_standIn.Counts.Single(c => c.Query == "latest").Units, _standIn.Counts.Single(c => c.Query == "by-key").Units);
        Assert.InRange(indexed, 2.3, 3);
        Assert.InRange(scanned, 6, 8);
    }

    [Fact]
    public async Task WhatTheEnginesNeverUse_IsRefusedAloud_AndChangesNothing()
    {
        var container = await ContainerAsync();
        await Created(container, "p", "1", 1);
        using (var upsert = await container.UpsertItemStreamAsync(Document("p", "1", 2), new PartitionKey("p"))) Assert.Equal(HttpStatusCode.BadRequest, upsert.StatusCode);
        using (var delete = await container.DeleteItemStreamAsync("1", new PartitionKey("p"))) Assert.Equal(HttpStatusCode.BadRequest, delete.StatusCode);
        using (var patch = await container.PatchItemStreamAsync("1", new PartitionKey("p"), [PatchOperation.Set("/v", 2)])) Assert.Equal(HttpStatusCode.BadRequest, patch.StatusCode);
        using (var batch = await container.CreateTransactionalBatch(new PartitionKey("p")).CreateItemStream(Document("p", "2", 2)).ExecuteAsync()) Assert.Equal(HttpStatusCode.BadRequest, batch.StatusCode);
        using (var procedure = await container.Scripts.ExecuteStoredProcedureStreamAsync("all", new PartitionKey("p"), [])) Assert.Equal(HttpStatusCode.BadRequest, procedure.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, await StatusOfAsync(container, "SELECT VALUE c.id FROM c", partition: null));
        using (var astray = await container.CreateItemStreamAsync(Document("p", "3", 3), new PartitionKey("q"))) Assert.Equal(HttpStatusCode.BadRequest, astray.StatusCode);

        Assert.Equal(7, _standIn.Refused.Count);
        using var read = await container.ReadItemStreamAsync("1", new PartitionKey("p"));
        Assert.Equal(1, Number(read, "v"));
    }

    [Fact]
    public async Task SeveralRegions_AreReadFromTheNearest_AndWrittenInTheOne()
    {
        _standIn.Regions = [("West Europe", new Uri("https://west.test/")), ("North Europe", new Uri("https://north.test/"))];
        _standIn.Consistency = "BoundedStaleness";
        var hosts = new List<(Operation, string)>();
        foreach (var operation in new[] { Operation.Create, Operation.Read })
        {
            _standIn.Faults.Next(operation, When.Before, Fault.Lost, only: a =>
            {
                hosts.Add((a.Operation, a.Host));
                return false;
            });
        }
        using var client = Client(o => o.ApplicationPreferredRegions = ["North Europe", "West Europe"]);
        var container = await ContainerAsync(client);
        await Created(container, "p", "1", 1);
        using var read = await container.ReadItemStreamAsync("1", new PartitionKey("p"));
        Assert.Equal([(Operation.Create, "west.test"), (Operation.Read, "north.test")], hosts);
        Assert.Equal(ConsistencyLevel.BoundedStaleness, (await client.ReadAccountAsync()).Consistency.DefaultConsistencyLevel);
    }

    /// <summary>As services in processes of their own meet it: over http on the loopback, by connection string.</summary>
    [Fact]
    public async Task OverTheLoopback_TwoAccounts_TakeTheClient_AndLoseAnswersToo()
    {
        await using var server = await CosmosServer.StartAsync();
        using var client = new CosmosClient(server.Connection, new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway });
        using var keys = new CosmosClient(server.KeysConnection, new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway });
        var (records, blocks) = (await ContainerAsync(client), await ContainerAsync(keys));
        await Created(records, "p", "1", 1);
        using (var other = await blocks.ReadItemStreamAsync("1", new PartitionKey("p"))) Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        server.Store.Faults.Next(Operation.Create, When.After, Fault.Lost);
        using (var lost = await CreateAsync(records, "p", "2", 2)) Assert.Equal(HttpStatusCode.Conflict, lost.StatusCode);
        Assert.Equal([2], (await QueryAsync(records, "p", new("SELECT TOP 1 * FROM c ORDER BY c.v DESC"))).Select(V));
        Assert.Equal([1, 2], (await FeedAsync(records, ChangeFeedStartFrom.Beginning(), 1)).Changes.Select(V));

        using var http = new HttpClient { BaseAddress = server.Endpoint };
        using (var planted = await http.PostAsync("/__faults?operation=Read&when=Before&status=503", null)) Assert.Equal(HttpStatusCode.OK, planted.StatusCode);
        using (var read = await records.ReadItemStreamAsync("1", new PartitionKey("p"))) Assert.Equal(HttpStatusCode.ServiceUnavailable, read.StatusCode);
        using (var passed = await http.PostAsync("/__clock?pass=86400000", null)) Assert.Equal(HttpStatusCode.OK, passed.StatusCode);
        Assert.True(server.Store.Clock.GetUtcNow() > TimeProvider.System.GetUtcNow().AddHours(23));
        Assert.Contains("\"refused\":[]", await http.GetStringAsync("/__counts"));
    }

    private CosmosClient Client(Action<CosmosClientOptions>? with = null)
    {
        var options = new CosmosClientOptions
        {
            ConnectionMode = ConnectionMode.Gateway,
            HttpClientFactory = () => new HttpClient(_standIn, disposeHandler: false),
            EnableContentResponseOnWrite = false,
            MaxRetryAttemptsOnRateLimitedRequests = 0,
        };
        with?.Invoke(options);
        return new CosmosClient("https://stand-in.test/", CosmosServer.Key, options);
    }

    private Task<Container> ContainerAsync(params string[] indexed) => ContainerAsync(Client(), indexed);

    private static async Task<Container> ContainerAsync(CosmosClient client, params string[] indexed)
    {
        var settings = new ContainerProperties("records", "/pk")
        {
            PartitionKeyDefinitionVersion = PartitionKeyDefinitionVersion.V2,
            IndexingPolicy = new IndexingPolicy { ExcludedPaths = { new ExcludedPath { Path = "/*" } } },
        };
        foreach (var path in indexed is [] ? ["/v/?", "/o/?"] : indexed) settings.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = path });
        Database database = await client.CreateDatabaseIfNotExistsAsync("consent");
        return await database.CreateContainerIfNotExistsAsync(settings, ThroughputProperties.CreateAutoscaleThroughput(4000));
    }

    private static MemoryStream Document(string partition, string id, int v) => new(JsonSerializer.SerializeToUtf8Bytes(new { id, pk = partition, v, t = "r", k = $"k{v}", o = $"{v:00000}" }));

    private static Task<ResponseMessage> CreateAsync(Container container, string partition, string id, int v, CancellationToken cancel = default) =>
        container.CreateItemStreamAsync(Document(partition, id, v), new PartitionKey(partition), cancellationToken: cancel);

    private static async Task Created(Container container, string partition, string id, int v)
    {
        using var created = await CreateAsync(container, partition, id, v);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    private static Task<ResponseMessage> ReplaceAsync(Container container, string partition, string id, int v, string? ifMatch) =>
        container.ReplaceItemStreamAsync(Document(partition, id, v), id, new PartitionKey(partition), new ItemRequestOptions { IfMatchEtag = ifMatch });

    private QueryRequestOptions InPartition(string? partition, int max = -1) => new()
    {
        PartitionKey = partition is null ? null : new PartitionKey(partition),
        MaxItemCount = max,
        EnableOptimisticDirectExecution = _direct,
    };

    private async Task<HttpStatusCode> StatusOfAsync(Container container, string query, string? partition)
    {
        using var pages = container.GetItemQueryStreamIterator(query, null, InPartition(partition));
        using var page = await pages.ReadNextAsync();
        return page.StatusCode;
    }

    private async Task<List<JsonElement>> QueryAsync(Container container, string partition, QueryDefinition query, int max = -1)
    {
        using var pages = container.GetItemQueryStreamIterator(query, null, InPartition(partition, max));
        var found = new List<JsonElement>();
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync();
            found.AddRange(Documents(page));
        }
        return found;
    }

    private static async Task<(List<JsonElement> Changes, string After)> FeedAsync(Container container, ChangeFeedStartFrom from, int max, int pages = int.MaxValue)
    {
        using var feed = container.GetChangeFeedStreamIterator(from, ChangeFeedMode.LatestVersion, new ChangeFeedRequestOptions { PageSizeHint = max });
        var (changes, after) = (new List<JsonElement>(), "");
        for (var i = 0; i < pages; i++)
        {
            using var page = await feed.ReadNextAsync();
            after = page.ContinuationToken;
            if (page.StatusCode == HttpStatusCode.NotModified) break;
            changes.AddRange(Documents(page));
        }
        return (changes, after);
    }

    private static List<JsonElement> Documents(ResponseMessage page)
    {
        Assert.True(page.IsSuccessStatusCode, page.ErrorMessage);
        return [.. JsonElement.Parse(((MemoryStream)page.Content).ToArray()).GetProperty("Documents").EnumerateArray()];
    }

    private static int V(JsonElement document) => document.GetProperty("v").GetInt32();

    private static int Number(ResponseMessage message, string name)
    {
        using var text = new StreamReader(message.Content, Encoding.UTF8);
        return JsonElement.Parse(text.ReadToEnd()).GetProperty(name).GetInt32();
    }
}
