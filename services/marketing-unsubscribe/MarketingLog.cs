using Consent.Contracts;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe;

/// <summary>The log of this service, in the terms of its records.</summary>
public sealed class MarketingLog([FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log, AddressIndex index, TimeProvider time)
{
    public async ValueTask<MarketingRecord?> LatestAsync(string site, string subjectId, CancellationToken cancel) =>
        Read(await log.LatestAsync(MarketingRecord.Stream(site, subjectId), cancel), site, subjectId);

    /// <summary>Whether the stream of an address has a record under the key.</summary>
    public async ValueTask<bool> HasKeyAsync(string site, string subjectId, string key, CancellationToken cancel) =>
        await log.FindByKeyAsync(MarketingRecord.Stream(site, subjectId), key, cancel: cancel) is not null;

    /// <summary>
    /// Decides on top of the newest record and appends, again and again until no other writer came between. Completes when the
    /// record is committed, or when <paramref name="decide"/> finds nothing to append: then null. Throws
    /// <see cref="LogUnavailableException"/> when the log cannot commit.
    /// </summary>
    /// <param name="decide">From the newest record and the id that the next one will have.</param>
    /// <param name="key">Of what makes the record, if it may come again: a stream has one record under it, and a repeat finds nothing to append.</param>
    public async Task<MarketingRecord?> AppendAsync(
        string site, string subjectId, Func<MarketingRecord?, string, MarketingRecord?> decide, CancellationToken cancel, string? key = null)
    {
        var stream = MarketingRecord.Stream(site, subjectId);
        while (true)
        {
            var newest = await log.LatestAsync(stream, cancel);
            // Looked up after the newest: what comes between makes the append conflict.
            if (key is not null && newest is not null && await HasKeyAsync(site, subjectId, key, cancel)) return null;
            var version = (newest?.Version ?? 0) + 1;
            var before = Read(newest, site, subjectId);
            if (decide(before, log.IdOf(stream, version)) is not { } decided) return null;
            // In the order of the stream, whatever the clock of another replica said.
            var next = decided with
            {
                TakenBack = OptOutDecisions.TakenBack(before, decided),
                Frequencies = decided.Frequencies ?? before?.Frequencies,
                UnclearBounceAt = decided.Kind == MarketingRecord.Bounced || decided.Proof?.OwnWord?.ConfirmedAt is not null ? decided.UnclearBounceAt : before?.UnclearBounceAt,
                RecordedAt = Later(before, decided.RecordedAt),
            };
            var outcome = await log.AppendAsync(new NewRecord
            {
                Stream = stream,
                Version = version,
                Kind = next.Kind,
                RecordedAt = next.RecordedAt,
                Payload = ContractJson.Write(next),
                IdempotencyKey = key,
            });
            if (outcome is AppendOutcome.Appended) return next;
        }
    }

    /// <summary>
    /// Erases the stream of an address where anything in it is from before the erasure, or of that moment; a tombstone is left, which reads as the
    /// suppression of everything since then. Durable on return. Bears repeating.
    /// </summary>
    /// <returns>What outlives it (<see cref="ErasureDecisions.Outlives"/>), and has to be kept anew: it stands in the tombstone, where it names nobody.</returns>
    public async Task<IReadOnlyList<OutlivingEntry>> EraseAsync(string site, string subjectId, DateTimeOffset erasedAt, CancellationToken cancel)
    {
        var stream = MarketingRecord.Stream(site, subjectId);
        while (true)
        {
            var history = await log.HistoryAsync(stream, cancel);
            var living = history.Where(record => record.Kind != LogRecord.Erased).ToDictionary(record => record.Id);
            if (!living.Values.Any(record => record.RecordedAt <= erasedAt))
                return history is [{ Kind: LogRecord.Erased } done, ..] && TombstoneOf(done) is { Later: { } kept } tombstone && tombstone.ErasedAt == erasedAt ? kept : [];
            List<OutlivingEntry> later =
            [
                .. Read(history[^1], site, subjectId)!.Topics.Where(t => ErasureDecisions.Outlives(t.Value, erasedAt) && t.Value.By is { } by && living.ContainsKey(by))
                    .OrderBy(t => t.Value.At).Select(t => OutlivingEntry.Of(living[t.Value.By!].Read<MarketingRecord>(), t.Key, t.Value)),
            ];
            index.Erasing(history[^1].StreamKey, site, subjectId);
            // What another writer appended meanwhile has been read by nobody.
            // The next round finds the tombstone, of whoever wrote it, and what outlived that.
            await log.EraseAsync(stream, ContractJson.Write(new Tombstone(erasedAt, later.Count == 0 ? null : later)), time.Now(), history[^1].Version);
        }
    }

    /// <summary>Erases the stream of an address if nothing but attempts to opt in stands there; then it is as if it had never been heard of.</summary>
    public async Task ForgetAttemptsAsync(string site, string subjectId, CancellationToken cancel)
    {
        var stream = MarketingRecord.Stream(site, subjectId);
        var history = await log.HistoryAsync(stream, cancel);
        if (history.Count == 0 || history.Any(record => record.Kind != MarketingRecord.Attempted && !IsForgotten(record))) return;
        index.Erasing(history[^1].StreamKey, site, subjectId);
        await log.EraseAsync(stream, ContractJson.Write(new Tombstone(time.Now(), IsForgotten: true)), time.Now(), history[^1].Version);
    }

    /// <summary>The purposes of a site for which whoever had stopped everything was looked up.</summary>
    public async Task<IReadOnlyList<string>> ToldPurposesAsync(string site, CancellationToken cancel) =>
        (await log.LatestAsync($"told/{site}", cancel))?.Read<ToldPurposes>().Purposes ?? [];

    public async Task NoteToldPurposesAsync(string site, IReadOnlyList<string> purposes, CancellationToken cancel)
    {
        var newest = await log.LatestAsync($"told/{site}", cancel);
        // Another's note that came between is of the same walk, or is followed by the next.
        await log.AppendAsync(new NewRecord
        {
            Stream = $"told/{site}",
            Version = (newest?.Version ?? 0) + 1,
            Kind = "told-purposes",
            RecordedAt = time.Now(),
            Payload = ContractJson.Write(new ToldPurposes([.. (newest?.Read<ToldPurposes>().Purposes ?? []).Union(purposes).Order(StringComparer.Ordinal)])),
        });
    }

    /// <summary>Keeps that an erasure was asked for, so that the other services hear of it. Durable on return.</summary>
    public async Task NoteErasureAsync(string site, string subjectId, DateTimeOffset at, CancellationToken cancel)
    {
        var stream = $"erasure/{site}/{subjectId}";
        AppendOutcome? outcome = null;
        while (outcome is not AppendOutcome.Appended)
        {
            outcome = await log.AppendAsync(new NewRecord
            {
                Stream = stream,
                Version = ((await log.LatestAsync(stream, cancel))?.Version ?? 0) + 1,
                Kind = MarketingRecord.ErasureAsked,
                RecordedAt = at,
                Payload = ContractJson.Write(new AskedErasure(site, subjectId)),
            });
        }
    }

    /// <summary>A tombstone says nothing of who it was; whoever asked for the stream knows.</summary>
    internal static MarketingRecord? Read(LogRecord? record, string site, string subjectId)
    {
        if (record?.Kind != LogRecord.Erased) return record?.Read<MarketingRecord>();
        if (IsForgotten(record)) return null;
        // Empty where the stream came back with an old backup, and its key did not.
        var erasedAt = TombstoneOf(record)?.ErasedAt ?? record.RecordedAt;
        return new MarketingRecord
        {
            Kind = LogRecord.Erased,
            Site = site,
            SubjectId = subjectId,
            Topic = MarketingRecord.Everything,
            Action = ErasureDecisions.Erasure,
            RecordedAt = record.RecordedAt,
            Topics = new Dictionary<string, TopicEntry>
            {
                [MarketingRecord.Everything] = new(TopicStatus.Suppressed, erasedAt, null, record.Id, TopicEntry.Erased),
            },
        };
    }

    private sealed record ToldPurposes(IReadOnlyList<string> Purposes);

    /// <summary>Behind a tombstone comes what was kept, as of when it was said.</summary>
    private static DateTimeOffset Later(MarketingRecord? before, DateTimeOffset at) => before is { Kind: not LogRecord.Erased } && before.RecordedAt > at ? before.RecordedAt : at;

    private static Tombstone? TombstoneOf(LogRecord record) => record.Payload.Length == 0 ? null : record.Read<Tombstone>();

    private static bool IsForgotten(LogRecord record) => record.Kind == LogRecord.Erased && TombstoneOf(record)?.IsForgotten is true;

    /// <param name="IsForgotten">Nobody asked for it: there were attempts only.</param>
    private sealed record Tombstone(DateTimeOffset ErasedAt, IReadOnlyList<OutlivingEntry>? Later = null, bool IsForgotten = false);
}
