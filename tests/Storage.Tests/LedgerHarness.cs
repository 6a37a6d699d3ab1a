using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consent.Storage.Tests;

/// <summary>A log, its ledger, relay and redelivery on real files, under a clock and a broker of the test's own.</summary>
internal sealed class LedgerHarness : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly bool _newestSuffices;

    public LedgerHarness(bool newestSuffices = true)
    {
        _newestSuffices = newestSuffices;
        Log = SqliteRecordLog.Open(_folder.Log(), "pub", Time);
        Ledger = OpenLedger();
    }

    public ManualTime Time { get; } = new();

    public TestTransport Transport { get; } = new();

    public SqliteRecordLog Log { get; }

    public DeliveryLedger Ledger { get; private set; }

    public RelayOptions Options { get; init; } = new() { GatherFor = TimeSpan.Zero };

    public Relay Relay(ILogger<Relay>? logger = null) =>
        new("pub", Log, Ledger, Transport, EventOf, Options, Time, logger ?? NullLogger<Relay>.Instance);

    public Redelivery Redelivery() => new("pub", Log, Ledger, Transport, EventOf, Options, Time, NullLogger<Redelivery>.Instance);

    /// <summary>As after a restart: what was in memory is gone.</summary>
    public void ReopenLedger()
    {
        Ledger.Dispose();
        Ledger = OpenLedger();
    }

    public Task<LogRecord> AppendAsync(string stream, long version, string id, string kind = "note") => Log.AppendedAsync(stream, version, id, kind: kind);

    public Task AnnounceAsync(string subscriber, bool everyVersion = false, params string[] kinds) =>
        Ledger.RegisterAsync(new SubscriberAnnounced("x", subscriber, kinds.Length == 0 ? ["note"] : kinds, everyVersion, Time.Now()));

    public async Task RelayAllAsync()
    {
        using var relay = Relay();
        while (await relay.PublishNextAsync(CancellationToken.None))
        {
        }
    }

    public async Task RedeliverAsync()
    {
        using var redelivery = Redelivery();
        await redelivery.RunOnceAsync(CancellationToken.None);
    }

    public async Task<bool> ApplyAsync(string subscriber, string record) =>
        await Ledger.CloseAsync(ConsentApplied.By(subscriber, "pub", await IdAsync(record), Time.Now()));

    /// <summary>The id of the record that the test calls so; for a name that it gave to none, an id of none.</summary>
    public async Task<string> IdAsync(string record) => (await Log.WholeFeedAsync(1000)).Find(r => r.Alias() == record)?.Id ?? RandomId.New();

    /// <summary>What is open, as <c>record&gt;subscriber</c>, and closed, with a bang, or with what superseded it.</summary>
    public async Task<string> StateAsync(params string[] records)
    {
        var all = new List<string>();
        foreach (var id in records)
        {
            foreach (var d in await Ledger.DeliveriesOfAsync(await IdAsync(id)))
                all.Add($"{id}>{d.Subscriber}{(d.ClosedAt is null ? "" : d.SupersededBy is { } by ? "<" + (await Log.FindByIdAsync(by))!.Alias() : "!")}");
        }

        return string.Join(' ', all);
    }

    public void Dispose()
    {
        Ledger.Dispose();
        Log.Dispose();
        _folder.Dispose();
    }

    /// <summary>Records of kind <c>secret</c> are not published.</summary>
    private static OutgoingEvent? EventOf(LogRecord record, DateTimeOffset publishedAt) =>
        record.Kind == "secret" ? null : new OutgoingEvent(record.Kind, record.Id, record.Payload);

    private DeliveryLedger OpenLedger() => DeliveryLedger.Open(_folder.File("ledger.db"), Log, "pub", _newestSuffices, Time);
}

/// <summary>A broker that remembers what it was sent, and can fail.</summary>
internal sealed class TestTransport : IEventTransport
{
    private readonly Lock _gate = new();
    private readonly List<OutgoingEvent> _sent = [];

    /// <summary>Decides for each batch whether it is refused; by default none is.</summary>
    public Func<IReadOnlyCollection<OutgoingEvent>, bool> Fails { get; set; } = _ => false;

    public int Attempts { get; private set; }

    /// <summary>Called for each attempt, before it succeeds or fails.</summary>
    public Action Attempted { get; set; } = () => { };

    /// <summary>Confirmed events as <c>alias</c>, or <c>alias@service</c> when sent to one.</summary>
    public string[] Sent
    {
        get
        {
            lock (_gate) return [.. _sent.Select(e => e.Service is null ? Make.AliasIn(e.Body) : $"{Make.AliasIn(e.Body)}@{e.Service}")];
        }
    }

    public IReadOnlyList<OutgoingEvent> Events
    {
        get
        {
            lock (_gate) return [.. _sent];
        }
    }

    public void Forget()
    {
        lock (_gate) _sent.Clear();
    }

    public Task PublishAsync(IReadOnlyCollection<OutgoingEvent> events, CancellationToken cancel)
    {
        lock (_gate)
        {
            Attempts++;
            Attempted();
            if (Fails(events)) throw new UnpublishedException("The broker is away.");
            _sent.AddRange(events);
            return Task.CompletedTask;
        }
    }
}
