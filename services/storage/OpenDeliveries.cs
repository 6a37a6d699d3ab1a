using Consent.Contracts;

namespace Consent.Storage;

/// <summary>What was published and a subscriber has not applied: read from the log and the ledger, with no rows of its own.</summary>
internal sealed class OpenDeliveries(IRecordLog log, ILedgerStore store, Published published, TimeProvider time)
{
    /// <summary>More are not counted.</summary>
    public const int MostCounted = 10_000;
    private const int PageSize = 500;

    /// <summary>
    /// The first open records behind a position, up to another. Where the newest suffices, one that has a newer one is passed over: the
    /// newer one is open, or closes it. A tombstone is not: whoever applied what the person decided anew has not forgotten for that.
    /// </summary>
    /// <param name="isFresh">Where to stop before the end: at the first record that is too young; none unless given.</param>
    /// <returns>With the position up to which was looked.</returns>
    public async Task<(List<LogRecord> Open, long Through)> LookAsync(
        Subscriber subscriber, long after, long through, int max, CancellationToken cancel, Func<LogRecord, bool>? isFresh = null)
    {
        var open = new List<LogRecord>();
        while (after < through && open.Count < max)
        {
            // Where every position of a stretch is closed, which is the rule, no record needs to be read.
            var stretch = Math.Min(through, after + PageSize);
            var closed = await store.ClosedBetweenAsync(subscriber.Number, after, stretch, cancel);
            if (closed.Count == stretch - after)
            {
                after = stretch;
                continue;
            }

            var page = await log.FeedAsync(after, PageSize, cancel);
            if (page.Count == 0 || page[^1].Position > stretch) closed = await ClosedOnAsync(subscriber, page, through, cancel);
            foreach (var record in page.TakeWhile(r => r.Position <= through))
            {
                if (isFresh?.Invoke(record) == true || open.Count == max) return (open, after);
                after = record.Position;
                if (!closed.Contains(after) && await IsOpenAsync(subscriber, record, cancel)) open.Add(record);
            }

            if (page.Count < PageSize || page[^1].Position >= through) after = Math.Max(after, through);
        }

        return (open, after);
    }

    /// <summary>Whether the record concerns the subscriber and no newer one takes its place. What was applied is not looked up here.</summary>
    public async Task<bool> IsOpenAsync(Subscriber subscriber, LogRecord record, CancellationToken cancel) =>
        Concerns(subscriber, record) && (IsOwedAlways(subscriber, record) || !await log.IsSupersededAsync(record, cancel));

    /// <summary>
    /// Which of these, as they were read in the feed, stand there for a further time: the log tells another position of theirs, under which they are delivered and acknowledged. The feed of an engine
    /// that gives out positions behind the commit may tell a record twice, as after a loss.
    /// </summary>
    /// <returns>Their positions in the feed.</returns>
    public async Task<IReadOnlySet<long>> RepeatedAsync(IReadOnlyList<LogRecord> records, CancellationToken cancel)
    {
        if (records.Count == 0) return new HashSet<long>();
        var positions = await log.PositionsOfAsync([.. records.Select(record => record.Id)], cancel);
        return records.Where((record, i) => positions[i] > 0 && positions[i] != record.Position).Select(record => record.Position).ToHashSet();
    }

    public bool IsWantedBy(SubscriberAnnounced announced) => published.IsWantedBy(announced);

    public bool Concerns(Subscriber subscriber, LogRecord record) => published.EventFor(record, subscriber.Kinds, subscriber.Purposes, time.Now()) is not null;

    /// <summary>Whatever newer one was applied: to a subscriber of every version, and each of a stream of which all are wanted, such as a declaration's.</summary>
    public bool IsOwedAlways(Subscriber subscriber, LogRecord record) =>
        !published.NewestSuffices || subscriber.EveryVersion || record.Kind == LogRecord.Erased || published.IsLoadedWhole(record);

    /// <summary>By the records' own positions: between two of them there may be the gap of an epoch.</summary>
    private async Task<IReadOnlySet<long>> ClosedOnAsync(Subscriber subscriber, IReadOnlyList<LogRecord> page, long through, CancellationToken cancel) => page.Count == 0
        ? new HashSet<long>()
        : await store.ClosedAmongAsync(subscriber.Number, [.. page.Select(r => r.Position).TakeWhile(position => position <= through)], cancel);
}
