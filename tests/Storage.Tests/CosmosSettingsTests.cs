using Microsoft.Extensions.Configuration;

namespace Consent.Storage.Tests;

/// <summary>Settings of Azure Cosmos DB: what they mean, and that what contradicts itself stops a start in a sentence that says what to set.</summary>
public sealed class CosmosSettingsTests
{
    private const string Key = "c2VjcmV0";

    private static readonly (string Name, string? Value)[] Least =
    [
        ("Storage:Engine", "cosmos"), ("Storage:Cosmos:Endpoint", "https://data.documents.azure.com:443/"), ("Storage:CosmosKeys:Endpoint", "https://keys.documents.azure.com:443/"),
    ];

    [Fact]
    public void TheLeast_IsTwoEndpoints_AndTheIdentityOfTheProcess()
    {
        var settings = Of();

        Assert.Null(settings.Data);
        Assert.Null(settings.Keys);
        var (data, keys) = (settings.Cosmos!, settings.CosmosKeys!);
        Assert.Equal(("data.documents.azure.com", "consent", true, TimeSpan.FromSeconds(8)), (data.Endpoint.Host, data.Database, data.IsDirect, data.Within));
        Assert.Equal(("keys.documents.azure.com", "consent", true, TimeSpan.FromSeconds(8)), (keys.Endpoint.Host, keys.Database, keys.IsDirect, keys.Within));
        foreach (var one in (CosmosSettings[])[data, keys])
        {
            Assert.Null(one.Key);
            Assert.Null(one.Throughput);
            Assert.Empty(one.Regions);
        }
    }

    [Fact]
    public void WhatIsSaidOfTheData_HoldsForTheKeys_ButTheEndpointAndTheKey()
    {
        var settings = Of(
            ("Storage:Cosmos:Key", Key), ("Storage:Cosmos:Mode", "gateway"), ("Storage:Cosmos:Database", "of-the-shop"),
            ("Storage:Cosmos:Regions:0", "West Europe"), ("Storage:Cosmos:Regions:1", "North Europe"),
            ("Storage:Cosmos:Within", "00:00:20"), ("Storage:Cosmos:Throughput", "4000"), ("Storage:CosmosKeys:Database", "keys"), ("Storage:CosmosKeys:Throughput", "1000"));

        var (data, keys) = (settings.Cosmos!, settings.CosmosKeys!);
        Assert.Equal((Key, "of-the-shop", false, TimeSpan.FromSeconds(20)), (data.Key!, data.Database, data.IsDirect, data.Within));
        Assert.Equal(["West Europe", "North Europe"], data.Regions);
        Assert.Null(keys.Key);
        Assert.Equal(("keys", false, TimeSpan.FromSeconds(20)), (keys.Database, keys.IsDirect, keys.Within));
        Assert.Equal(data.Regions, keys.Regions);
        Assert.Equal(4000, data.Throughput);
        Assert.Equal(1000, keys.Throughput);
    }

    /// <summary>On this machine alone, where nothing passes a network.</summary>
    [Fact]
    public void Http_IsTakenOnTheLoopback()
    {
        Assert.Equal(8081, Of(("Storage:Cosmos:Endpoint", "http://127.0.0.1:8081/")).Cosmos!.Endpoint.Port);
        Assert.Equal(8081, Of(("Storage:Cosmos:Endpoint", "http://localhost:8081")).Cosmos!.Endpoint.Port);
    }

    [Fact]
    public void BlocksOfKeysThatAreLost_AreNone_UnlessAnOperatorNamesThem()
    {
        Assert.Empty(Of().CosmosKeys!.LostBlocks);
        Assert.Equal([17L, 4L], Of(("Storage:CosmosKeys:LostBlocks:0", "17"), ("Storage:CosmosKeys:LostBlocks:1", "4")).CosmosKeys!.LostBlocks);
    }

    /// <summary>Read models may lie there, while the log does not.</summary>
    [Fact]
    public void Postgres_MayBeSetBesideIt() => Assert.NotNull(Of(("Storage:Postgres", "Host=db")).Cosmos);

    [Theory]
    [InlineData("Storage:Cosmos:Endpoint", null, "Storage:Cosmos:Endpoint")]
    [InlineData("Storage:Cosmos:Endpoint", "", "Storage:Cosmos:Endpoint")]
    [InlineData("Storage:Cosmos:Endpoint", "data.documents.azure.com", "Storage:Cosmos:Endpoint")]
    [InlineData("Storage:Cosmos:Endpoint", "https://data.documents.azure.com/dbs/consent", "Storage:Cosmos:Endpoint")]
    [InlineData("Storage:Cosmos:Endpoint", "http://data.documents.azure.com/", "https")]
    [InlineData("Storage:CosmosKeys:Endpoint", null, "Storage:CosmosKeys:Endpoint")]
    [InlineData("Storage:CosmosKeys:Endpoint", "https://DATA.documents.azure.com", "Storage:CosmosKeys:Endpoint")]
    [InlineData("Storage:Cosmos:Endpoint", "AccountEndpoint=https://data.documents.azure.com/;AccountKey=c2VjcmV0;", "connection string")]
    [InlineData("Storage:Cosmos:ConnectionString", "AccountEndpoint=https://data.documents.azure.com/;AccountKey=c2VjcmV0;", "connection string")]
    [InlineData("Storage:Cosmos", "AccountEndpoint=https://data.documents.azure.com/;AccountKey=c2VjcmV0;", "connection string")]
    [InlineData("Storage:Cosmos:Key", "not base64!", "Storage:Cosmos:Key")]
    [InlineData("Storage:Cosmos:Key", "", "Storage:Cosmos:Key")]
    [InlineData("Storage:Cosmos:Mode", "tcp", "direct or gateway")]
    [InlineData("Storage:Cosmos:Database", "of/the/shop", "Storage:Cosmos:Database")]
    [InlineData("Storage:Cosmos:Within", "00:00:00", "Storage:Cosmos:Within")]
    [InlineData("Storage:Cosmos:Within", "00:02:00", "Storage:Cosmos:Within")]
    [InlineData("Storage:Cosmos:Within", "soon", "Storage:Cosmos:Within")]
    [InlineData("Storage:Cosmos:Throughput", "400", "Storage:Cosmos:Throughput")]
    [InlineData("Storage:Cosmos:Throughput", "1500", "Storage:Cosmos:Throughput")]
    [InlineData("Storage:Cosmos:Throughput", "much", "Storage:Cosmos:Throughput")]
    [InlineData("Storage:Cosmos:Regions", "West Europe", "Storage:Cosmos:Regions:0")]
    [InlineData("Storage:Cosmos:Regions:0", " ", "Storage:Cosmos:Regions")]
    [InlineData("Storage:CosmosKeys:LostBlocks:0", "all", "Storage:CosmosKeys:LostBlocks:0")]
    [InlineData("Storage:PostgresKeys", "Host=db", "Storage:CosmosKeys:Endpoint")]
    [InlineData("Storage:Engine", "cosmosdb", "sqlite, postgres or cosmos")]
    public void WhatContradictsItself_OrCannotBe_IsRefused_InASentence(string name, string? value, string says)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Of((name, value)));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoRegionsOfOneName_AreRefused() =>
        Assert.Throws<InvalidOperationException>(() => Of(("Storage:Cosmos:Regions:0", "West Europe"), ("Storage:Cosmos:Regions:1", "west europe")));

    [Fact]
    public void AKeyBesideAWorkloadIdentity_IsRefused()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Of(("Storage:Cosmos:Key", Key), ("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token")));
        Assert.Contains("AZURE_FEDERATED_TOKEN_FILE", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sqlite", "Storage:Cosmos:Endpoint")]
    [InlineData("sqlite", "Storage:CosmosKeys:Key")]
    [InlineData("postgres", "Storage:Cosmos:Mode")]
    [InlineData(null, "Storage:Cosmos:Database")]
    public void BesideAnotherEngine_ItIsRefused_AndBothAreNamed(string? engine, string name)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Storage:Engine", engine), new(name, "anything")]).Build();
        var refused = Assert.Throws<InvalidOperationException>(() => StorageSettings.Of(settings));
        Assert.Contains($"Storage:Engine is {engine ?? "sqlite"}", refused.Message, StringComparison.Ordinal);
        Assert.Contains(name[..name.LastIndexOf(':')], refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The least that is needed, and over it these.</summary>
    private static StorageSettings Of(params (string Name, string? Value)[] over) => StorageSettings.Of(new ConfigurationBuilder()
        .AddInMemoryCollection(Least.Where(one => over.All(o => o.Name != one.Name)).Concat(over).Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Name, one.Value))).Build());
}
