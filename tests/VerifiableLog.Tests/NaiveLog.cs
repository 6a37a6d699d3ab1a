using System.Globalization;

namespace Consent.VerifiableLog.Tests;

/// <summary>The resources of a log as C2SP tlog-tiles defines them, in memory, each hash out of the entries. For fewer than 256,000 of them.</summary>
internal sealed class NaiveLog : ILogReader
{
    public NaiveLog(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        Tree = NaiveTree.Of(entries);
        Size = entries.Count;
        var level = 0;
        for (long span = 1; span <= Size; span *= 256)
        {
            var hashes = Size / span;
            for (long n = 0; n * 256 < hashes; n++)
            {
                var width = (int)Math.Min(256, hashes - (n * 256));
                Resources[PathOf(level.ToString(CultureInfo.InvariantCulture), n, width)] =
                    [.. Enumerable.Range(0, width).SelectMany(i => Tree.Hash(((n * 256) + i) * span, ((n * 256) + i + 1) * span).ToArray())];
                if (level == 0) Resources[PathOf("entries", n, width)] = [.. entries.Skip((int)n * 256).Take(width).SelectMany(e => (byte[])[(byte)(e.Length >> 8), (byte)e.Length, .. e.Span])];
            }

            level++;
        }
    }

    public long Size { get; }

    public NaiveTree Tree { get; }

    public NodeHash Root => Tree.Root(Size);

    public SortedDictionary<string, byte[]> Resources { get; } = new(StringComparer.Ordinal);

    /// <summary>Paths that were asked for.</summary>
    public List<string> Asked { get; } = [];

    public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, CancellationToken cancel)
    {
        Asked.Add(path);
        return ValueTask.FromResult(Resources.TryGetValue(path, out var bytes) ? new ReadOnlyMemory<byte>(bytes) : (ReadOnlyMemory<byte>?)null);
    }

    private static string PathOf(string level, long n, int width) =>
        string.Create(CultureInfo.InvariantCulture, $"tile/{level}/{n:000}") + (width < 256 ? string.Create(CultureInfo.InvariantCulture, $".p/{width}") : "");
}
