using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Consent.Storage.Tests;

/// <summary>The argument <c>migrate</c> of a service whose log lies on Azure Cosmos DB: the job that makes database and containers, with more rights than the service has.</summary>
public sealed class CosmosMigrateTests
{
    [Fact]
    public async Task DatabasesAndContainers_AreMadeOnce_WithWhatIsQueriedIndexed_AndTheThroughputThatIsWanted()
    {
        await using var server = await CosmosServer.StartAsync();
        for (var times = 0; times < 2; times++) Assert.Equal((0, "Up to date: the keys of test, the log of test, the ledger of test.", ""), Run(server));

        using var data = new CosmosClient(server.Connection, new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway });
        using var keys = new CosmosClient(server.KeysConnection, new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway });
        Assert.Equal(["/v/?", "/k/?", "/tomb/?"], await IndexedAsync(data, "test-records"));
        Assert.Equal(["/o/?", "/n/?"], await IndexedAsync(data, "test-order"));
        Assert.Empty(await IndexedAsync(data, "test-applied"));
        Assert.Empty(await IndexedAsync(keys, "test-keys"));
        await Assert.ThrowsAsync<CosmosException>(() => IndexedAsync(data, "test-keys"));
        Assert.Empty(server.Store.Refused);
        Assert.Empty(server.Keys.Refused);
    }

    [Fact]
    public async Task WhereItCannotBeDone_OneSentenceSaysWhy()
    {
        await using var server = await CosmosServer.StartAsync();
        server.Store.Consistency = "ConsistentPrefix";
        var weak = Run(server);
        Assert.Equal((1, ""), (weak.Code, weak.Output));
        Assert.StartsWith("Cannot bring the log of test up to date: 127.0.0.1: set the account's default consistency", Assert.Single(weak.Errors.Split('\n')), StringComparison.Ordinal);

        var away = Run(server, ("Storage:CosmosKeys:Endpoint", $"http://127.0.0.1:{FreePorts.Take(1)[0]}/"));
        Assert.StartsWith("Cannot bring the keys of test up to date: Azure Cosmos DB ", Assert.Single(away.Errors.Split('\n')), StringComparison.Ordinal);
        Assert.DoesNotContain(CosmosServer.Key, away.Errors, StringComparison.Ordinal);
    }

    private static async Task<List<string>> IndexedAsync(CosmosClient client, string container)
    {
        var there = (await client.GetContainer("consent", container).ReadContainerAsync()).Resource;
        Assert.Equal(("/pk", PartitionKeyDefinitionVersion.V2), (there.PartitionKeyPath, there.PartitionKeyDefinitionVersion!.Value));
        Assert.Null(there.DefaultTimeToLive);
        return [.. there.IndexingPolicy.IncludedPaths.Select(path => path.Path)];
    }

    private static (int Code, string Output, string Errors) Run(CosmosServer server, params (string Name, string Value)[] over)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("Storage:Engine", "cosmos"), new("Storage:Cosmos:Endpoint", server.Endpoint.AbsoluteUri), new("Storage:Cosmos:Key", CosmosServer.Key), new("Storage:Cosmos:Mode", "gateway"),
            new("Storage:Cosmos:Throughput", "4000"), new("Storage:CosmosKeys:Endpoint", server.KeysEndpoint.AbsoluteUri), new("Storage:CosmosKeys:Key", CosmosServer.Key),
        ]);
        builder.Configuration.AddInMemoryCollection(over.Select(s => new KeyValuePair<string, string?>(s.Name, s.Value)));
        builder.AddRecordLog("test");
        builder.AddRelay("test", _ => new Published((_, _) => null, false));
        using var output = new StringWriter();
        using var errors = new StringWriter();
        return (Migrate.Run(builder, output, errors), output.ToString().TrimEnd(), errors.ToString().TrimEnd());
    }
}
