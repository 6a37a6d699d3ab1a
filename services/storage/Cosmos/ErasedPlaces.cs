using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// Of which positions the documents are erased, so that they are not asked for one by one at every reading for ever: one document for 4,096 positions, with a bit for each, written by whoever
/// found out. Erased stays erased within an epoch; what was noted in an epoch before may be lost, and counts no more. Nothing is promised of what is not noted. Safe for many threads.
/// </summary>
internal sealed class ErasedPlaces(CosmosContainer order, string prefix)
{
    private const string Operation = "order-erased";
    private const int BucketBits = 12;
    private const int Bytes = (1 << BucketBits) / 8;

    /// <summary>Buckets of one partition: each has less than 1 KB.</summary>
    private const int PartitionBits = 10;

    /// <summary>So few positions are cheaper asked for than looked up.</summary>
    private const int Few = 8;

    /// <summary>So many that were asked for in vain are worth a write.</summary>
    private const int Worth = 32;
    private const int MostRemembered = 256;
    private readonly ConcurrentDictionary<long, Bits> _known = new();

    /// <summary>Those of the positions of which it is noted. One request unit for each 4,096 positions of which nothing is known here.</summary>
    public async Task<IReadOnlySet<long>> AmongAsync(IReadOnlyCollection<long> positions, int epoch, Deadline by)
    {
        var found = new HashSet<long>();
        foreach (var near in positions.GroupBy(BucketOf).Select(group => group.ToList()))
        {
            var bucket = BucketOf(near[0]);
            var bits = _known.GetValueOrDefault(bucket);
            if ((bits is null || bits.Epoch != epoch) && near.Count > Few) bits = Remember(bucket, await ReadAsync(bucket, by));
            if (bits is not null && bits.Epoch == epoch) found.UnionWith(near.Where(bits.Has));
        }

        return found;
    }

    /// <summary>Notes what was found erased, where it is worth it. What cannot be written now is found again.</summary>
    public async Task NoteAsync(IReadOnlyCollection<long> erased, int epoch, Deadline by)
    {
        if (erased.Count < Worth) return;
        foreach (var near in erased.GroupBy(BucketOf).Select(group => group.ToList()).Where(near => near.Count >= Worth))
        {
            try
            {
                await WriteAsync(BucketOf(near[0]), near, epoch, by);
            }
            catch (LogUnavailableException)
            {
                // It only makes the next reading cheaper.
            }
        }
    }

    private static long BucketOf(long position) => position >> BucketBits;

    private static string IdOf(long bucket) => bucket.ToString(CultureInfo.InvariantCulture);

    private string PartitionOf(long bucket) => $"{prefix}erased/{IdOf(bucket >> PartitionBits)}";

    private async Task<Bits?> ReadAsync(long bucket, Deadline by) => await order.ReadAsync(PartitionOf(bucket), IdOf(bucket), by, Operation) is { } there ? Bits.Of(there) : null;

    private async Task WriteAsync(long bucket, List<long> erased, int epoch, Deadline by)
    {
        while (true)
        {
            var there = await ReadAsync(bucket, by);
            if (there is not null && there.Epoch > epoch) return;
            var bits = (there is not null && there.Epoch == epoch ? there : new Bits(epoch, new byte[Bytes], "")).With(erased);
            var writeId = RandomId.New();
            var json = JsonSerializer.SerializeToUtf8Bytes(new { id = IdOf(bucket), pk = PartitionOf(bucket), w = writeId, e = epoch, bits = Convert.ToBase64String(bits.Set) });
            var isDone = there is null
                ? await order.CreateAsync(PartitionOf(bucket), IdOf(bucket), json, writeId, by, Operation) is Created.Ours
                : await order.ReplaceAsync(PartitionOf(bucket), IdOf(bucket), json, writeId, there.ETag, by, Operation) is not null;
            if (!isDone) continue;
            Remember(bucket, bits);
            return;
        }
    }

    private Bits? Remember(long bucket, Bits? bits)
    {
        if (bits is null) return null;
        if (_known.Count >= MostRemembered) _known.Clear();
        _known[bucket] = bits;
        return bits;
    }

    /// <summary>Of one bucket. Never changed.</summary>
    /// <param name="Epoch">In which it was found out.</param>
    private sealed record Bits(int Epoch, byte[] Set, string ETag)
    {
        public static Bits Of(Found there) => new(there.Body.GetProperty("e").GetInt32(), there.Body.GetProperty("bits").GetBytesFromBase64(), there.ETag);

        public bool Has(long position) => (Set[ByteOf(position)] & BitOf(position)) != 0;

        public Bits With(IEnumerable<long> positions)
        {
            var set = Set.ToArray();
            foreach (var position in positions) set[ByteOf(position)] |= BitOf(position);
            return this with { Set = set };
        }

        private static int ByteOf(long position) => (int)(position & ((1 << BucketBits) - 1)) / 8;

        private static byte BitOf(long position) => (byte)(1 << (int)(position & 7));
    }
}
