using System.Collections.Concurrent;
using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// Who applied what: a row per (record, subscriber), opened before the record is published and closed by the subscriber's own
/// word. Primary data, fsynced like the log beside which it lies. Names records by position and streams by a hash, so that it
/// holds nobody's id. A keyed singleton per publishing service.
/// </summary>
public sealed class DeliveryLedger : IDisposable
{
    private readonly IRecordLog _log;
    private readonly string _service;
    private readonly TimeProvider _time;
    private readonly bool _newestSuffices;
    private readonly GroupCommit<LedgerWriter> _writer;
    private readonly ReadPool<LedgerReader> _readers;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private long _cursor;

    private DeliveryLedger(SqliteFile file, IRecordLog log, string service, bool newestSuffices, TimeProvider time)
    {
        (_log, _service, _newestSuffices, _time) = (log, service, newestSuffices, time);
        _writer = new GroupCommit<LedgerWriter>($"{service}/ledger", file, connection => new LedgerWriter(connection), _ => { });
        _readers = new ReadPool<LedgerReader>(() => new LedgerReader(file.OpenForReading()));
        _cursor = _readers.Read(r => r.Cursor());
    }

    /// <summary>Everything up to this position of the log has been published.</summary>
    internal long Cursor => Volatile.Read(ref _cursor);

    /// <summary>Opens or creates the ledger of the service's log. See <see cref="StorageRegistration.AddRelay"/> for <paramref name="newestSuffices"/>.</summary>
    public static DeliveryLedger Open(string file, IRecordLog log, string service, bool newestSuffices, TimeProvider time) =>
        new(new SqliteFile(file, 1, [LedgerSchema.Create]), log, service, newestSuffices, time);

    /// <summary>
    /// A subscriber lives. A new one, or one that wants more than before, is owed all earlier records of its kinds. A service is
    /// no subscriber of its own log: its own announcement, meant for others, is ignored.
    /// </summary>
    public async Task RegisterAsync(SubscriberAnnounced announced)
    {
        ArgumentNullException.ThrowIfNull(announced);
        if (announced.Subscriber == _service) return;
        var now = _time.Now();
        await _writer.RunAsync(w => w.Register(announced.Subscriber, announced.Kinds, announced.EveryVersion, now));
        _seen[announced.Subscriber] = now;
    }

    /// <summary>
    /// Closes what was applied and, unless the subscriber needs every version, all older deliveries of the same stream to it.
    /// A repeat changes nothing. False when the log has no such record: then nothing is kept.
    /// </summary>
    public async Task<bool> CloseAsync(ConsentApplied applied)
    {
        ArgumentNullException.ThrowIfNull(applied);
        if (await _log.FindByIdAsync(applied.RecordId) is not { } record)
        {
            StorageMetrics.UnknownAcknowledged.Add(1, new KeyValuePair<string, object?>("store", _service));
            return false;
        }

        var place = Place.Of(record);
        var now = _time.Now();
        await _writer.RunAsync(w => w.Close(applied.Subscriber, place, _newestSuffices, applied.AppliedAt, now));
        return true;
    }

    /// <summary>Every delivery of the record, open and closed; empty for an unknown record.</summary>
    public async ValueTask<IReadOnlyList<Delivery>> DeliveriesOfAsync(string recordId, CancellationToken cancel = default)
    {
        if (await _log.FindByIdAsync(recordId, cancel) is not { } record) return [];
        var deliveries = new List<Delivery>();
        foreach (var row in _readers.Read(r => r.DeliveriesOf(Place.Of(record))))
        {
            var newer = row.SupersededBy is { } position ? await _log.FindByPositionAsync(position, cancel) : null;
            deliveries.Add(new Delivery(recordId, row.Subscriber, row.OpenedAt, row.AppliedAt, row.ClosedAt, newer?.Id));
        }

        return deliveries;
    }

    /// <summary>Closed deliveries behind the sequence number, in the order of their closing; 0 is the beginning.</summary>
    public async ValueTask<IReadOnlyList<ClosedDelivery>> ClosedAfterAsync(long sequence, int max, CancellationToken cancel = default)
    {
        var page = new List<ClosedDelivery>();
        foreach (var row in _readers.Read(r => r.ClosedAfter(sequence, max)))
        {
            if (await _log.FindByPositionAsync(row.Position, cancel) is not { } record) continue;
            page.Add(new ClosedDelivery(row.Sequence, ConsentApplied.By(row.Subscriber, _service, record.Id, row.AppliedAt)));
        }

        return page;
    }

    /// <summary>All that ever announced themselves, with what is open for each. Counts rows: not for a hot path.</summary>
    public ValueTask<IReadOnlyList<SubscriberStatus>> SubscribersAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        var known = _readers.Read(r => r.Subscribers());
        return ValueTask.FromResult<IReadOnlyList<SubscriberStatus>>(
            [.. known.Select(s => s with { LastSeen = _seen.GetValueOrDefault(s.Name, s.LastSeen) })]);
    }

    /// <summary>Opens what is to be published now, for every subscriber that wants it. A record seen before is passed over.</summary>
    internal Task OpenAsync(IReadOnlyList<(LogRecord Record, string? EventKind)> page, DateTimeOffset now, DateTimeOffset due)
    {
        var places = page.Select(p => (Place.Of(p.Record), p.EventKind)).ToList();
        return _writer.RunAsync(w => w.OpenNew(places, now, due));
    }

    internal async Task MoveCursorAsync(long position)
    {
        await _writer.RunAsync(w => w.MoveCursor(position));
        Volatile.Write(ref _cursor, position);
    }

    /// <summary>All that announced themselves.</summary>
    internal IReadOnlyList<Subscriber> Registry() => _readers.Read(r => r.Registry());

    internal bool SeenSince(string subscriber, DateTimeOffset moment) => _seen.TryGetValue(subscriber, out var seen) && seen >= moment;

    internal Task OpenEarlierAsync(Subscriber subscriber, IReadOnlyList<LogRecord> wanted, long through, DateTimeOffset now)
    {
        var places = wanted.Select(Place.Of).ToList();
        return _writer.RunAsync(w => w.OpenEarlier(subscriber, places, through, now));
    }

    /// <summary>What is due, at most one per stream: the newest, or the oldest where each version is needed.</summary>
    internal IReadOnlyList<DueDelivery> Due(Subscriber subscriber, DateTimeOffset now, int max) =>
        _readers.Read(r => r.Due(subscriber.Number, oldestFirst: subscriber.EveryVersion || !_newestSuffices, now, max));

    internal Task PutOffAsync(Subscriber subscriber, IReadOnlyList<DueDelivery> deliveries) =>
        _writer.RunAsync(w => w.PutOff(subscriber.Number, deliveries));

    internal Task ForgetAsync(Subscriber subscriber, DueDelivery unwanted) => _writer.RunAsync(w => w.Forget(subscriber.Number, unwanted));

    internal bool NewestSufficesFor(Subscriber subscriber) => _newestSuffices && !subscriber.EveryVersion;

    /// <summary>Finishes the writes that wait, then closes the file.</summary>
    public void Dispose()
    {
        _readers.Dispose();
        _writer.Dispose();
    }
}
