using System.Diagnostics.CodeAnalysis;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consent.Storage.Tests;

/// <summary>A log, its ledger, relay and redelivery on a real store, under a clock and a broker of the test's own.</summary>
internal sealed class LedgerHarness : IDisposable
{
    private readonly TestFolder _folder;
    private readonly bool _isReplica;
    private readonly Func<ILedgerStore> _openStore;
    private ILedgerStore _store;
    private LateDeliveries _late;
    private RelayLease _lease;
    private Relay _relay;
    private Redelivery _redelivery;

    /// <param name="database">Connection string of an empty database of PostgreSQL; null for SQLite.</param>
    /// <param name="beside">A replica of which this is another, on the same database.</param>
    public LedgerHarness(string? database, bool newestSuffices = true, RelayOptions? options = null, LedgerHarness? beside = null)
        : this(LedgerEngine.Of(database), options, newestSuffices, beside)
    {
    }

    private LedgerHarness(LedgerEngine engine, RelayOptions? options, bool newestSuffices, LedgerHarness? beside)
    {
        (_folder, _isReplica) = (beside?._folder ?? new TestFolder(), beside is not null);
        Published = new Published(EventOf, newestSuffices)
        {
            Concerns = (record, purposes) => purposes.Any(p => record.Stream.StartsWith(p, StringComparison.Ordinal)),
            IsLoadedWhole = record => record.Stream.StartsWith("whole/", StringComparison.Ordinal),
        };
        Options = options ?? new RelayOptions { GatherFor = TimeSpan.Zero };
        Log = engine.OpenLog(_folder.Log(), Time);
        _openStore = () => engine.OpenLedger(_folder.File("ledger.db"));
        OpenLedger();
    }

    public static LedgerHarness On(LedgerEngine engine, bool newestSuffices = true, RelayOptions? options = null, LedgerHarness? beside = null) => new(engine, options, newestSuffices, beside);

    public ManualTime Time { get; } = new();

    public TestTransport Transport { get; } = new();

    public IRecordLog Log { get; }

    public Published Published { get; }

    public DeliveryLedger Ledger { get; private set; }

    public RelayOptions Options { get; }

    public IHealthCheck Late => _late;

    public RelayLease Lease => _lease;

    public long Cursor => Log.CursorAsync("relay").AsTask().GetAwaiter().GetResult();

    public Relay Relay(ILogger<Relay>? logger = null) =>
        logger is null ? _relay : new("pub", Log, _lease, Transport, Published, _late, Options, Time, logger);

    public Redelivery Redelivery() => _redelivery;

    /// <summary>As after a restart: what was in memory is gone.</summary>
    public void ReopenLedger()
    {
        _lease.GiveBackAsync().GetAwaiter().GetResult();
        _store.Dispose();
        _relay.Dispose();
        _redelivery.Dispose();
        _lease.Dispose();
        OpenLedger();
    }

    public async Task<LogRecord> AppendAsync(string stream, long version, string id, string kind = "note") => Assert.IsType<AppendOutcome.Appended>(
        await Log.AppendAsync(Make.Record(stream, version, id, kind: kind) with { RecordedAt = Time.Now() })).Record;

    public Task AnnounceAsync(string subscriber, bool everyVersion = false, params string[] kinds) =>
        Ledger.RegisterAsync(new SubscriberAnnounced("x", subscriber, kinds.Length == 0 ? ["note"] : kinds, everyVersion, Time.Now()));

    /// <summary>Of a subscriber whom only streams concern that begin so.</summary>
    public Task AnnounceForAsync(string subscriber, params string[] purposes) =>
        Ledger.RegisterAsync(new SubscriberAnnounced("x", subscriber, ["note"], false, Time.Now(), purposes));

    public RetireSubscriber Retire => new("pub", Log, _store, Time);

    public Task RelayNextAsync() => _relay.PublishNextAsync(CancellationToken.None);

    public async Task RelayAllAsync()
    {
        while (await _relay.PublishNextAsync(CancellationToken.None))
        {
        }
    }

    public async Task<HealthStatus> HealthAsync() => (await _late.CheckHealthAsync(new HealthCheckContext())).Status;

    public Task RedeliverAsync() => _redelivery.RunOnceAsync(CancellationToken.None);

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
                all.Add($"{id}>{d.Subscriber}" + d.State switch
                {
                    "open" => "",
                    "applied" => "!",
                    "superseded" => "<" + (await Log.FindByIdAsync(d.SupersededBy!))!.Alias(),
                    var other => $"({other})",
                });
        }

        return string.Join(' ', all);
    }

    public void Dispose()
    {
        _store.Dispose();
        _relay.Dispose();
        _redelivery.Dispose();
        _lease.Dispose();
        ((IDisposable)Log).Dispose();
        if (!_isReplica) _folder.Dispose();
    }

    /// <summary>Records of kind <c>secret</c> are not published, and of kind <c>unreadable</c> cannot be.</summary>
    private static OutgoingEvent? EventOf(LogRecord record, DateTimeOffset publishedAt) => record.Kind switch
    {
        "secret" => null,
        "unreadable" => throw new FormatException(),
        _ => new OutgoingEvent(record.Kind, record.Id, record.Payload),
    };

    [MemberNotNull(nameof(Ledger), nameof(_store), nameof(_late), nameof(_lease), nameof(_relay), nameof(_redelivery))]
    private void OpenLedger()
    {
        _store = _openStore();
        _late = new LateDeliveries("pub", Options, Time, NullLogger<LateDeliveries>.Instance);
        var open = new OpenDeliveries(Log, _store, Published, Time);
        Ledger = new DeliveryLedger(Log, _store, "pub", open, Time);
        _lease = new RelayLease(Log, Time);
        _relay = new Relay("pub", Log, _lease, Transport, Published, _late, Options, Time, NullLogger<Relay>.Instance);
        _redelivery = new Redelivery("pub", Log, _store, open, _relay, _lease, Transport, Published, _late, Options, Time, NullLogger<Redelivery>.Instance);
    }
}

/// <summary>How the log and the ledger of the service <c>pub</c> are opened on an engine.</summary>
/// <param name="OpenLedger">Of a file of its own, where the engine has files.</param>
internal sealed record LedgerEngine(Func<LogFiles, TimeProvider, IRecordLog> OpenLog, Func<string, ILedgerStore> OpenLedger)
{
    /// <summary>SQLite, whose log gives out places behind the commit: see <see cref="PlacedLateLog"/>.</summary>
    public static LedgerEngine PlacedLate() => Of(null) with { OpenLog = (files, time) => new PlacedLateLog(SqliteRecordLog.Open(files, "pub", time), new GivenPlaces()) };

    /// <param name="database">See <see cref="LedgerHarness"/>.</param>
    public static LedgerEngine Of(string? database) => database is null
        ? new LedgerEngine((files, time) => SqliteRecordLog.Open(files, "pub", time), file => new SqliteLedgerStore(file, "pub"))
        : new LedgerEngine((files, time) => PostgresRecordLog.Open(database, database, files, "pub", time), _ => new PostgresLedgerStore(database, "pub"));
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
