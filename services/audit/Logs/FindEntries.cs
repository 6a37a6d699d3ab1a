using System.Text.Json;
using Consent.Storage;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>A record whose entry is looked for in the log of a controller.</summary>
/// <param name="IsTold">An acknowledgement, which one entry of class <see cref="LogClass.Delivery"/> tells among others.</param>
internal sealed record Sought(LogRecord Record, string Controller, bool IsTold = false);

/// <param name="IsErased">Its salt is gone: where its entry stands nobody can say any more.</param>
/// <param name="Place">Null while it is not under a checkpoint, and when what is shown there is not its entry.</param>
/// <param name="Lacks">The path of the bundle in which it should stand, where that is not there; else null.</param>
internal sealed record EntryFound(bool IsErased, LogPlace? Place, string? Lacks = null);

/// <summary>Finds the entries of many records at once, as far as the newest checkpoints cover them. Opens none of them to anybody.</summary>
internal sealed class FindEntries([FromKeyedServices(AuditSetup.Service)] IRecordLog log, DerivedLogs logs, LogSettings settings)
{
    /// <returns>In the order of what is sought; it costs least in the order of the logs.</returns>
    public async Task<IReadOnlyList<EntryFound>> RunAsync(IReadOnlyList<Sought> sought, CancellationToken cancel)
    {
        if (sought.Count == 0) return [];
        var (salts, read, found) = (await log.SaltsOfAsync([.. sought.Select(s => s.Record)], cancel), new Read(log), new List<EntryFound>(sought.Count));
        foreach (var (one, salt) in sought.Zip(salts))
            found.Add(salt is null ? new EntryFound(true, null) : await FindAsync(one, GatherEntries.CommitmentTo(one.Record, salt), read, cancel));
        return found;
    }

    private async Task<EntryFound> FindAsync(Sought one, byte[] commitment, Read read, CancellationToken cancel)
    {
        if (logs.Served(settings.LogOf(one.Controller)) is not { } served) return new EntryFound(false, null);
        string? lacks = null;
        foreach (var (index, batch) in logs.Find(served.Name, commitment).Where(at => (at.Batch > 0) == one.IsTold && at.Entry < served.Size))
        {
            var committed = batch == 0 ? commitment : await read.RootOfAsync(batch, commitment, cancel);
            if (committed is null) continue;
            if (await read.EntryAsync(served, index, cancel) is not { } entry) lacks ??= await LackedAsync(served, index, cancel);
            else if (entry.Commitment is { } shown && shown.AsSpan().SequenceEqual(committed)) return new EntryFound(false, new LogPlace(served.Name, index, entry.At));
        }

        return new EntryFound(false, null, lacks);
    }

    private static async Task<string?> LackedAsync(ServedLog served, long index, CancellationToken cancel)
    {
        var path = TileAddress.InTree(TileAddress.Entries, index >> 8, served.Size).Path;
        try
        {
            return await served.Tiles.ReadAsync(path, cancel) is null ? path : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>What one call has read: of records that are near each other, bundles and batches are mostly the same.</summary>
    private sealed class Read(IRecordLog log)
    {
        private const int MostKept = 32;
        private readonly Dictionary<(string Log, long Bundle, long Size), IReadOnlyList<ReadOnlyMemory<byte>>> _bundles = [];
        private readonly Dictionary<long, (HashSet<string> Told, byte[] Root)> _batches = [];

        /// <summary>Null when there is none that can be read.</summary>
        public async Task<LogEntry?> EntryAsync(ServedLog served, long index, CancellationToken cancel)
        {
            try
            {
                var key = (served.Name, index >> 8, served.Size);
                if (!_bundles.TryGetValue(key, out var bundle))
                {
                    if (_bundles.Count == MostKept) _bundles.Clear();
                    _bundles[key] = bundle = await served.Reader.BundleAsync(index >> 8, served.Size, cancel);
                }

                return LogEntry.Read(bundle[(int)(index & 255)].Span);
            }
            catch (Exception e) when (e is FormatException or JsonException)
            {
                return null;
            }
        }

        /// <summary>What the entry of the batch commits to; null when the acknowledgement is none of those that it tells.</summary>
        public async Task<byte[]?> RootOfAsync(long batch, byte[] commitment, CancellationToken cancel)
        {
            if (!_batches.TryGetValue(batch, out var known))
            {
                if (_batches.Count == MostKept) _batches.Clear();
                var (told, tree) = ((await log.FindByPositionAsync(batch, cancel))?.Read<LogBatch>().Told ?? [], new GrowingTree());
                foreach (var one in told) tree.Append(NodeHash.OfEntry(one));
                _batches[batch] = known = ([.. told.Select(c => Convert.ToHexString(c))], tree.Root.ToArray());
            }

            return known.Told.Contains(Convert.ToHexString(commitment)) ? known.Root : null;
        }
    }
}
