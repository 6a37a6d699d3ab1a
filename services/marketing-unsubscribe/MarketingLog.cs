using Consent.Contracts;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe;

/// <summary>The log of this service, in the terms of its records.</summary>
public sealed class MarketingLog([FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log)
{
    /// <summary>The record before that of the id, in the stream of an address; null for none.</summary>
    public async ValueTask<MarketingRecord?> BeforeAsync(string site, string subjectId, string? id, CancellationToken cancel)
    {
        var history = await log.HistoryAsync(MarketingRecord.Stream(site, subjectId), cancel);
        return history.TakeWhile(record => record.Id != id).LastOrDefault()?.Read<MarketingRecord>();
    }

    public async ValueTask<MarketingRecord?> LatestAsync(string site, string subjectId, CancellationToken cancel) =>
        (await log.LatestAsync(MarketingRecord.Stream(site, subjectId), cancel))?.Read<MarketingRecord>();

    /// <summary>
    /// Decides on top of the newest record and appends, again and again until no other writer came between. Completes when the
    /// record is committed, or when <paramref name="decide"/> finds nothing to append: then null. Throws
    /// <see cref="LogUnavailableException"/> when the log cannot commit.
    /// </summary>
    /// <param name="decide">From the newest record and the id that the next one will have.</param>
    public async Task<MarketingRecord?> AppendAsync(
        string site, string subjectId, Func<MarketingRecord?, string, MarketingRecord?> decide, CancellationToken cancel)
    {
        var stream = MarketingRecord.Stream(site, subjectId);
        while (true)
        {
            var newest = await log.LatestAsync(stream, cancel);
            var version = (newest?.Version ?? 0) + 1;
            if (decide(newest?.Read<MarketingRecord>(), log.IdOf(stream, version)) is not { } next) return null;
            var outcome = await log.AppendAsync(new NewRecord
            {
                Stream = stream,
                Version = version,
                Kind = next.Kind,
                RecordedAt = next.RecordedAt,
                Payload = ContractJson.Write(next),
            });
            if (outcome is AppendOutcome.Appended) return next;
        }
    }
}
