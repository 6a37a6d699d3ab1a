using System.Globalization;
using Consent.Audit.Holds;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.Storage;

namespace Consent.Audit;

/// <summary>
/// Audit's own append-only log. Streams: <c>trace/{record id}</c>, all that was heard about one record, in the order of hearing;
/// <c>declaration/{site}/{hash}</c>, the publications of one text; <c>mail/{site}/{day}</c>, the counts of mail of one day (UTC);
/// <c>cursor/{source}</c>, how far its ledger was read; and those of <see cref="PersonTraces"/>, <see cref="AddressTraces"/>,
/// <see cref="CampaignNotes"/>, <see cref="KnownSubscribers"/>, <see cref="SiteDeclarations"/>, <see cref="AccessNotes"/> and <see cref="HoldJournal"/>; <c>log/{name}/{part}</c>, <c>log-site/{site}</c> and <c>log-held/{name}</c>, the
/// verifiable logs (<see cref="LogBatch"/>, <see cref="LogSites"/>, <see cref="HeldLogs"/>).
/// </summary>
public sealed class AuditLog([FromKeyedServices(AuditSetup.Service)] IRecordLog log, TimeProvider time)
{
    /// <summary>All that follows from one decision is heard in the same moment, and would lose against each other: each loser has to look again.</summary>
    private readonly InTurns<string> _turns = new();

    /// <summary>Throws for what names no record, as the body of another kind of event may: it would be kept where nobody finds it.</summary>
    public static string TraceOf(string recordId)
    {
        ArgumentException.ThrowIfNullOrEmpty(recordId);
        return $"trace/{recordId}";
    }

    /// <summary>Which streams name nobody, and so may lie in the store under their names.</summary>
    public static bool NamesNobody(string stream) =>
        CampaignNotes.IsStream(stream) || KnownSubscribers.IsStream(stream) || LogBatch.IsStream(stream) || LogSites.IsStream(stream) || HeldLogs.IsStream(stream) || HoldJournal.IsStream(stream);

    public static string DeclarationOf(string site, string hash) => $"declaration/{site}/{hash}";

    public static string MailOf(string site, DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"mail/{site}/{day:yyyyMMdd}");

    /// <summary>
    /// Appends the event to the stream unless it stands there already. Completes after the fsync, with what stands in the log:
    /// of an event that came before, the first hearing.
    /// </summary>
    public Task<Heard> KeepAsync<T>(string stream, T e, CancellationToken cancel) where T : IEvent => _turns.RunAsync(stream, async () =>
    {
        var key = $"{T.Kind}:{e.Id}";
        while (true)
        {
            if (await log.FindByKeyAsync(stream, key, null, cancel) is { } known) return HeardIn<T>(known.Record, e.Id);

            var heard = Heard.Of(e, time.Now());
            // A conflict means that another replica heard something for this stream in between: look again.
            if (await TryAppendAsync(stream, T.Kind, heard.Body, key, heard.At, cancel, ControllerOf(e))) return heard;
        }
    });

    /// <summary>Whether the event of a record, which has a trace of its own, stands in the log.</summary>
    public async ValueTask<bool> IsHeldAsync(string kind, string id) => await log.FindByKeyAsync(TraceOf(id), $"{kind}:{id}") is not null;

    public async ValueTask<List<Heard>> ReadAsync(string stream, CancellationToken cancel) =>
        [.. (await log.HistoryAsync(stream, cancel)).Where(r => r.Kind != LogRecord.Erased).Select(HeardOf)];

    /// <summary>What was heard of each of these records, in their order, all read at once.</summary>
    /// <param name="recordIds">Some hundreds at most.</param>
    internal async Task<IReadOnlyList<List<Heard>>> ReadTracesAsync(IReadOnlyList<string> recordIds, CancellationToken cancel)
    {
        if (recordIds.Count == 0) return [];
        var histories = await log.HistoriesAsync([.. recordIds.Select(id => log.KeyOf(TraceOf(id)))], cancel);
        return [.. histories.Select(history => history.Where(r => r.Kind != LogRecord.Erased).Select(HeardOf).ToList())];
    }

    /// <summary>A record that is no tombstone.</summary>
    internal static Heard HeardOf(LogRecord record) => new(record.Kind, record.Read<EventId>().Id, record.RecordedAt, record.Payload);

    /// <summary>Up to <paramref name="max"/> receipts or anything else behind the position, in the order of hearing.</summary>
    public ValueTask<IReadOnlyList<LogRecord>> FeedAsync(long after, int max, CancellationToken cancel) => log.FeedAsync(after, max, cancel);

    /// <summary>How far the source's ledger stands in this log.</summary>
    public async ValueTask<LedgerCursor> CursorOfAsync(string source, CancellationToken cancel) =>
        (await log.LatestAsync(CursorStream(source), cancel))?.Read<LedgerCursor>() ?? new LedgerCursor(0);

    /// <summary>Call it when all between the two places has been kept. False, and nothing is noted, when the cursor is elsewhere by now.</summary>
    public async Task<bool> MoveCursorAsync(string source, LedgerCursor from, LedgerCursor to, CancellationToken cancel)
    {
        while (await CursorOfAsync(source, cancel) == from)
        {
            if (await TryAppendAsync(CursorStream(source), "ledger-cursor", ContractJson.Write(to), null, time.Now(), cancel)) return true;
        }
        return false;
    }

    /// <summary>Appends to the stream once for the key.</summary>
    /// <param name="controller">See <see cref="NewRecord.Controller"/>.</param>
    internal Task NoteAsync<T>(string stream, string kind, T note, string key, CancellationToken cancel, string? controller = null) => _turns.RunAsync(stream, async () =>
    {
        while (await log.FindByKeyAsync(stream, key, null, cancel) is null)
        {
            if (await TryAppendAsync(stream, kind, ContractJson.Write(note), key, time.Now(), cancel, controller)) return true;
        }

        return false;
    });

    private async Task<bool> TryAppendAsync(
        string stream, string kind, ReadOnlyMemory<byte> payload, string? key, DateTimeOffset at, CancellationToken cancel, string? controller = null)
    {
        var newest = await log.NewestVersionAsync(stream, cancel);
        return await log.AppendAsync(new NewRecord
        {
            Stream = stream,
            Version = newest + 1,
            Kind = kind,
            RecordedAt = at,
            Payload = payload,
            IdempotencyKey = key,
            Controller = controller,
        }) is AppendOutcome.Appended;
    }

    /// <summary>Under whose key the event is kept, where it says so itself; what names none lies under the key of audit.</summary>
    private static string? ControllerOf(object e) => e switch
    {
        ConsentChanged { Receipt: { Controller.Length: > 0 } receipt } => receipt.Controller,
        MailCounted { Controller.Length: > 0 } mail => mail.Controller,
        _ => null,
    };

    private static Heard HeardIn<T>(LogRecord record, string eventId) where T : IEvent => new(T.Kind, eventId, record.RecordedAt, record.Payload);

    private static string CursorStream(string source) => $"cursor/{source}";

    private sealed record EventId(string Id);
}

/// <summary>A place in a ledger up to which its closed deliveries stand in audit's log; 0 at the beginning.</summary>
/// <param name="Epoch">The source's when the place was reached; null while nothing was read.</param>
public sealed record LedgerCursor(long Through, int? Epoch = null)
{
    /// <summary>
    /// Whether the page begins where this ends, so that nothing lies between: at this place, or at the beginning when the source was restored
    /// since, whose ledger may have given places behind this one to others. What was asked before a restore, of audit or of the source, does not.
    /// </summary>
    public bool IsContinuedBy(LedgerPage page) =>
        page.Through > page.After && (Epoch is null || page.Epoch >= Epoch) && page.After == (Epoch is null || page.Epoch == Epoch ? Through : 0);
}
