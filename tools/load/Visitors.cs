using System.Buffers.Text;
using System.Globalization;

namespace Consent.Load;

/// <summary>
/// Made-up visitors, counted from 0: each number has one id, which looks random and can be computed again, so that millions need
/// not be remembered. Two seeds give two populations. No CSPRNG: for load only.
/// </summary>
internal readonly record struct Visitors(ulong Seed)
{
    public const int IdLength = 32;
    private const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>A population that was never used before.</summary>
    public static Visitors Fresh() => new((ulong)Random.Shared.NextInt64());

    public void Write(long number, Span<byte> id)
    {
        var (high, low) = Of(number);
        Utf8Formatter.TryFormat(high, id, out _, new('x', 16));
        Utf8Formatter.TryFormat(low, id[16..], out _, new('x', 16));
    }

    public string Id(long number)
    {
        var (high, low) = Of(number);
        return string.Create(CultureInfo.InvariantCulture, $"{high:x16}{low:x16}");
    }

    private (ulong High, ulong Low) Of(long number)
    {
        var state = unchecked(Seed + (2 * (ulong)number * Step));
        return unchecked((Mix(state + Step), Mix(state + Step + Step)));
    }

    /// <summary>The output function of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).</summary>
    private static ulong Mix(ulong z)
    {
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }
}
