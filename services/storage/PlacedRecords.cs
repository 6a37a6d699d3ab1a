namespace Consent.Storage;

/// <summary>
/// Asks where records stand in the feed that were read otherwise. Where an engine gives out places with the commit it asks nothing; where it gives them out behind it, what was committed before
/// the call has a place afterwards.
/// </summary>
public static class PlacedRecords
{
    /// <summary>The record with its place in the feed; as it was when the log does not have it any more, because it was erased.</summary>
    public static async ValueTask<LogRecord> PlacedAsync(this IRecordLog log, LogRecord record, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(record);
        return record.IsPlaced ? record : (await log.PlacedAsync([record], cancel))[0];
    }

    /// <summary>The same of many, in their order, by one question.</summary>
    public static async ValueTask<IReadOnlyList<LogRecord>> PlacedAsync(this IRecordLog log, IReadOnlyList<LogRecord> records, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(records);
        var unplaced = records.Where(record => !record.IsPlaced).Select(record => record.Id).ToList();
        if (unplaced.Count == 0) return records;
        var found = new Queue<long>(await log.PositionsOfAsync(unplaced, cancel));
        var placed = new List<LogRecord>(records.Count);
        foreach (var record in records) placed.Add(!record.IsPlaced && found.Dequeue() is > 0 and var position ? record with { Position = position } : record);
        return placed;
    }

    /// <summary>See <see cref="IRecordLog.HistoriesAsync"/>: each record with its place in the feed.</summary>
    public static async ValueTask<IReadOnlyList<IReadOnlyList<LogRecord>>> PlacedHistoriesAsync(this IRecordLog log, IReadOnlyList<StreamKey> streams, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        var histories = await log.HistoriesAsync(streams, cancel);
        if (histories.All(history => history.All(record => record.IsPlaced))) return histories;
        var placed = new Queue<LogRecord>(await log.PlacedAsync([.. histories.SelectMany(history => history)], cancel));
        var told = new List<IReadOnlyList<LogRecord>>(histories.Count);
        foreach (var history in histories) told.Add([.. history.Select(_ => placed.Dequeue())]);
        return told;
    }
}
