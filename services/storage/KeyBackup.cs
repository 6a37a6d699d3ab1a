namespace Consent.Storage;

/// <param name="Service">The folder of keys that was copied, such as <c>consent</c>.</param>
/// <param name="Files">How many files it has.</param>
public sealed record BackedUpKeys(string Service, int Files);

/// <summary>
/// A copy of all keys of a data folder that opens, taken while the services run, apart from the data. What is referred to is copied after what refers to it, and nothing of it is ever deleted; the
/// file of persons' keys is copied only where none of it was put under another key meanwhile. Who restores an older copy brings keys back of whom was erased since: keep the newest alone.
/// </summary>
public static class KeyBackup
{
    private const string Persons = "subject.keys", Wraps = "subject.wraps", Journal = "subject.rewrap";

    /// <summary>
    /// Throws <see cref="IOException"/>, which says what to do, when the target is in use, in the data folder, or in a backup of data, when there are no keys, and while persons' keys are put under another
    /// key. Folders are made with mode 0700, files with 0600, each on disk when this returns.
    /// </summary>
    public static IReadOnlyList<BackedUpKeys> Take(string data, string target)
    {
        var root = Path.Combine(data, "keys");
        var folders = Directory.Exists(root) ? Directory.GetDirectories(root).Order(StringComparer.Ordinal).ToList() : [];
        if (folders.Count == 0) throw new IOException($"There are no keys in {root}: name the data folder of the services, after their first start.");
        BackupPlace.RequireNew(data, target);
        BackupPlace.RequireApart(target, "log.db", "a backup of data");
        Make(target);
        return [.. folders.Select(folder => new BackedUpKeys(Path.GetFileName(folder), CopyOf(folder, Path.Combine(target, Path.GetFileName(folder)))))];
    }

    private static int CopyOf(string folder, string target)
    {
        Make(target);
        var copied = File.Exists(Path.Combine(folder, Persons)) ? CopyPersons(folder, target) : 0;
        // Keys of controllers, then which of them were destroyed, then what wraps them.
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Where(IsKey).ToList();
        foreach (var file in files.OrderBy(RankOf).ThenBy(file => file, StringComparer.Ordinal))
        {
            Make(Path.GetDirectoryName(Path.Combine(target, file))!);
            if (TryRead(Path.Combine(folder, file)) is not { } bytes) continue;
            Write(Path.Combine(target, file), bytes);
            copied++;
        }

        RequireWhole(target);
        return copied;
    }

    /// <summary>Each segment lies under what is told of it, if that is the same before and after, and nothing was under way: a version never goes back.</summary>
    private static int CopyPersons(string folder, string target)
    {
        var (before, wasIdle) = (EntriesIn(folder), IsIdle(folder));
        var keys = TryRead(Path.Combine(folder, Persons)) ?? [];
        if (!File.Exists(Path.Combine(folder, Wraps)))
        {
            // As it lay before there were keys of controllers.
            Write(Path.Combine(target, Persons), keys);
            return 1;
        }

        var segments = keys.Length / SubjectKeyFile.SegmentBytes;
        var (after, isIdle) = (EntriesIn(folder), IsIdle(folder));
        // What was begun in between is told of before it is there.
        if (!wasIdle || !isIdle || after.Length < segments || !before.Take(segments).SequenceEqual(after.Take(Math.Min(before.Length, segments))))
            throw new IOException($"The keys of persons of {Path.GetFileName(folder)} are being put under another key: take the copy when consent.keys.behind is 0.");
        // A block that was being made is handed out to nobody yet.
        Write(Path.Combine(target, Persons), keys.AsSpan(0, segments * SubjectKeyFile.SegmentBytes));
        Write(Path.Combine(target, Wraps), SegmentKeys.FileOf(after.AsSpan(0, segments)));
        return 2;
    }

    private static ulong[] EntriesIn(string folder) => SegmentKeys.AllIn(Path.Combine(folder, Wraps));

    private static bool IsIdle(string folder) => TryRead(Path.Combine(folder, Journal)) is not { } journal || !journal.AsSpan().ContainsAnyExcept((byte)0);

    private static bool IsKey(string file) =>
        Path.GetFileName(file) is not (Persons or Wraps or Journal or "lock") and var name && !name.EndsWith(".lock", StringComparison.Ordinal) && !name.EndsWith(".new", StringComparison.Ordinal);

    private static int RankOf(string file) => !file.StartsWith("controllers", StringComparison.Ordinal) ? 2 : file.EndsWith(".destroyed", StringComparison.Ordinal) ? 1 : 0;

    /// <summary>That each key of a controller is there under which something lies.</summary>
    private static void RequireWhole(string target)
    {
        var versions = new ControllerKeyFolder(LogFiles.ControllersIn(target)).Versions();
        foreach (var (number, version) in SegmentKeys.UsedIn(Path.Combine(target, Wraps)))
            if (number > versions.Count || version > versions[number - 1]) throw new IOException($"controllers/{number}.{version}.key is missing among the keys: put it back from its own backup.");
    }

    /// <summary>Null of one that is gone: a file that was made aside.</summary>
    private static byte[]? TryRead(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return bytes[..read];
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static void Write(string file, ReadOnlySpan<byte> bytes)
    {
        using var stream = new FileStream(file, PrivateFile.Options(FileMode.CreateNew));
        stream.Write(bytes);
        stream.Flush(flushToDisk: true);
    }

    private static void Make(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
