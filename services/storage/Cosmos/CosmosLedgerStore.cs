using System.Collections.Concurrent;
using Consent.Contracts;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>
/// The ledger beside a log on Azure Cosmos DB, shared by the replicas of the service: the registry in one document (<see cref="CosmosRegistry"/>), a document for each delivery that was applied
/// (<see cref="AppliedDocument"/>), created if absent, and their order written down behind (<see cref="ClosedOrder"/>). A closing costs about 6 request units, and a share of a page of the order.
/// What another replica wrote is seen as the account's consistency says. Safe for many threads.
/// </summary>
internal sealed class CosmosLedgerStore : ILedgerStore
{
    private const string Operation = "ledger";
    private const int AtOnce = 32;

    /// <summary>So many documents of a partition cost less by points than all of it by a query.</summary>
    private const int FewPoints = 16;

    /// <summary>Half a million positions: more is a mistake, as of a range that reaches over the gap between two epochs.</summary>
    private const int MostBuckets = 1024;

    /// <summary>After a loss a name that had a number may have none any more.</summary>
    private static readonly TimeSpan EnteredFor = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<int, string> _names = new();
    private readonly ConcurrentDictionary<string, long> _entered = new(StringComparer.Ordinal);
    private readonly CosmosContainer _applied;
    private readonly CosmosRegistry _registry;
    private readonly ClosedOrder _closed;
    private readonly TimeProvider _time;

    /// <param name="order">The container of the log's order.</param>
    /// <param name="time">For how long what was read is believed; the calls have the containers' own.</param>
    public CosmosLedgerStore(CosmosContainer order, CosmosContainer applied, TimeProvider time) =>
        (_applied, _registry, _closed, _time) = (applied, new CosmosRegistry(order), new ClosedOrder(order, applied, time), time);

    /// <summary>
    /// Opens what <c>migrate</c> has created. Throws <see cref="InvalidOperationException"/> with what to do when it is not there, or the account is not good for it, and
    /// <see cref="IOException"/> when the account cannot be asked.
    /// </summary>
    public static CosmosLedgerStore Open(CosmosSettings account, string service) => Task.Run(async () =>
    {
        var client = CosmosClients.Of(account);
        return new CosmosLedgerStore(
            await CosmosContainers.OpenAsync(client, account, CosmosContainers.Order(service), service, TimeProvider.System),
            await CosmosContainers.OpenAsync(client, account, CosmosContainers.Applied(service), service, TimeProvider.System),
            TimeProvider.System);
    }).GetAwaiter().GetResult();

    public async ValueTask<IReadOnlyList<Subscriber>> RegistryAsync(CancellationToken cancel) =>
        [.. (await ReadRegistryAsync(_applied.Begin(cancel))).Where(s => s.Kinds.Count > 0).OrderBy(s => s.Name, StringComparer.Ordinal)];

    public Task RegisterAsync(SubscriberAnnounced announced, DateTimeOffset? seen, long joined) => ChangeAsync(all => CosmosRegistry.Announced(all, announced, seen, joined));

    /// <summary>Each by a write of its own: what fails is repeated by whoever told it, and finds what is there.</summary>
    public async Task CloseAsync(string subscriber, IReadOnlyList<long> positions, DateTimeOffset appliedAt, DateTimeOffset closedAt)
    {
        await EnterAsync(subscriber);
        var (at, sooner) = (closedAt.ToUnixTimeMilliseconds(), ClosedRow.SoonerOf(appliedAt, closedAt));
        foreach (var some in positions.Distinct().Chunk(AtOnce))
        {
            var by = _applied.Begin(CancellationToken.None);
            await Task.WhenAll(some.Select(position => _applied.CreateSameAsync(
                PartitionOf(subscriber, position), AppliedDocument.IdOf(position), AppliedDocument.Write(subscriber, position, at, sooner), by, Operation)));
        }
    }

    /// <summary>A point read for each subscriber that ever was. Does not tell their sequence: 0.</summary>
    public async ValueTask<IReadOnlyList<ClosedRow>> ClosedOfAsync(long position, CancellationToken cancel)
    {
        var (rows, by) = (new List<ClosedRow>(), _applied.Begin(cancel));
        foreach (var some in (await ReadRegistryAsync(by)).Select(s => s.Name).Order(StringComparer.Ordinal).Chunk(AtOnce))
        {
            var found = await Task.WhenAll(some.Select(name => _applied.ReadAsync(PartitionOf(name, position), AppliedDocument.IdOf(position), by, Operation)));
            rows.AddRange(found.OfType<Found>().Select(one => AppliedDocument.Row(0, AppliedDocument.EntryOf(one.Body)!, one.Body)));
        }

        return rows;
    }

    public ValueTask<IReadOnlyList<ClosedRow>> ClosedAfterAsync(long sequence, int max, CancellationToken cancel) => _closed.AfterAsync(sequence, max, cancel);

    /// <summary>A query for every 512 positions of the range. Throws <see cref="ArgumentOutOfRangeException"/> for more than half a million.</summary>
    public async ValueTask<IReadOnlySet<long>> ClosedBetweenAsync(int subscriber, long after, long through, CancellationToken cancel)
    {
        var found = new HashSet<long>();
        if (through <= after || await NameOfAsync(subscriber, cancel) is not { } name) return found;
        var (first, last) = (AppliedDocument.BucketOf(after + 1), AppliedDocument.BucketOf(through));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last - first, MostBuckets, nameof(through));
        for (var bucket = first; bucket <= last; bucket++) found.UnionWith((await InAsync(name, bucket, cancel)).Where(position => position > after && position <= through));
        return found;
    }

    public async ValueTask<IReadOnlySet<long>> ClosedAmongAsync(int subscriber, IReadOnlyCollection<long> positions, CancellationToken cancel)
    {
        var found = new HashSet<long>();
        if (positions.Count == 0 || await NameOfAsync(subscriber, cancel) is not { } name) return found;
        foreach (var near in positions.Distinct().GroupBy(AppliedDocument.BucketOf).Select(group => group.ToList()))
        {
            if (near.Count > FewPoints) found.UnionWith((await InAsync(name, AppliedDocument.BucketOf(near[0]), cancel)).Intersect(near));
            else found.UnionWith(await AtAsync(name, near, cancel));
        }

        return found;
    }

    public Task MoveFrontierAsync(int subscriber, long position) => ChangeAsync(all => CosmosRegistry.Moved(all, subscriber, position));

    public async Task<bool> RetireAsync(string subscriber, string? because, DateTimeOffset at)
    {
        var isKnown = false;
        await ChangeAsync(all =>
        {
            var retired = CosmosRegistry.Retired(all, subscriber, because, at);
            isKnown = retired is not null;
            return retired;
        });
        return isKnown;
    }

    public void Dispose()
    {
        // The client is the process's, and nothing waits here to be written.
    }

    private static string PartitionOf(string subscriber, long position) => AppliedDocument.PartitionOf(subscriber, AppliedDocument.BucketOf(position));

    private async Task EnterAsync(string name)
    {
        if (_entered.TryGetValue(name, out var at) && _time.GetElapsedTime(at) < EnteredFor) return;
        var now = _time.GetTimestamp();
        await ChangeAsync(all => CosmosRegistry.Entered(all, name));
        _entered[name] = now;
    }

    /// <summary>A change cannot be called back, so no caller ends it.</summary>
    private async Task ChangeAsync(Func<IReadOnlyList<Subscriber>, IReadOnlyList<Subscriber>?> change) =>
        Known(await _registry.ChangeAsync(change, _applied.Begin(CancellationToken.None)));

    private async Task<IReadOnlyList<Subscriber>> ReadRegistryAsync(Deadline by) => Known(await _registry.ReadAsync(by));

    /// <summary>Numbers mean what they meant in the registry that was read last: that from which the caller has them.</summary>
    private IReadOnlyList<Subscriber> Known(IReadOnlyList<Subscriber> all)
    {
        foreach (var subscriber in all) _names[subscriber.Number] = subscriber.Name;
        return all;
    }

    private async ValueTask<string?> NameOfAsync(int number, CancellationToken cancel) =>
        _names.TryGetValue(number, out var known) ? known : (await ReadRegistryAsync(_applied.Begin(cancel))).FirstOrDefault(s => s.Number == number)?.Name;

    private async Task<IEnumerable<long>> InAsync(string name, long bucket, CancellationToken cancel) =>
        (await _applied.QueryAsync(AppliedDocument.PartitionOf(name, bucket), new QueryDefinition("SELECT VALUE c.id FROM c"), _applied.Begin(cancel), Operation))
        .Select(id => AppliedDocument.PositionIn(id.GetString()!));

    private async Task<IEnumerable<long>> AtAsync(string name, List<long> positions, CancellationToken cancel)
    {
        var by = _applied.Begin(cancel);
        var found = await Task.WhenAll(positions.Select(position => _applied.ReadAsync(PartitionOf(name, position), AppliedDocument.IdOf(position), by, Operation)));
        return positions.Where((_, i) => found[i] is not null);
    }
}
