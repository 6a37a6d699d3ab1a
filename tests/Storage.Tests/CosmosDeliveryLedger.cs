namespace Consent.Storage.Tests;

/// <summary>The ledger on Azure Cosmos DB, on the stand-in or on an account (<see cref="CosmosAccounts"/>), beside a log whose places are known at once.</summary>
public sealed class DeliveryLedgerOnCosmos(CosmosAccounts accounts) : DeliveryLedgerTests, IClassFixture<CosmosAccounts>, IAsyncLifetime
{
    private string _service = null!;

    public async ValueTask InitializeAsync() => _service = await accounts.CreateLedgerAsync();

    public async ValueTask DisposeAsync() => await accounts.DeleteAsync(_service);

    private protected override LedgerHarness Harness(bool newestSuffices = true, RelayOptions? options = null) =>
        LedgerHarness.On(LedgerEngine.Of(null) with { OpenLedger = _ => Task.Run(() => accounts.OpenLedgerAsync(_service)).GetAwaiter().GetResult() }, newestSuffices, options);
}
