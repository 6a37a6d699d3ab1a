using System.Collections.Concurrent;
using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// Who applied what: a row per (record, subscriber), written at the subscriber's own word. What was published and has no row is open.
/// Primary data, on the engine of the log and as durable. Names records by position and nobody's id. A keyed singleton per publishing service.
/// </summary>
public sealed class DeliveryLedger
{
    /// <summary>How exactly it is noted when a subscriber was seen.</summary>
    internal static readonly TimeSpan SeenPrecision = TimeSpan.FromSeconds(10);
    private readonly IRecordLog _log;
    private readonly ILedgerStore _store;
    private readonly string _service;
    private readonly OpenDeliveries _open;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, (SubscriberAnnounced What, long At)> _noted = new(StringComparer.Ordinal);

    internal DeliveryLedger(IRecordLog log, ILedgerStore store, string service, OpenDeliveries open, TimeProvider time) =>
        (_log, _store, _service, _open, _time) = (log, store, service, open, time);

    /// <summary>
    /// A subscriber lives. What is published from now on is owed to a new one; it loads by itself what was before. A service is no
    /// subscriber of its own log: its own announcement, meant for others, is ignored.
    /// </summary>
    /// <param name="onlyNew">Changes nothing about one that is known.</param>
    public async Task RegisterAsync(SubscriberAnnounced announced, bool onlyNew = false)
    {
        ArgumentNullException.ThrowIfNull(announced);
        if (onlyNew && (_noted.ContainsKey(announced.Subscriber) || (await _store.RegistryAsync(default)).Any(s => s.Name == announced.Subscriber))) return;
        await RegisterAsync(announced, _time.Now());
    }

    /// <summary>Closes what was applied. A repeat changes nothing. False when the log has none of these records: then nothing is kept.</summary>
    public async Task<bool> CloseAsync(ConsentApplied applied)
    {
        ArgumentNullException.ThrowIfNull(applied);
        var positions = await _log.PositionsOfAsync([applied.RecordId, .. applied.Also ?? []]);
        var known = positions.Where(position => position > 0).ToList();
        if (known.Count < positions.Count)
            StorageMetrics.UnknownAcknowledged.Add(positions.Count - known.Count, new KeyValuePair<string, object?>("store", _service));
        if (known.Count == 0) return false;
        await _store.CloseAsync(applied.Subscriber, known, applied.AppliedAt, _time.Now());
        return true;
    }

    /// <summary>What became of the record at each subscriber that it concerns; empty for an unknown record.</summary>
    public async Task<IReadOnlyList<Delivery>> DeliveriesOfAsync(string recordId, CancellationToken cancel = default)
    {
        if (await _log.FindByIdAsync(recordId, cancel) is not { } found || await _log.PlacedAsync(found, cancel) is not { IsPlaced: true } record) return [];
        var applied = (await _store.ClosedOfAsync(record.Position, cancel)).ToDictionary(row => row.Subscriber, StringComparer.Ordinal);
        var deliveries = applied.Values.Select(row => new Delivery(recordId, row.Subscriber, "applied", row.AppliedAt, row.ClosedAt)).ToList();
        foreach (var subscriber in await _store.RegistryAsync(cancel))
        {
            if (applied.ContainsKey(subscriber.Name) || !_open.Concerns(subscriber, record)) continue;
            deliveries.Add(await NewerAppliedAsync(subscriber, record, cancel) is { } newer
                ? new Delivery(recordId, subscriber.Name, "superseded", null, newer.Row.ClosedAt, newer.Record.Id)
                : new Delivery(recordId, subscriber.Name, subscriber.RetiredAt is not null ? "retired" : record.Position <= subscriber.Joined ? "earlier" : "open"));
        }

        return [.. deliveries.OrderBy(d => d.Subscriber, StringComparer.Ordinal)];
    }

    /// <summary>Closed deliveries behind the sequence number, in the order of their closing; 0 is the beginning.</summary>
    public async ValueTask<IReadOnlyList<ClosedDelivery>> ClosedAfterAsync(long sequence, int max, CancellationToken cancel = default)
    {
        var page = new List<ClosedDelivery>();
        foreach (var row in await _store.ClosedAfterAsync(sequence, max, cancel))
        {
            var record = await _log.FindByPositionAsync(row.Position, cancel);
            page.Add(new ClosedDelivery(row.Sequence, record is null ? null : ConsentApplied.By(row.Subscriber, _service, record.Id, row.AppliedAt)));
        }

        return page;
    }

    /// <summary>All that ever announced themselves or were declared, with what is open for each. Reads records: not for a hot path.</summary>
    public async Task<IReadOnlyList<SubscriberStatus>> SubscribersAsync(CancellationToken cancel = default)
    {
        var all = new List<SubscriberStatus>();
        var published = await _log.CursorAsync(RelayLease.Name, cancel);
        foreach (var s in await _store.RegistryAsync(cancel))
        {
            var open = s.RetiredAt is null ? (await _open.LookAsync(s, s.Frontier, published, OpenDeliveries.MostCounted, cancel)).Open : [];
            all.Add(new SubscriberStatus(
                s.Name, s.Kinds, s.Purposes, s.EveryVersion, s.LastSeen, open.Count, open.Count == 0 ? null : open[0].RecordedAt, s.Loaded, s.RetiredAt, s.RetiredBecause));
        }

        return all;
    }

    /// <summary>Owes a subscriber all that is published from now on, though it was never seen.</summary>
    internal Task DeclareAsync(SubscriberAnnounced declared) => RegisterAsync(declared, (DateTimeOffset?)null);

    private async Task RegisterAsync(SubscriberAnnounced announced, DateTimeOffset? seen)
    {
        if (announced.Subscriber == _service || !_open.IsWantedBy(announced)) return;
        var now = _time.GetTimestamp();
        var same = _noted.TryGetValue(announced.Subscriber, out var noted) && SaysTheSame(noted.What, announced);
        if (same && seen is not null && _time.GetElapsedTime(noted.At, now) < SeenPrecision) return;
        if (!same && (await _store.RegistryAsync(default)).FirstOrDefault(s => s.Name == announced.Subscriber) is { RetiredAt: not null }) return;
        await _store.RegisterAsync(announced, seen, await _log.CursorAsync(RelayLease.Name));
        if (seen is not null) _noted[announced.Subscriber] = (announced, now);
    }

    private async Task<(LogRecord Record, ClosedRow Row)?> NewerAppliedAsync(Subscriber subscriber, LogRecord record, CancellationToken cancel)
    {
        if (_open.IsOwedAlways(subscriber, record)) return null;
        foreach (var newer in await _log.PlacedAsync([.. (await _log.HistoryAsync(record.Stream, cancel)).Where(r => r.Version > record.Version)], cancel))
            if (newer.IsPlaced && (await _store.ClosedOfAsync(newer.Position, cancel)).FirstOrDefault(row => row.Subscriber == subscriber.Name) is { } row) return (newer, row);
        return null;
    }

    private static bool SaysTheSame(SubscriberAnnounced a, SubscriberAnnounced b) =>
        a.EveryVersion == b.EveryVersion && a.Loaded == b.Loaded && a.Kinds.SequenceEqual(b.Kinds, StringComparer.Ordinal)
        && (a.Purposes is null ? b.Purposes is null : b.Purposes is not null && a.Purposes.SequenceEqual(b.Purposes, StringComparer.Ordinal));
}
