using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.System.Tests;

/// <summary>
/// The product with every log on Azure Cosmos DB, by its official client over a stand-in, and two consent services behind the gateway: what holds on PostgreSQL holds there, and no answer of the
/// account that is lost is a decision that is lost, or stands there twice.
/// </summary>
[Collection(OnCosmos.Name)]
public sealed class CosmosTests(RunningOnCosmos running) : TwoReplicas(running)
{
    private CosmosServer Accounts => ((RunningOnCosmos)Running).Accounts;

    private CosmosStandIn Account => Accounts.Store;

    [Fact]
    public async Task What_is_decided_while_the_account_loses_answers_and_turns_calls_away_is_acknowledged_and_stands_there_once()
    {
        const int Of = 8;
        var (replicas, visitors) = (OnBoth, Enumerable.Range(0, 4 * Of).Select(_ => Many.Secrets.Visitor()).ToList());
        foreach (var replica in replicas) await replica.DeclarationAsync();
        Plant(When.Before, Fault.Lost);
        Plant(When.After, Fault.Lost);
        Plant(When.Before, Fault.Status(503));
        Plant(When.Before, Fault.Throttle(retryAfter: 50));

        var receipts = await Task.WhenAll(visitors.Select((visitor, i) => replicas[i % 2].DecideAsync(visitor, statistics: true)));

        Assert.Equal(0, Account.Faults.Left);
        foreach (var (visitor, receipt) in visitors.Zip(receipts)) Assert.Equal((string)receipt["id"]!, Assert.Single(await replicas[0].ReceiptsOfAsync(visitor)));
        foreach (var receipt in receipts) await new Site(Many, Product.Sites[0]).TracedAsync((string)receipt["id"]!, Subscribers);

        void Plant(When when, Fault fault) => Account.Faults.Next(Operation.Create, when, fault, Of, asked => asked.Container == "consent-records");
    }

    [Fact]
    public async Task After_an_erasure_neither_account_holds_the_address_or_the_visitor_in_any_dress()
    {
        var (site, visitor, address) = (new Site(Many, "koppelhuis"), Contracts.RandomId.New(), $"Zeldzaam.{Contracts.RandomId.New()[..12]}@voorbeeld.example");
        var search = new IdentifierSearch(visitor, address);
        var receipts = await ErasedEverywhereTests.LiveAsync(Many, site, Running.Mail, visitor, address);
        // The search finds what is there: a declaration lies in clear, as base64.
        Assert.NotEmpty(new IdentifierSearch((string)(await site.DeclarationAsync())["hash"]!).In("the account", await TextOfAsync(Account)));

        await ErasedEverywhereTests.EraseAsync(Many, site, visitor, address);
        await ErasedEverywhereTests.ForgottenAsync(Many, site, visitor, address, receipts);

        Assert.Empty(search.In("the account of the data", await TextOfAsync(Account)));
        Assert.Empty(search.In("the account of the keys", await TextOfAsync(Accounts.Keys)));
    }

    protected override async Task<Func<Task>> CopyAsync()
    {
        var copy = await Account.SnapshotAsync();
        return () =>
        {
            Account.Restore(copy);
            return Task.CompletedTask;
        };
    }

    /// <summary>All that is stored, also what was replaced since, with plus signs as base64 has them.</summary>
    private static async Task<string> TextOfAsync(CosmosStandIn account) => (await account.SnapshotAsync()).Replace("\\u002B", "+", StringComparison.OrdinalIgnoreCase);
}

[Collection(OnCosmos.Name)]
public sealed class TravelOnCosmos(RunningOnCosmos running) : TravelTests(running);

[Collection(OnCosmos.Name)]
public sealed class PrivacyOnCosmos(RunningOnCosmos running) : PrivacyTests(running);
