using System.Globalization;
using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Storage;

/// <summary>
/// Answers a subscriber that loads what was before it came, or that asks for a range again: one page for one question, straight to its
/// queue. The subscriber is entered into the registry first, so that whatever is published while it loads is owed to it. One page is made at
/// a time; see <see cref="Answering"/> for those who ask in a loop, or have no queue.
/// </summary>
internal sealed class AnswerSnapshot(string service, IRecordLog log, DeliveryLedger ledger, IEventTransport transport, Published published, TimeProvider time)
    : IEventHandler<SnapshotRequested>, IDisposable
{
    private const int StreamsPerPage = 500;
    private const int NamedPerPage = 50;
    private const int LargestPage = 1 << 20;
    private const int AskedAtOnce = 32;
    private readonly SemaphoreSlim _one = new(1);
    private readonly Answering _answering = new(service, transport, time);

    public async Task HandleAsync(SnapshotRequested e, CancellationToken cancel)
    {
        if (e.Source != service) return;
        SubscriberName.Checked(e.Subscriber);
        // It throws on what is no hash: an error to be seen.
        if (e.After.Length > 0 && string.CompareOrdinal(StreamKey.Parse(e.After).ToString(), StreamKey.Parse(e.Until).ToString()) >= 0) return;
        var range = $"{e.After}-{e.Until}-{string.Join(' ', e.Kinds)}";
        if (_answering.IsAnswered(e.Subscriber, range)) return;

        await _one.WaitAsync(cancel);
        try
        {
            await ledger.RegisterAsync(new SubscriberAnnounced(e.Id, e.Subscriber, e.Kinds, false, time.Now(), e.Purposes, false), onlyNew: true);
            await _answering.SendAsync(await PageAsync(e, cancel), e.Subscriber, range, cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<OutgoingEvent> PageAsync(SnapshotRequested e, CancellationToken cancel)
    {
        var now = time.Now();
        var (events, through, complete) = published.NamedPrefixOf(e.Kinds) is { } prefix
            ? await NamedAsync(prefix, e, now, cancel)
            : await NewestAsync(e, now, cancel);
        if (complete) through = e.Until;
        StorageMetrics.SnapshotRecords.Add(events.Count, new("store", service), new("subscriber", e.Subscriber));
        return new OutgoingEvent(SnapshotPage.Kind, RandomId.New(), Written(e, through, complete, events), e.Subscriber);
    }

    private async Task<(List<OutgoingEvent> Events, string Through, bool Complete)> NewestAsync(SnapshotRequested e, DateTimeOffset now, CancellationToken cancel)
    {
        var newest = await log.NewestOfStreamsAsync(e.After.Length == 0 ? null : StreamKey.Parse(e.After), StreamKey.Parse(e.Until), StreamsPerPage, cancel);
        var (through, bytes, taken) = (e.After, 0, 0);
        var events = new List<OutgoingEvent>();
        var tombstones = await TombstonesBehindAsync(newest, cancel);
        foreach (var record in newest.TakeWhile(_ => bytes <= LargestPage))
        {
            (through, taken) = (record.StreamKey.ToString(), taken + 1);
            List<LogRecord> counting = tombstones.TryGetValue(record.StreamKey, out var tombstone) ? [tombstone, record] : [record];
            foreach (var one in published.IsLoadedWhole(record) ? await log.HistoryAsync(record.Stream, cancel) : counting)
            {
                if (published.EventFor(one, e.Kinds, e.Purposes, now) is not { } told) continue;
                events.Add(told);
                bytes += told.Body.Length;
            }
        }

        return (events, through, newest.Count < StreamsPerPage && taken == newest.Count);
    }

    /// <summary>
    /// The tombstones with which streams begin that something was recorded in since: who asks may hold what was there before, as out of an old backup, and the
    /// newest record does not tell that it was erased.
    /// </summary>
    private async Task<Dictionary<StreamKey, LogRecord>> TombstonesBehindAsync(IReadOnlyList<LogRecord> newest, CancellationToken cancel)
    {
        var later = newest.Where(record => record.Version > 1 && record.Kind != LogRecord.Erased && !published.IsLoadedWhole(record)).ToList();
        // Where the first record is there, nothing was erased; that is one question for all of them. Of an earlier epoch its id is not known here.
        var firsts = await log.PositionsOfAsync([.. later.Select(record => log.IdOf(record.Stream, 1))], cancel);
        var tombstones = new Dictionary<StreamKey, LogRecord>();
        // So that is asked of all streams of before an epoch: some at a time, because an engine that is far away turns away who asks too much at once.
        foreach (var some in later.Where((_, i) => firsts[i] == 0).Chunk(AskedAtOnce))
            foreach (var oldest in await Task.WhenAll(some.Select(record => log.OldestAsync(record.Stream, cancel).AsTask())))
                if (oldest is { Kind: LogRecord.Erased }) tombstones.Add(oldest.StreamKey, oldest);
        return tombstones;
    }

    /// <summary>Of streams that have a name in the store: by their position in the log, so that no others are walked through.</summary>
    private async Task<(List<OutgoingEvent> Events, string Through, bool Complete)> NamedAsync(string prefix, SnapshotRequested e, DateTimeOffset now, CancellationToken cancel)
    {
        var after = e.After.Length == 0 ? 0 : long.Parse(e.After, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var page = await log.NamedFeedAsync(prefix, after, NamedPerPage, cancel);
        return (
            [.. page.Select(record => published.EventFor(record, e.Kinds, null, now)).OfType<OutgoingEvent>()],
            string.Create(CultureInfo.InvariantCulture, $"{(page.Count == 0 ? after : page[^1].Position):x20}"), page.Count < NamedPerPage);
    }

    /// <summary>What <see cref="ContractJson"/> would write of the page, with the bodies as they are.</summary>
    private byte[] Written(SnapshotRequested e, string through, bool complete, List<OutgoingEvent> events) => PublishedEvents.Page(events, json =>
    {
        json.WriteString("id"u8, e.Id);
        json.WriteString("source"u8, service);
        json.WriteString("after"u8, e.After);
        json.WriteString("through"u8, through);
        json.WriteBoolean("complete"u8, complete);
    });
}

/// <summary>Writes pages of events.</summary>
internal static class PublishedEvents
{
    public static byte[] Page(List<OutgoingEvent> events, Action<Utf8JsonWriter> head)
    {
        using var buffer = new MemoryStream();
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ContractJson.Options.Encoder });
        json.WriteStartObject();
        head(json);
        json.WriteStartArray("events"u8);
        foreach (var e in events)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, e.Kind);
            json.WritePropertyName("body"u8);
            json.WriteRawValue(e.Body.Span, skipInputValidation: true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.ToArray();
    }
}
