using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Consent.Tests.Support;

namespace Consent.Containers.Tests;

/// <summary>An image as <c>tools/images/build.sh</c> wrote it: its configuration, and every file of its layers as a container sees it.</summary>
internal sealed class ImageArchive
{
    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "images");
    private static readonly Dictionary<string, ImageArchive> Read = new(StringComparer.Ordinal);

    private ImageArchive(string name)
    {
        var blobs = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var entry in Entries(File.OpenRead(Path.Combine(Folder, $"{name}.oci.tar"))))
        {
            if (entry.Type is TarEntryType.RegularFile) blobs[entry.Path] = entry.Content;
        }
        var described = JsonDocument.Parse(blobs["index.json"]).RootElement.GetProperty("manifests")[0];
        Digest = described.GetProperty("digest").GetString()!;
        Reference = described.GetProperty("annotations").GetProperty("org.opencontainers.image.ref.name").GetString()!;
        byte[] Blob(JsonElement of) => blobs[$"blobs/{of.GetProperty("digest").GetString()!.Replace(':', '/')}"];
        var manifest = JsonDocument.Parse(Blob(described)).RootElement;
        Whole = JsonDocument.Parse(Blob(manifest.GetProperty("config"))).RootElement;
        Bill = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, $"{name}.cdx.json"))).RootElement;
        var files = new SortedDictionary<string, ImageFile>(StringComparer.Ordinal);
        foreach (var layer in manifest.GetProperty("layers").EnumerateArray())
        {
            foreach (var entry in Entries(new GZipStream(new MemoryStream(Blob(layer)), CompressionMode.Decompress))) files[entry.Path] = entry;
        }
        Files = files;
    }

    /// <summary>The names in <c>tools/images/images.txt</c>.</summary>
    public static IEnumerable<string> Names =>
        File.ReadLines(Path.Combine(Repository.Root, "tools", "images", "images.txt")).Where(line => line is not ("" or ['#', ..])).Select(line => line.Split(' ')[0]);

    public static TheoryData<string> All => [.. Names];

    public string Digest { get; }

    public string Reference { get; }

    /// <summary>The configuration as a whole, and what a container is started with.</summary>
    public JsonElement Whole { get; }

    public JsonElement Config => Whole.GetProperty("config");

    /// <summary>The bill of materials beside it.</summary>
    public JsonElement Bill { get; }

    public IReadOnlyDictionary<string, ImageFile> Files { get; }

    /// <summary>Bytes, unpacked.</summary>
    public long Size => Files.Values.Sum(f => (long)f.Content.Length);

    public static ImageArchive Of(string name)
    {
        lock (Read)
        {
            return Read.TryGetValue(name, out var found) ? found : Read[name] = new(name);
        }
    }

    private static List<ImageFile> Entries(Stream archive)
    {
        using var reader = new TarReader(archive);
        var found = new List<ImageFile>();
        while (reader.GetNextEntry() is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            found.Add(new(entry.Name.TrimEnd('/'), entry.EntryType, entry.Mode, entry.Uid, entry.ModificationTime, content.ToArray()));
        }
        return found;
    }
}

/// <summary>One entry of a layer.</summary>
internal sealed record ImageFile(string Path, TarEntryType Type, UnixFileMode Mode, int Owner, DateTimeOffset At, byte[] Content);
