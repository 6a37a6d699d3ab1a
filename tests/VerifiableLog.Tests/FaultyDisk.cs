namespace Consent.VerifiableLog.Tests;

/// <summary>
/// A disk that is quick, because it synchronises nothing, and knows what a loss of power would take: the names that were not synchronised. It fails at a step of
/// choice, a file half written and a folder half deleted, and at no other.
/// </summary>
internal sealed class FaultyDisk : ILogDisk
{
    private readonly List<(string Folder, Action Undo)> _unsynced = [];

    public int Steps { get; private set; }

    public int FailsAt { get; set; } = int.MaxValue;

    public int Unsynced => _unsynced.Count;

    public void CreateFolder(string folder)
    {
        Step();
        var made = new Stack<string>();
        for (var missing = folder; !Directory.Exists(missing); missing = Path.GetDirectoryName(missing)!) made.Push(missing);
        foreach (var one in made) Happened(one, () => Directory.Delete(one, recursive: true));
        Directory.CreateDirectory(folder);
    }

    public void Write(string file, ReadOnlySpan<byte> bytes)
    {
        if (Steps == FailsAt) File.WriteAllBytes(file, bytes[..(bytes.Length / 2)].ToArray());
        Step();
        File.WriteAllBytes(file, bytes.ToArray());
    }

    public void Rename(string from, string to)
    {
        Step();
        var before = File.Exists(to) ? File.ReadAllBytes(to) : null;
        File.Move(from, to, overwrite: true);
        Happened(to, () => Restore(to, before));
    }

    public void SyncFolder(string folder)
    {
        Step();
        Assert.True(Directory.Exists(folder));
        _unsynced.RemoveAll(one => one.Folder == folder);
    }

    public void Delete(string file)
    {
        Step();
        var before = File.ReadAllBytes(file);
        File.Delete(file);
        Happened(file, () => Restore(file, before));
    }

    /// <summary>Not undone without power: whether such a folder comes back is of no account.</summary>
    public void DeleteFolder(string folder)
    {
        if (Steps == FailsAt) File.Delete(Directory.GetFiles(folder)[0]);
        Step();
        Directory.Delete(folder, recursive: true);
    }

    public void LosePower()
    {
        for (var i = _unsynced.Count - 1; i >= 0; i--) _unsynced[i].Undo();
        _unsynced.Clear();
    }

    private static void Restore(string file, byte[]? before)
    {
        if (before is null) File.Delete(file);
        else File.WriteAllBytes(file, before);
    }

    private void Happened(string name, Action undo) => _unsynced.Add((Path.GetDirectoryName(name)!, undo));

    private void Step()
    {
        if (Steps++ == FailsAt) throw new IOException("The disk failed.");
    }
}
