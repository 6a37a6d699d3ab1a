using System.Collections.Concurrent;
using System.Text.Json;

namespace Consent.Storage;

/// <summary>
/// The newest version of a stream, and what this process knows to be committed there. Versions are never taken away; so where the store knows less, and not one replica alone, it has lost what it
/// had committed. Safe for many threads.
/// </summary>
internal sealed class CosmosNewest(CosmosRecords records, CosmosHead head)
{
    /// <summary>Streams that are remembered; some MB.</summary>
    private const int Most = 50_000;
    private readonly ConcurrentDictionary<StreamKey, (int Epoch, long Version)> _known = new();
    private int _added;

    /// <summary>
    /// Null for an unknown stream. Where something is lost, an epoch has begun on return; throws <see cref="LogUnavailableException"/> where there is no time to be sure.
    /// 3 request units.
    /// </summary>
    public async Task<JsonElement?> ReadAsync(StreamKey stream, Deadline by)
    {
        while (true)
        {
            // Before it is read: what is committed meanwhile need not be seen.
            var epoch = head.Epoch;
            var known = Known(stream, epoch);
            var newest = await records.NewestAsync(stream.ToString(), by);
            var version = newest is { } there ? CosmosDocuments.VersionOf(there) : 0;
            if (version >= known)
            {
                if (version > 0) Note(stream, epoch, version);
                return newest;
            }

            // From another region even what the process itself has written may come late; what is read behind this answer is no older.
            if (!await records.IsThereForCertainAsync(stream.ToString(), known, by)) await head.RecoverAsync(epoch);
            else if (!await by.PauseAsync(WritePages.ForReplicas, isWrite: false)) throw new LogUnavailableException("Azure Cosmos DB does not show a record yet that was committed.");
        }
    }

    /// <summary>Whether the version is taken, so that an append under it loses; false where that is not known.</summary>
    /// <param name="epoch">In which it is known: in another, what was known before may be lost.</param>
    public bool IsTaken(StreamKey stream, int epoch, long version) => Known(stream, epoch) >= version;

    /// <summary>The version is committed, as was seen in that epoch.</summary>
    public void Note(StreamKey stream, int epoch, long version)
    {
        if (_known.TryAdd(stream, (epoch, version)))
        {
            // Counted here: the dictionary counts by locking all of itself.
            if (Interlocked.Increment(ref _added) <= Most) return;
            _known.Clear();
            Volatile.Write(ref _added, 0);
            return;
        }

        _known.AddOrUpdate(stream, (epoch, version), (_, before) => before.CompareTo((epoch, version)) < 0 ? (epoch, version) : before);
    }

    private long Known(StreamKey stream, int epoch) => _known.TryGetValue(stream, out var known) && known.Epoch == epoch ? known.Version : 0;
}
