using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>Some of the feed, ascending: about 1,000 records or 4 MiB of them, whichever is less, so that many large records never are in memory at once.</summary>
/// <param name="IsFull">It ended for its size; else at the end of the feed.</param>
internal sealed record FeedPart(IReadOnlyList<LogRecord> Records, bool IsFull)
{
    private const int MostRecords = 1000;
    private const long MostBytes = 4 << 20;

    /// <summary>Records of one read, by which a page may be larger than that.</summary>
    public const int AtOnce = 64;

    public static async Task<FeedPart> ReadAsync(IRecordLog log, long after, CancellationToken cancel)
    {
        var (records, bytes) = (new List<LogRecord>(), 0L);
        while (records.Count < MostRecords && bytes < MostBytes)
        {
            var some = await log.FeedAsync(after, AtOnce, cancel);
            records.AddRange(some);
            if (some.Count < AtOnce) return new FeedPart(records, false);
            bytes += some.Sum(record => (long)record.Payload.Length);
            after = some[^1].Position;
        }

        return new FeedPart(records, true);
    }

    /// <summary>The position up to which it goes, for who read it behind this one.</summary>
    public long Through(long after) => Records is [.., var last] ? last.Position : after;
}
