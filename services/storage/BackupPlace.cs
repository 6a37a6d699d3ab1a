namespace Consent.Storage;

/// <summary>Where a backup may be written: never within what it is a copy of, and keys and data never in one backup.</summary>
internal static class BackupPlace
{
    private static readonly string[] Services = ["consent", "marketing-unsubscribe", "audit", "mail-gate"];

    /// <summary>Throws <see cref="IOException"/>, which says where it may be written.</summary>
    public static void RequireNew(string data, string target)
    {
        var (from, to) = (WithEnd(data), WithEnd(target));
        if (to.StartsWith(from, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
            throw new IOException($"{target} lies in the data folder, of which it is to be a copy: name a folder outside of {data}.");
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())) throw new IOException($"{target} is not empty: name a new folder.");
    }

    /// <summary>Throws <see cref="IOException"/> when the folder, or one around it, is a backup that holds such a file of a service.</summary>
    /// <param name="sort">What holds it, in the message.</param>
    public static void RequireApart(string target, string file, string sort)
    {
        for (var folder = Path.GetFullPath(target); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Array.Exists(Services, service => File.Exists(Path.Combine(folder, service, file))))
                throw new IOException($"{folder} holds {sort}: whoever has keys and data in one backup can read what was erased. Name a folder elsewhere.");
        }
    }

    /// <summary>A service whose log's secret lies among the keys of the data folder; null when there is none.</summary>
    public static string? SecretIn(string data) => Array.Find(Services, service => File.Exists(Path.Combine(data, "keys", service, "log.secret")));

    private static string WithEnd(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
}
