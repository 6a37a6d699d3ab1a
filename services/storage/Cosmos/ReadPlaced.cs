using System.Collections.Concurrent;
using System.Text.Json;

namespace Consent.Storage;

/// <summary>
/// All reads that go by places: the feed, and that of named streams; what has a position, and what position something has; which streams there are. What was committed before the call is placed
/// before it is said that there is nothing more. Throws as <see cref="CosmosContainer"/> does.
/// </summary>
internal sealed class ReadPlaced(CosmosOrder order, NamedPlaces names, CosmosRecords records, CosmosHead head)
{
    private const int MostAtOnce = 500;
    private const int MostEnds = 1000;
    private readonly ConcurrentDictionary<string, (int Epoch, long After, long Through)> _ends = new(StringComparer.Ordinal);

    /// <summary>See <see cref="IRecordLog.FeedAsync"/>.</summary>
    public Task<List<StoredRecord>> FeedAsync(long after, int max, Deadline by) => ToTheEndAsync(after, max, by, allIsPlaced: false, async (from, most, within) =>
        (await order.ReadAsync(from, most, within)).Select(one => (one.Position, one.Document)));

    /// <summary>
    /// See <see cref="IRecordLog.NamedFeedAsync"/>. What other replicas placed is read as the region has it that takes the writes. Costs no more than the look whether something is to be placed, where
    /// nothing was since it was found that there is nothing behind this position.
    /// </summary>
    public async Task<List<StoredRecord>> NamedFeedAsync(string prefix, long after, int max, Deadline by)
    {
        await head.AdvanceAsync(by);
        var end = (order.Epoch, after, order.Through);
        if (!order.IsDoubted && _ends.TryGetValue(prefix, out var known) && known == end) return [];
        await names.RefreshAsync(after, order.Through, by);
        var read = await ToTheEndAsync(after, max, by, allIsPlaced: true, async (from, most, within) =>
        {
            var found = new List<(long Position, JsonElement? Document)>();
            foreach (var some in (await names.AfterAsync(order, prefix, from, most, within)).Chunk(CosmosRecords.AtOnce))
                found.AddRange(some.Select(one => one.Position).Zip(await Task.WhenAll(some.Select(one => order.DocumentOfAsync(one.Position, one.Entry, within)))));
            return found;
        });
        if (read.Count > 0 || max <= 0) return read;
        if (_ends.Count > MostEnds) _ends.Clear();
        _ends[prefix] = end;
        return read;
    }

    /// <summary>See <see cref="IRecordLog.NewestOfStreamsAsync"/>.</summary>
    public async Task<List<StoredRecord>> NewestOfStreamsAsync(StreamKey? after, StreamKey until, int max, Deadline by)
    {
        await head.AdvanceAsync(by);
        var found = new List<StoredRecord>();
        var last = after?.ToString();
        while (found.Count < max)
        {
            var asked = max - found.Count;
            var streams = await names.PartitionsAsync(last, until.ToString(), asked, by);
            foreach (var some in streams.Chunk(CosmosRecords.AtOnce))
                found.AddRange((await Task.WhenAll(some.Select(stream => records.NewestForCertainAsync(stream, by)))).OfType<JsonElement>().Select(one => CosmosDocuments.Read(one)));
            if (streams.Count < asked) break;
            last = streams[^1];
        }

        return await HasBegunAnewAsync(by) ? await NewestOfStreamsAsync(after, until, max, by) : found;
    }

    /// <summary>Null where nothing stands (any more).</summary>
    public async Task<StoredRecord?> AtAsync(long position, Deadline by)
    {
        if (position is <= 0 or LogRecord.Unplaced) return null;
        // Of a place that another replica has shown.
        if (position > order.Through) await order.LookAsync(by);
        return await order.AtAsync(position, by) is { } entry && await order.DocumentOfAsync(position, entry, by) is { } there ? CosmosDocuments.Read(there, position) : null;
    }

    /// <summary>See <see cref="IRecordLog.PositionsOfAsync"/>. 2 request units for each, and those of placing where one has no place yet.</summary>
    /// <param name="places">Which records are meant; null for what is no id of one.</param>
    public async Task<long[]> PositionsAsync(IReadOnlyList<(string Stream, int Epoch, long Version)?> places, Deadline by)
    {
        var positions = await PositionsOnceAsync(places, by);
        if (await HasBegunAnewAsync(by)) positions = await PositionsOnceAsync(places, by);
        while (positions.Contains(LogRecord.Unplaced))
        {
            await head.AdvanceAsync(by);
            var late = await PositionsOnceAsync([.. places.Where((_, i) => positions[i] == LogRecord.Unplaced)], by);
            await HasBegunAnewAsync(by);
            var next = 0;
            for (var i = 0; i < positions.Length; i++)
                if (positions[i] == LogRecord.Unplaced) positions[i] = late[next++];
            // Told by one replica, and not by the one that was asked for its place.
            if (late.Contains(LogRecord.Unplaced) && !await by.PauseAsync(WritePages.ForReplicas, isWrite: false)) throw new LogUnavailableException("What is committed has no place in the feed yet.");
        }

        return positions;
    }

    /// <summary>
    /// Reads on until there is enough, or nothing more. At the end it looks once more, when all is placed, and again as often as something was left out since as erased: the
    /// tombstone of that comes behind it, and is told in the same reading to the end. Each reading that gets on has time of its own: what was erased may be a long stretch.
    /// </summary>
    /// <param name="allIsPlaced">Whether that was looked for already.</param>
    private async Task<List<StoredRecord>> ToTheEndAsync(
        long after, int max, Deadline by, bool allIsPlaced, Func<long, int, Deadline, Task<IEnumerable<(long Position, JsonElement? Document)>>> read)
    {
        var found = new List<StoredRecord>();
        var (leftOut, least) = (false, 0);
        while (found.Count < max)
        {
            var (asked, told, before) = (Math.Max(max - found.Count, least), 0, found.Count);
            foreach (var (position, document) in await read(after, asked, by))
            {
                (after, told) = (position, told + 1);
                if (document is { } there) found.Add(CosmosDocuments.Read(there, position));
                else leftOut = true;
            }

            if (told > 0) by = by.Anew();
            // Where all was erased, whoever asks for few would otherwise go through it in as small steps.
            least = told > 0 && found.Count == before ? Math.Min(MostAtOnce, asked * 8) : 0;
            if (told == asked) continue;
            if (allIsPlaced && !leftOut && !await HasBegunAnewAsync(by)) break;
            await head.AdvanceAsync(by);
            (allIsPlaced, leftOut) = (true, false);
        }

        if (found.Count > max) found.RemoveRange(max, found.Count - max);
        return found;
    }

    /// <summary>
    /// Where a range has another history something may be missing: nobody is to go on from that as if it had been the end. On return an epoch has begun for it, and what was asked is to be asked again.
    /// </summary>
    private async Task<bool> HasBegunAnewAsync(Deadline by)
    {
        if (!order.IsDoubted) return false;
        await head.LookAsync(by);
        return true;
    }

    /// <summary>0 for a record that is not there, <see cref="LogRecord.Unplaced"/> for one that has no place yet.</summary>
    private async Task<long[]> PositionsOnceAsync(IReadOnlyList<(string Stream, int Epoch, long Version)?> places, Deadline by)
    {
        var positions = new List<long>(places.Count);
        foreach (var some in places.Chunk(CosmosRecords.AtOnce))
            positions.AddRange(await Task.WhenAll(some.Select(one => one is { } place ? PositionAsync(place.Stream, place.Epoch, place.Version, by) : Task.FromResult(0L))));
        return [.. positions];
    }

    private async Task<long> PositionAsync(string stream, int epoch, long version, Deadline by)
    {
        if (await records.AtAsync(stream, version, by) is not { } there || CosmosDocuments.EntryOf(there) is not { } entry || CosmosDocuments.EpochOf(there) != epoch) return 0;
        return await order.PositionOfAsync(entry.Of(there), by) ?? LogRecord.Unplaced;
    }
}
