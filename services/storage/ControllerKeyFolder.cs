using System.Globalization;
using System.Text.Json;
using Consent.ServiceDefaults;

namespace Consent.Storage;

/// <summary>A version of a controller's key as it lies on disk: wrapped, so that the file alone opens nothing.</summary>
/// <param name="Controller">Its id; empty of the key for what names no controller.</param>
/// <param name="Check">See <see cref="ControllerKey.CheckFor"/>.</param>
internal sealed record ControllerKeyFile(string Controller, WrappedKey Wrapped, byte[] Check);

/// <summary>
/// The keys of controllers on disk: <c>{number}.{version}.key</c>, JSON, mode 0600, each made once and by one process. Numbers and versions have no gap, so
/// that one that is missing is found out. Of one that was destroyed zeros are left, and <c>{number}.destroyed</c>, which is written first: so a key
/// that was lost is never taken for one that was destroyed.
/// </summary>
internal sealed class ControllerKeyFolder(string folder)
{
    /// <summary>How many versions there are of number 1, 2, 3 …. Throws <see cref="IOException"/> when one is missing.</summary>
    public IReadOnlyList<int> Versions()
    {
        if (!Directory.Exists(folder)) return [];
        var held = Directory.EnumerateFiles(folder, "*.key").Select(file => Path.GetFileName(file).Split('.'))
            .Where(parts => parts.Length == 3).Select(parts => (Number: NumberIn(parts[0]), Version: NumberIn(parts[1]))).ToHashSet();
        var versions = held.GroupBy(one => one.Number).ToDictionary(group => group.Key, group => group.Max(one => one.Version));
        var all = Enumerable.Range(1, versions.Keys.DefaultIfEmpty().Max()).Select(number => versions.GetValueOrDefault(number, 1)).ToList();
        for (var number = 1; number <= all.Count; number++)
        {
            for (var version = 1; version <= all[number - 1]; version++)
                if (!held.Contains((number, version))) throw Missing(number, version);
        }

        return all;
    }

    /// <summary>Null when it is not there, or was destroyed. Throws <see cref="IOException"/> when it is damaged.</summary>
    public ControllerKeyFile? Read(int number, int version)
    {
        if (!File.Exists(FileOf(number, version))) return null;
        var bytes = File.ReadAllBytes(FileOf(number, version));
        if (!bytes.AsSpan().ContainsAnyExcept((byte)0)) return null;
        try
        {
            return JsonSerializer.Deserialize<ControllerKeyFile>(bytes, JsonSerializerOptions.Web) is { Controller: not null, Wrapped: { By: { Name: not null, Version: not null }, Bytes: not null }, Check: not null } file
                ? file
                : throw new JsonException("A part is missing.");
        }
        catch (JsonException e)
        {
            throw new IOException($"{Path.GetFileName(folder)}/{number}.{version}.key holds no key of a controller: put it back into the folder of keys, from its own backup.", e);
        }
    }

    /// <summary>Makes it; when another process was first, its content is the content.</summary>
    public void Create(int number, int version, ControllerKeyFile file)
    {
        Directory.CreateDirectory(folder);
        SecretFile.CreateOnce(FileOf(number, version), Text(file));
    }

    /// <summary>Whole or not at all; durable on return. Under <see cref="Lock()"/>.</summary>
    public void Replace(int number, int version, ControllerKeyFile file)
    {
        var (path, aside) = (FileOf(number, version), FileOf(number, version) + ".new");
        File.Delete(aside);
        SecretFile.CreateOnce(aside, Text(file));
        File.Move(aside, path, overwrite: true);
        // Once more, so that the name too is on disk: the journal carries both.
        using var named = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        named.Flush(flushToDisk: true);
    }

    /// <summary>Overwrites every version; durable on return. A repeat changes nothing. Under <see cref="Lock()"/>.</summary>
    public void Destroy(int number)
    {
        SecretFile.CreateOnce(MarkOf(number), "destroyed");
        Empty(number);
    }

    /// <summary>Makes a destruction whole that a crash may have cut short.</summary>
    public void Empty(int number)
    {
        // Also what was left beside a version by a process that died while it made or replaced it: a wrapped key, and later perhaps the only one.
        foreach (var path in Directory.EnumerateFiles(folder, FormattableString.Invariant($"{number}.*.key*")).ToList())
        {
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                file.Write(new byte[file.Length]);
                file.Flush(flushToDisk: true);
            }
            catch (FileNotFoundException)
            {
                // Whoever made it has deleted it.
            }

            if (!path.EndsWith(".key", StringComparison.Ordinal)) File.Delete(path);
        }
    }

    public bool IsDestroyed(int number) => File.Exists(MarkOf(number));

    public IReadOnlyList<int> Destroyed() => !Directory.Exists(folder) ? [] :
        [.. Directory.EnumerateFiles(folder, "*.destroyed").Select(file => NumberIn(Path.GetFileNameWithoutExtension(file)))];

    /// <summary>For whoever replaces or destroys: one at a time, of all processes. Throws <see cref="IOException"/> while another does.</summary>
    public IDisposable Lock()
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException("Another process rotates or destroys keys of controllers at this moment: try again when it is done.", e);
        }
    }

    public IOException Missing(int number, int version) =>
        new($"{Path.GetFileName(folder)}/{number}.{version}.key is missing: put it back into the folder of keys, from its own backup.");

    private string FileOf(int number, int version) => Path.Combine(folder, FormattableString.Invariant($"{number}.{version}.key"));

    private string MarkOf(int number) => Path.Combine(folder, FormattableString.Invariant($"{number}.destroyed"));

    private static int NumberIn(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    // Of ASCII alone: what is not is escaped.
    private static string Text(ControllerKeyFile file) => JsonSerializer.Serialize(file, JsonSerializerOptions.Web);
}
