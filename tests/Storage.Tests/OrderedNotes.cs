using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Consent.Contracts;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>An account with streams of notes, and processes that write and order them.</summary>
internal sealed class OrderedNotes : IDisposable
{
    public const string Records = "test-records";
    public const string Order = "test-order";

    public CosmosAccount Account { get; } = new();

    public CosmosStandIn Store => Account.Store;

    public static async Task<OrderedNotes> BeginAsync()
    {
        var notes = new OrderedNotes();
        await notes.Account.CreateAsync(CosmosContainers.Records("test"), CosmosContainers.Order("test"));
        return notes;
    }

    /// <summary>A prefix under which the pages of an order and its state lie in different ranges: what happens to the one does not happen to the other.</summary>
    public string Apart() => Enumerable.Range(0, 100).Select(i => $"x{i}/").First(prefix => Store.RangeOf(Order, $"{prefix}page/0") != Store.RangeOf(Order, $"{prefix}state"));

    /// <param name="bucketBits">See <see cref="NamedPlaces"/>.</param>
    public async Task<Process> StartAsync(TimeSpan? within = null, string prefix = "", int bucketBits = 20)
    {
        var client = Account.Client();
        var process = new Process(
            await Account.OpenAsync(client, CosmosContainers.Records("test"), within), await Account.OpenAsync(client, CosmosContainers.Order("test"), within), prefix, bucketBits);
        await process.Order.LookAsync(process.Begin());
        return process;
    }

    /// <summary>The range in which the pages lie loses what came last, until the page is gone that begins there.</summary>
    public Task LosePagesFromAsync(long first, string prefix = "") => LoseUntilAsync($"{prefix}page/0", OrderPage.IdOf(first), there => there is null);

    /// <summary>The range in which the state lies loses what came last, until it is back there.</summary>
    public Task LoseStateAsync(long through, string prefix = "") =>
        LoseUntilAsync($"{prefix}state", "state", there => there is null || there.Body.GetProperty("through").GetInt64() <= through);

    public void Dispose() => Account.Dispose();

    private async Task LoseUntilAsync(string partition, string id, Func<Found?, bool> isLost)
    {
        var order = await Account.OpenAsync(Account.Client(), CosmosContainers.Order("test"));
        while (!isLost(await order.ReadAsync(partition, id, order.Begin(), "test"))) Store.LoseTail(Order, Store.RangeOf(Order, partition), 1);
    }

    /// <summary>One that writes notes and orders them; killed by being left.</summary>
    internal sealed class Process : IOrdered
    {
        private readonly CosmosContainer _source;

        public Process(CosmosContainer source, CosmosContainer order, string prefix, int bucketBits)
        {
            _source = source;
            Order = new CosmosOrder(order, source, prefix, this, TimeProvider.System);
            Names = new NamedPlaces(order, prefix, bucketBits);
        }

        public CosmosOrder Order { get; }

        public NamedPlaces Names { get; }

        /// <summary>All pages that it was to follow.</summary>
        public ConcurrentQueue<(long Position, OrderEntry Entry)> Placed { get; } = new();

        /// <summary>How many of them it was to follow without being told what the change feed said.</summary>
        public int Untold { get; private set; }

        /// <summary>What happens meanwhile: called at the end of following from a page.</summary>
        public Func<Task> Following { get; set; } = () => Task.CompletedTask;

        /// <summary>Is killed where it would follow from a page.</summary>
        public bool Dies { get; set; }

        public Deadline Begin() => _source.Begin(CancellationToken.None);

        public Task<Created> AppendAsync(string stream, long version, string? name = null)
        {
            var (id, writeId) = (version.ToString(CultureInfo.InvariantCulture), RandomId.New());
            var json = JsonSerializer.SerializeToUtf8Bytes(new { id, pk = stream, v = version, t = "r", n = name, w = writeId });
            return _source.CreateAsync(stream, id, json, writeId, Begin(), "append");
        }

        /// <summary>Leaves nothing of it but its id.</summary>
        public async Task EraseAsync(string stream, long version)
        {
            var (id, writeId) = (version.ToString(CultureInfo.InvariantCulture), RandomId.New());
            Assert.NotNull(await _source.ReplaceAsync(stream, id, JsonSerializer.SerializeToUtf8Bytes(new { id, pk = stream, v = version, t = "h", w = writeId }), writeId, null, Begin(), "erase"));
        }

        public Task AdvanceAsync() => Order.AdvanceAsync(Begin());

        /// <summary>All that is shown, read in pages.</summary>
        public async Task<List<(long Position, OrderEntry Entry, JsonElement? Document)>> FeedAsync(int page = 100, long after = 0)
        {
            var all = new List<(long Position, OrderEntry Entry, JsonElement? Document)>();
            while (await Order.ReadAsync(after, page, Begin()) is { Count: > 0 } some)
            {
                all.AddRange(some);
                after = some[^1].Position;
            }

            return all;
        }

        /// <summary>Which documents the feed tells behind the position, each once, in the order of their names.</summary>
        public async Task<List<(string Stream, long Version)>> ToldAsync(long after = 0) =>
            [.. (await FeedAsync(after: after)).Where(one => one.Document is not null).Select(one => (one.Entry.Partition, one.Entry.Number)).Distinct().Order()];

        public OrderEntry? EntryOf(JsonElement change)
        {
            if (change.GetProperty("t").GetString() == "h") return null;
            return new OrderEntry(change.GetProperty("pk").GetString()!, change.GetProperty("v").GetInt64(), change.GetProperty("n").GetString());
        }

        public async Task PlacedAsync(IReadOnlyList<(long Position, OrderEntry Entry, JsonElement? Change)> page, Deadline by)
        {
            if (Dies) throw new LogUnavailableException("Killed, as planned.");
            foreach (var (position, entry, _) in page) Placed.Enqueue((position, entry));
            Untold += page.Count(one => one.Change is null);
            await Names.WriteAsync(page.Select(one => (one.Position, one.Entry)));
            await Following();
        }
    }
}
