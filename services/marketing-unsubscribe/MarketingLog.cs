using Consent.Contracts;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe;

/// <summary>The log of this service, in the terms of its records.</summary>
public sealed class MarketingLog([FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log)
{
    public async ValueTask<MarketingRecord?> LatestAsync(string site, string subjectId, CancellationToken cancel) =>
        (await log.LatestAsync(MarketingRecord.Stream(site, subjectId), cancel))?.Read<MarketingRecord>();

    /// <summary>
    /// Decides on top of the newest record and appends, again and again until no other writer came between. Completes when the
    /// record is committed, or when <paramref name="decide"/> finds nothing to append: then null. Throws
    /// <see cref="LogUnavailableException"/> when the log cannot commit.
    /// </summary>
    public async Task<MarketingRecord?> AppendAsync(
        string site, string subjectId, Func<MarketingRecord?, MarketingRecord?> decide, CancellationToken cancel)
    {
        var stream = MarketingRecord.Stream(site, subjectId);
        while (true)
        {
            var newest = await log.LatestAsync(stream, cancel);
            if (decide(newest?.Read<MarketingRecord>()) is not { } next) return null;
            var outcome = await log.AppendAsync(new NewRecord
            {
                Stream = stream,
                Version = (newest?.Version ?? 0) + 1,
                Kind = next.Kind,
                RecordedAt = next.RecordedAt,
                Payload = ContractJson.Write(next),
            });
            if (outcome is AppendOutcome.Appended) return next;
        }
    }
}
