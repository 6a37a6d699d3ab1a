using Consent.Contracts;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>An account that is a stand-in, with ledgers of replicas of one service on it.</summary>
internal sealed class CosmosLedgers : IDisposable
{
    public const string Applied = "test-applied";
    public const string Order = "test-order";

    public CosmosAccount Account { get; } = new();

    public CosmosStandIn Store => Account.Store;

    /// <summary>For how long the ledgers believe what they have read.</summary>
    public ManualTime Time { get; } = new();

    public static async Task<CosmosLedgers> BeginAsync()
    {
        var ledgers = new CosmosLedgers();
        await ledgers.Account.CreateAsync(CosmosContainers.Applied("test"), CosmosContainers.Order("test"));
        return ledgers;
    }

    /// <summary>A replica of its own, which remembers nothing.</summary>
    public async Task<CosmosLedgerStore> OpenAsync()
    {
        var client = Account.Client();
        return new CosmosLedgerStore(await Account.OpenAsync(client, CosmosContainers.Order("test")), await Account.OpenAsync(client, CosmosContainers.Applied("test")), Time);
    }

    public static Task RegisterAsync(ILedgerStore ledger, string name, long joined = 0) =>
        ledger.RegisterAsync(new SubscriberAnnounced("x", name, ["note"], false, Make.Moment), Make.Moment, joined);

    public static Task CloseAsync(ILedgerStore ledger, string name, params IReadOnlyList<long> positions) => ledger.CloseAsync(name, positions, Make.Moment, Make.Moment.AddSeconds(1));

    /// <summary>All closings behind the sequence, read page by page.</summary>
    public static async Task<List<ClosedRow>> AfterAsync(ILedgerStore ledger, long sequence = 0, int page = 100)
    {
        var all = new List<ClosedRow>();
        while (await ledger.ClosedAfterAsync(sequence, page, CancellationToken.None) is { Count: > 0 } some)
        {
            all.AddRange(some);
            sequence = some[^1].Sequence;
        }

        return all;
    }

    public void Dispose() => Account.Dispose();
}
