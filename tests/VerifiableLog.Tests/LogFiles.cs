namespace Consent.VerifiableLog.Tests;

/// <summary>The files of a log's folder, by path, in base64.</summary>
internal static class LogFiles
{
    public static SortedDictionary<string, string> In(string folder) => Of(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(file => (Path.GetRelativePath(folder, file), File.ReadAllBytes(file))).Where(file => file.Item1 != "unfinished"));

    public static SortedDictionary<string, string> In(NaiveLog log) => Of(log.Resources.Select(one => (one.Key, one.Value)));

    /// <summary>Those that a server shows of a log of this size.</summary>
    public static SortedDictionary<string, string> Within(string folder, long size) => new(
        In(folder).Where(file => TileAddress.TryParse(file.Key, out var address) && address.IsWithin(size)).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);

    private static SortedDictionary<string, string> Of(IEnumerable<(string Path, byte[] Bytes)> files) =>
        new(files.ToDictionary(file => file.Path, file => Convert.ToBase64String(file.Bytes), StringComparer.Ordinal), StringComparer.Ordinal);
}
