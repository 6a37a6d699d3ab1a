namespace Consent.Load;

/// <summary>
/// How long answers took, in buckets that are 1/32 of their power of two wide: a quantile is right to 3 per cent. Microseconds, up
/// to an hour. One thread at a time; added up afterwards.
/// </summary>
internal sealed class Latencies
{
    private const int Steps = 32;
    private readonly long[] _counts = new long[32 * Steps];

    public long Count { get; private set; }

    public void Add(TimeSpan took)
    {
        _counts[Bucket((long)took.TotalMicroseconds)]++;
        Count++;
    }

    public void Add(Latencies others)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] += others._counts[i];
        Count += others.Count;
    }

    /// <summary>The upper end of the bucket; zero when nothing was counted.</summary>
    public TimeSpan Quantile(double share)
    {
        var wanted = (long)Math.Ceiling(share * Count);
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted && wanted > 0) return TimeSpan.FromMicroseconds(UpperEnd(i));
        }

        return TimeSpan.Zero;
    }

    private static int Bucket(long microseconds)
    {
        if (microseconds < Steps) return (int)Math.Max(0, microseconds);
        var power = long.Log2(microseconds) - 5;
        return (int)Math.Min((32 * Steps) - 1, ((power + 1) * Steps) + (microseconds >> (int)power) - Steps);
    }

    private static long UpperEnd(int bucket)
    {
        if (bucket < Steps) return bucket;
        var power = (bucket / Steps) - 1;
        return ((bucket % Steps) + Steps + 1L) << power;
    }
}
