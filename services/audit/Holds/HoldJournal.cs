using Consent.Audit.Logs;
using Consent.Audit.Timelines;
using Consent.Contracts;
using Consent.Storage;

namespace Consent.Audit.Holds;

/// <summary>
/// The journals in audit's own log: streams <c>holds/{site}</c>, sealed, a record for each <see cref="HoldAct"/>; and <c>hold-site/{site}</c>, which lie under their names, for
/// the sites that have one. What is decided on a journal is appended to that journal or not at all, so that two replicas decide nothing twice.
/// </summary>
public sealed class HoldJournal([FromKeyedServices(AuditSetup.Service)] IRecordLog log, AuditLog audit, TimeProvider time)
{
    private const string Prefix = "holds/";
    private const string Sites = "hold-site/";
    private const int PageSize = 1000;

    /// <summary>The streams that name a site and nobody.</summary>
    internal static bool IsStream(string stream) => stream.StartsWith(Sites, StringComparison.Ordinal);

    /// <summary>Under which class of the verifiable log the record goes; null for what is no act.</summary>
    internal static string? ClassOf(LogRecord record) => !record.Stream.StartsWith(Prefix, StringComparison.Ordinal) || record.Kind == LogRecord.Erased ? null
        : record.Kind is HoldAct.Restricted or HoldAct.RestrictionLifted ? LogClass.Request : LogClass.Hold;

    /// <summary>By which a person of a site is known here: the same keyed hash as in the index of receipts and in the notes of looks.</summary>
    internal string PersonOf(string site, string subject) => log.KeyOf(FollowReceipts.NameOf(site, subject)).ToString();

    internal async Task<HoldBook> ReadAsync(string site, CancellationToken cancel) => HoldBook.Of(await log.HistoryAsync(StreamOf(site), cancel));

    /// <summary>Sites that have, or had, something held or restricted.</summary>
    internal async Task<IReadOnlyList<string>> SitesAsync(CancellationToken cancel)
    {
        var (sites, after) = (new List<string>(), 0L);
        while (await log.NamedFeedAsync(Sites, after, PageSize, cancel) is { Count: > 0 } page)
        {
            sites.AddRange(page.Select(r => r.Stream[Sites.Length..]));
            after = page[^1].Position;
        }
        return sites;
    }

    /// <summary>Appends what is decided on the journal as it then stands; durable on return. The record, or null where nothing was to be done.</summary>
    /// <param name="decide">Pure; asked again when the journal has grown meanwhile.</param>
    internal async Task<LogRecord?> ActAsync(string site, string kind, Func<HoldBook, HoldAct?> decide, CancellationToken cancel)
    {
        while (true)
        {
            var history = await log.HistoryAsync(StreamOf(site), cancel);
            if (decide(HoldBook.Of(history)) is not { } act) return null;
            // First what it is found by.
            if (history.Count == 0) await audit.NoteAsync($"{Sites}{site}", "hold-site", new SiteNote(site), site, cancel);
            var record = new NewRecord
            {
                Stream = StreamOf(site),
                Version = history.Count == 0 ? 1 : history[^1].Version + 1,
                Kind = kind,
                RecordedAt = act.At,
                Payload = ContractJson.Write(act),
            };
            if (await log.AppendAsync(record) is AppendOutcome.Appended appended) return appended.Record;
        }
    }

    /// <summary>
    /// Whether the erasure has to wait, durably on return, because the person is held. What is held from now on does not stop an erasure of which this said no.
    /// </summary>
    /// <param name="eventId">Of the event that told of the erasure, which is to be kept in its trace: it is carried out by it.</param>
    internal async Task<bool> WaitsAsync(string site, string subject, string eventId, CancellationToken cancel)
    {
        var (person, waits) = (PersonOf(site, subject), false);
        var noted = await ActAsync(site, HoldAct.ErasureWaits, book =>
        {
            waits = book.IsWaiting(eventId);
            return book.Wait(eventId, person, time.Now());
        }, cancel);
        return waits || noted is not null;
    }

    private static string StreamOf(string site) => $"{Prefix}{site}";

    private sealed record SiteNote(string Site);
}
