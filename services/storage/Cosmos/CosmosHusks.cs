using System.Collections.Concurrent;
using System.Text.Json;

namespace Consent.Storage;

/// <summary>
/// The second half of an erasure, once its tombstone is there: of every record below nothing stays but a husk, and then the keys are destroyed that the tombstone names. Can be repeated by whoever
/// meets the tombstone, at any time and beside others; it is, before a tombstone may be seen in the feed, so that a process which was killed in between leaves nothing undone.
/// </summary>
/// <param name="epoch">Of the log: in another one, what was done may have been lost.</param>
internal sealed class CosmosHusks(CosmosContainer container, CosmosRecords records, ISubjectKeys keys, UnfinishedErasures unfinished, Func<int> epoch)
{
    private const int MostRemembered = 10_000;
    private readonly ConcurrentDictionary<(string Stream, long Version, int Epoch), bool> _done = new();

    /// <summary>
    /// For whoever erases: done, and durably, on return, also where it was done before and something of it came back since. Throws <see cref="LogUnavailableException"/>: then it is to be repeated.
    /// Takes time of its own for each 32 records; about 10 request units for each.
    /// </summary>
    public async Task FinishAsync(JsonElement tombstone)
    {
        var place = PlaceOf(tombstone);
        await ReplaceAllAsync(tombstone);
        Destroy(CosmosDocuments.SlotsOf(tombstone));
        Remember(place);
    }

    /// <summary>
    /// For whoever gives the tombstone its place: the records are husks on return. Where their keys cannot be destroyed now, that is written down and tried again
    /// (<see cref="UnfinishedErasures"/>), and all that was recorded since does not wait for it. Throws <see cref="LogUnavailableException"/>.
    /// </summary>
    public async Task FinishOrNoteAsync(JsonElement tombstone)
    {
        var place = PlaceOf(tombstone);
        if (_done.ContainsKey(place)) return;
        await ReplaceAllAsync(tombstone);
        // Not tried for each, where it is known that they wait: that may take seconds, and others wait for this.
        if (unfinished.IsBehind || !TryDestroy(CosmosDocuments.SlotsOf(tombstone))) await unfinished.NoteAsync(tombstone);
        else Remember(place);
    }

    private (string Stream, long Version, int Epoch) PlaceOf(JsonElement tombstone) => (CosmosDocuments.PartitionOf(tombstone), CosmosDocuments.VersionOf(tombstone), epoch());

    private void Remember((string Stream, long Version, int Epoch) place)
    {
        if (_done.Count > MostRemembered) _done.Clear();
        _done[place] = true;
    }

    private async Task ReplaceAllAsync(JsonElement tombstone)
    {
        var (stream, version) = (CosmosDocuments.PartitionOf(tombstone), CosmosDocuments.VersionOf(tombstone));
        var below = (await records.VersionsAsync(stream, Begin())).Where(one => CosmosDocuments.VersionOf(one) < version && !CosmosDocuments.IsHusk(one)).Select(CosmosDocuments.VersionOf);
        foreach (var some in below.Chunk(CosmosRecords.AtOnce))
        {
            var by = Begin();
            await Task.WhenAll(some.Select(one => ReplaceAsync(stream, one, by)));
        }
    }

    /// <summary>An erasure is not ended by whoever asked for it, nor by the time of the request: it has begun.</summary>
    private Deadline Begin() => container.Begin(CancellationToken.None);

    /// <summary>Whatever is there. Nothing, after a loss, is as good.</summary>
    private Task ReplaceAsync(string stream, long version, Deadline by) => container.ReplaceAsync(
        stream, CosmosDocuments.IdOf(version), CosmosDocuments.Husk(stream, version), CosmosDocuments.HuskWriteId, null, by, "erase");

    private bool TryDestroy(IReadOnlyList<long> slots)
    {
        try
        {
            Destroy(slots);
            return true;
        }
        catch (LogUnavailableException)
        {
            return false;
        }
    }

    private void Destroy(IReadOnlyList<long> slots)
    {
        if (slots.Count == 0) return;
        try
        {
            keys.Destroy(slots);
        }
        catch (Exception e) when (e is not LogUnavailableException)
        {
            throw new LogUnavailableException("The keys of what was erased could not be destroyed yet.", e);
        }
    }
}
