using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.Faults.Tests;

/// <summary>The product with every log on Azure Cosmos DB, a stand-in of it in the process of the tests, and two consent services.</summary>
public sealed class RunningOnCosmos : IAsyncLifetime
{
    public ManyProcesses Product { get; } = new(consents: 2);

    public CosmosServer Accounts { get; private set; } = null!;

    public Deployment Deployment => Deployment.Of(Product);

    public Journal Journal { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Accounts = await CosmosServer.StartAsync();
        Faulty.Prepare(Product);
        foreach (var (name, value) in CosmosProduct.SettingsOf(Accounts)) Product.Settings[name] = value;
        await CosmosProduct.MigrateAsync(Product);
        await Product.StartAsync();
    }

    /// <summary>Fails when a process asked for what the stand-in does not know.</summary>
    public async ValueTask DisposeAsync()
    {
        await Product.DisposeAsync();
        string[] refused = [.. Accounts.Store.Refused, .. Accounts.Keys.Refused];
        await Accounts.DisposeAsync();
        Assert.Empty(refused);
    }
}

[CollectionDefinition(Name)]
public sealed class OnCosmos : ICollectionFixture<RunningOnCosmos>
{
    public const string Name = "on Azure Cosmos DB";
}
