using Consent.Contracts;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe;

/// <summary>The log of this service, in the terms of its records.</summary>
public sealed class MarketingLog([FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log, TimeProvider time)
{
    /// <summary>The record before that of the id, in the stream of an address; null for none.</summary>
    public async ValueTask<MarketingRecord?> BeforeAsync(string site, string subjectId, string? id, CancellationToken cancel)
    {
        var history = await log.HistoryAsync(MarketingRecord.Stream(site, subjectId), cancel);
        return Read(history.TakeWhile(record => record.Id != id).LastOrDefault(), site, subjectId);
    }

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
            if (decide(Read(newest, site, subjectId), log.IdOf(stream, version)) is not { } next) return null;
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
    /// suppression of everything since then. Durable on return.
    /// </summary>
    /// <returns>What outlives it (<see cref="MarketingDecisions.Outlives"/>) and is gone too, by its time: each topic, with the record that made it as it is.</returns>
    public async Task<IReadOnlyList<(MarketingRecord Made, string Topic, TopicEntry Entry)>> EraseAsync(
        string site, string subjectId, DateTimeOffset erasedAt, CancellationToken cancel)
    {
        var stream = MarketingRecord.Stream(site, subjectId);
        var history = await log.HistoryAsync(stream, cancel);
        var living = history.Where(record => record.Kind != LogRecord.Erased).ToDictionary(record => record.Id);
        if (!living.Values.Any(record => record.RecordedAt <= erasedAt)) return [];
        List<(MarketingRecord Made, string Topic, TopicEntry Entry)> later =
        [
            .. Read(history[^1], site, subjectId)!.Topics.Where(t => MarketingDecisions.Outlives(t.Value, erasedAt) && t.Value.By is { } by && living.ContainsKey(by))
                .OrderBy(t => t.Value.At).Select(t => (living[t.Value.By!].Read<MarketingRecord>(), t.Key, t.Value)),
        ];
        await log.EraseAsync(stream, ContractJson.Write(new Tombstone(erasedAt)), time.Now());
        return later;
    }

    /// <summary>A tombstone says nothing of who it was; whoever asked for the stream knows.</summary>
    private static MarketingRecord? Read(LogRecord? record, string site, string subjectId)
    {
        if (record?.Kind != LogRecord.Erased) return record?.Read<MarketingRecord>();
        // Empty where the stream came back with an old backup, and its key did not.
        var erasedAt = record.Payload.Length == 0 ? record.RecordedAt : record.Read<Tombstone>().ErasedAt;
        return new MarketingRecord
        {
            Kind = LogRecord.Erased,
            Site = site,
            SubjectId = subjectId,
            Topic = MarketingRecord.Everything,
            Action = MarketingDecisions.Erasure,
            RecordedAt = record.RecordedAt,
            Topics = new Dictionary<string, TopicEntry>
            {
                [MarketingRecord.Everything] = new(TopicStatus.Suppressed, erasedAt, null, record.Id, TopicEntry.Erased),
            },
        };
    }

    private sealed record Tombstone(DateTimeOffset ErasedAt);
}
