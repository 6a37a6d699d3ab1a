using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Consent.Storage;

/// <summary>
/// Keys in a file, 32 bytes to a slot, slot 0 first. They are made in blocks and fsynced before the first of a block is handed
/// out, so that a new stream costs no fsync of its own. Each opening begins a block of its own: what an earlier process left
/// unused is never handed out, so that a restored log cannot give one key to two streams. One process at a time.
/// </summary>
internal sealed class SubjectKeyFile : ISubjectKeys
{
    private const int KeyBytes = 32;
    private const int SlotsPerBlock = 4096;
    private readonly Lock _gate = new();
    private readonly SafeFileHandle _file;
    private byte[] _block = [];
    private long _first;
    private int _used;

    private SubjectKeyFile(SafeFileHandle file) => _file = file;

    /// <summary>Opens or creates the file, readable by its owner only.</summary>
    public static SubjectKeyFile Open(string path)
    {
        using (var made = new FileStream(path, Options())) made.Flush(flushToDisk: true);
        return new SubjectKeyFile(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite));
    }

    public ValueTask<SubjectKey> NextAsync() => new(Next());

    private SubjectKey Next()
    {
        lock (_gate)
        {
            if (_used * KeyBytes == _block.Length) AddBlock();
            var key = _block.AsSpan(_used * KeyBytes, KeyBytes).ToArray();
            _block.AsSpan(_used * KeyBytes, KeyBytes).Clear();
            return new SubjectKey(_first + _used++, key);
        }
    }

    public byte[]? Find(long slot)
    {
        var key = new byte[KeyBytes];
        return RandomAccess.Read(_file, key, slot * KeyBytes) == KeyBytes && key.AsSpan().ContainsAnyExcept((byte)0) ? key : null;
    }

    public void Destroy(IReadOnlyCollection<long> slots)
    {
        if (slots.Count == 0) return;
        var nothing = new byte[KeyBytes];
        var length = RandomAccess.GetLength(_file);
        foreach (var slot in slots.Where(s => s >= 0 && (s + 1) * KeyBytes <= length)) RandomAccess.Write(_file, nothing, slot * KeyBytes);
        RandomAccess.FlushToDisk(_file);
    }

    public void Dispose() => _file.Dispose();

    private void AddBlock()
    {
        try
        {
            // A cut block of an earlier crash is left behind: slots are counted from the next whole block.
            var blocks = (RandomAccess.GetLength(_file) + (SlotsPerBlock * KeyBytes) - 1) / (SlotsPerBlock * KeyBytes);
            var block = RandomNumberGenerator.GetBytes(SlotsPerBlock * KeyBytes);
            RandomAccess.Write(_file, block, blocks * block.Length);
            RandomAccess.FlushToDisk(_file);
            (_block, _first, _used) = (block, blocks * SlotsPerBlock, 0);
        }
        catch (IOException e)
        {
            throw new LogUnavailableException("No key could be made for a new stream.", e);
        }
    }

    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
