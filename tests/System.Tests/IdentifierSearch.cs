using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Consent.System.Tests;

/// <summary>
/// Finds an identifier in bytes, in every dress in which it may have been left: plain, in capitals, spelled backwards, escaped, as UTF-16, hexadecimal, base64 at any place of a longer
/// text, or as its plain SHA-256, SHA-1 or MD5; also within gzip and ZIP. What is encrypted or hashed under a key it does not find, and need not.
/// </summary>
internal sealed class IdentifierSearch
{
    /// <summary>Shorter, and it turns up by chance.</summary>
    private const int Shortest = 10;
    private const int Deepest = 3;
    private readonly List<(string Dress, byte[] Bytes)> _dresses = [];

    public IdentifierSearch(params string[] identifiers)
    {
        foreach (var identifier in identifiers) Dress(identifier);
    }

    /// <summary>Where it was found, and in which dress; never the identifier itself.</summary>
    public IReadOnlyList<string> In(string source, byte[] bytes, int depth = 0)
    {
        var found = _dresses.Where(d => bytes.AsSpan().IndexOf(d.Bytes) >= 0).Select(d => $"{source}: {d.Dress}").ToList();
        if (depth == Deepest) return found;
        foreach (var (name, inner) in Unpacked(bytes)) found.AddRange(In($"{source}/{name}", inner, depth + 1));
        return found;
    }

    public IReadOnlyList<string> In(string source, string text) => In(source, Encoding.UTF8.GetBytes(text));

    /// <summary>In every file of the folder, and in their names.</summary>
    public IReadOnlyList<string> InFolder(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => (Name: Path.GetRelativePath(folder, file), File: file))
            .SelectMany(f => (string[])[.. In($"the name of a file in {Path.GetDirectoryName(f.Name)}", f.Name), .. In(f.Name, File.ReadAllBytes(f.File))])];

    private void Dress(string identifier)
    {
        var at = identifier.IndexOf('@', StringComparison.Ordinal);
        var local = at < 0 ? identifier : identifier[..at];
        var backwards = new string([.. local.Reverse()]);
        foreach (var (name, text) in ((string, string)[])[("itself", identifier), ("before the @", local), ("backwards", backwards), ("escaped", Uri.EscapeDataString(identifier))])
        {
            foreach (var (written, cased) in ((string, string)[])[("", text), (" in capitals", text.ToUpperInvariant()), (" in small letters", text.ToLowerInvariant())])
            {
                var utf8 = Encoding.UTF8.GetBytes(cased);
                Add($"{name}{written}", utf8);
                Add($"{name}{written} in UTF-16", Encoding.Unicode.GetBytes(cased));
                Add($"{name}{written} in UTF-16, big end first", Encoding.BigEndianUnicode.GetBytes(cased));
                AddEncoded($"{name}{written}", utf8);
            }
        }

        if (identifier.Length % 2 == 0 && identifier.All(char.IsAsciiHexDigit))
        {
            Add("its bytes", Convert.FromHexString(identifier));
            AddEncoded("its bytes", Convert.FromHexString(identifier));
        }

        foreach (var cased in ((string[])[identifier, identifier.ToUpperInvariant(), identifier.ToLowerInvariant()]).Distinct(StringComparer.Ordinal))
        {
            foreach (var algorithm in (HashAlgorithmName[])[HashAlgorithmName.SHA256, HashAlgorithmName.SHA1, HashAlgorithmName.MD5])
            {
                var hash = CryptographicOperations.HashData(algorithm, Encoding.UTF8.GetBytes(cased));
                Add($"its {algorithm.Name}", hash);
                AddEncoded($"its {algorithm.Name}", hash);
            }
        }
    }

    private void AddEncoded(string name, byte[] bytes)
    {
        Add($"{name} in hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)));
        Add($"{name} in HEX", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)));
        for (var before = 0; before < 3; before++)
        {
            // What stands before it shifts it; digits that hold bits of a neighbour are left away.
            byte[] shifted = [.. new byte[before], .. bytes];
            var (from, until) = (((before * 8) + 5) / 6, shifted.Length * 8 / 6);
            Add($"{name} in base64", Encoding.ASCII.GetBytes(Convert.ToBase64String(shifted)[from..until]));
            Add($"{name} in base64url", Encoding.ASCII.GetBytes(Base64Url.EncodeToString(shifted)[from..until]));
        }
    }

    private void Add(string dress, byte[] bytes)
    {
        if (bytes.Length >= Shortest && !_dresses.Exists(d => d.Bytes.AsSpan().SequenceEqual(bytes))) _dresses.Add((dress, bytes));
    }

    /// <summary>What is packed in it; nothing, where it is no package or a broken one.</summary>
    private static List<(string Name, byte[] Bytes)> Unpacked(byte[] bytes)
    {
        try
        {
            if (bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
            {
                using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
                return [("gzip", Read(gzip))];
            }

            if (!bytes.AsSpan().StartsWith("PK\u0003\u0004"u8)) return [];
            using var zip = new ZipArchive(new MemoryStream(bytes));
            return [.. zip.Entries.SelectMany(entry => ((string, byte[])[])[("a name in zip", Encoding.UTF8.GetBytes(entry.FullName)), ("zip", Read(entry))])];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        return Read(stream);
    }

    private static byte[] Read(Stream stream)
    {
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }
}
