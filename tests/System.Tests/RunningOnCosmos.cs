using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.System.Tests;

/// <summary>As many processes with every log on accounts of Azure Cosmos DB, which are stand-ins in the process of the tests, and two of the consent service.</summary>
public sealed class RunningOnCosmos() : Running(new ManyProcesses(consents: 2))
{
    public CosmosServer Accounts { get; private set; } = null!;

    public override IReadOnlyList<string> Names { get; } =
        ["consent", "cookie-banner", "marketing-unsubscribe", "audit", "newsletter", "analytics", "webhooks", "connectors", "gateway"];

    public override async ValueTask InitializeAsync()
    {
        Accounts = await CosmosServer.StartAsync();
        foreach (var (name, value) in CosmosProduct.SettingsOf(Accounts)) Product.Settings[name] = value;
        // Auditors look for an address, which marketing knows.
        foreach (var name in (string[])["Audit:Marketing", "Marketing:Audit"]) Product.Settings[name] = Product.Gateway.GetLeftPart(UriPartial.Authority);
        await CosmosProduct.MigrateAsync(Product);
        await base.InitializeAsync();
    }

    /// <summary>Fails when a process asked for what the stand-in does not know.</summary>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        string[] refused = [.. Accounts.Store.Refused, .. Accounts.Keys.Refused];
        await Accounts.DisposeAsync();
        Assert.Empty(refused);
    }
}

[CollectionDefinition(Name)]
public sealed class OnCosmos : ICollectionFixture<RunningOnCosmos>
{
    public const string Name = "as many processes on Azure Cosmos DB";
}
