using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Consent.Cli.Logs;

/// <summary>
/// Reads an evidence package into memory, where nothing of it can do harm: names that lead elsewhere, a name twice, and more than a package has are refused, whatever its headers say.
/// </summary>
internal static partial class ReadEvidence
{
    /// <summary>Bytes of a package, packed; of all its files, unpacked; of one. A true one has some 100 kB.</summary>
    public const long LargestPackage = 16 << 20;
    private const long LargestInAll = 64 << 20, LargestFile = 16 << 20;
    private const int MostFiles = 2_000;

    /// <summary>Whether a file of a package may be called so.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    public static bool IsPackage(FileInfo file)
    {
        if (!file.Exists) return false;
        using var stream = file.OpenRead();
        Span<byte> first = stackalloc byte[2];
        return stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length && first.SequenceEqual("PK"u8);
    }

    /// <summary>Name → bytes. Throws <see cref="FormatException"/> with a sentence that names the file.</summary>
    public static IReadOnlyDictionary<string, byte[]> Of(byte[] package)
    {
        try
        {
            using var zip = new ZipArchive(new MemoryStream(package, writable: false), ZipArchiveMode.Read, leaveOpen: false, Encoding.UTF8);
            if (zip.Entries.Count > MostFiles) throw new FormatException($"The package has more than {MostFiles} files, and is none of ours.");
            var (files, names, left) = (new Dictionary<string, byte[]>(StringComparer.Ordinal), new HashSet<string>(StringComparer.OrdinalIgnoreCase), LargestInAll);
            foreach (var entry in zip.Entries)
            {
                if (!IsName(entry.FullName)) throw new FormatException($"The package has a file whose name leads elsewhere: {Shown(entry.FullName)}. Do not unpack it.");
                if (!names.Add(entry.FullName)) throw new FormatException($"{entry.FullName} is in the package twice.");
                files[entry.FullName] = Unpack(entry, Math.Min(left, LargestFile));
                left -= files[entry.FullName].Length;
            }

            return files;
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or IOException or ArgumentException)
        {
            throw new FormatException("The package is no ZIP file that can be read, or is damaged.", e);
        }
    }

    /// <summary>By what comes out, not by what is said of it.</summary>
    private static byte[] Unpack(ZipArchiveEntry entry, long most)
    {
        using var from = entry.Open();
        using var to = new MemoryStream();
        var piece = new byte[64 << 10];
        for (int got; (got = from.Read(piece, 0, piece.Length)) > 0;)
        {
            if (to.Length + got > most) throw new FormatException($"{entry.FullName} is larger than anything in a package. Do not unpack it.");
            to.Write(piece, 0, got);
        }

        return to.ToArray();
    }

    private static string Shown(string name)
    {
        var plain = new string([.. name.Select(c => c is > ' ' and < '\u007f' ? c : '?')]);
        return plain.Length <= 80 ? plain : $"{plain[..80]}…";
    }

    /// <summary>Steps of letters, digits, dots, hyphens; none begins with a dot, so none leads upwards, and none is empty.</summary>
    [GeneratedRegex(@"^(?=.{1,100}\z)[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
