using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Consent.Storage;

/// <summary>
/// Keys in a file, 32 bytes to a slot, slot 0 first, each under the key of its controller. They are made in blocks of segments, of one controller each, and
/// fsynced before the first of a block is handed out, so that a new stream costs no fsync of its own. Each opening begins blocks of its own:
/// what an earlier process left unused is never handed out, so that a restored log cannot give one key to two streams. One process at a time.
/// What lies in clear, as all did once, or under an older version of its controller's key is put under the newest in the background
/// (<see cref="RewrapSome"/>); what a key opens does not change by it.
/// </summary>
internal sealed class SubjectKeyFile : ISubjectKeys
{
    public const int SegmentBytes = SlotsPerSegment * KeyBytes;
    private const int KeyBytes = ControllerKey.Bytes;
    public const int SlotsPerSegment = 256;

    /// <summary>In a block. A controller's first has one segment, and each next twice as many: most controllers are small, and a block is begun at each start.</summary>
    private const int MostSegments = 16;
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Block> _blocks = [];
    private readonly SafeFileHandle _file;
    private readonly ControllerKeys _controllers;
    private readonly SegmentKeys _under;
    private readonly RewrapJournal _journal;
    private readonly CancellationTokenSource _closing = new();
    private readonly Rewrapping _progress;
    private readonly FileStream _lock;
    private Task _rewrapping = Task.CompletedTask;
    private bool _isUnsettled = true;
    private long _passed;

    private SubjectKeyFile(SafeFileHandle file, ControllerKeys controllers, SegmentKeys under, RewrapJournal journal, Rewrapping progress, FileStream held) =>
        (_file, _controllers, _under, _journal, _progress, _lock) = (file, controllers, under, journal, progress, held);

    /// <summary>Called after each write of a rewrapping: where a test lets the process die.</summary>
    internal Action Written { get; set; } = () => { };

    public string? Alarm => _progress.Alarm;

    private long Segments => (RandomAccess.GetLength(_file) + SegmentBytes - 1) / SegmentBytes;

    /// <summary>
    /// Opens or creates the file, readable by its owner only, with <c>.wraps</c> and <c>.rewrap</c> beside it. Throws <see cref="IOException"/>, which says what
    /// to put back, when they do not belong together, and when another process has them.
    /// </summary>
    /// <param name="controllers">Disposed of with this.</param>
    /// <param name="rewraps">False to leave that to the caller.</param>
    public static SubjectKeyFile Open(string path, ControllerKeys controllers, bool rewraps = true)
    {
        FileStream? held = null;
        SafeFileHandle? file = null;
        SegmentKeys? under = null;
        RewrapJournal? journal = null;
        try
        {
            held = PrivateFile.Lock(path);
            using (var made = new FileStream(path, PrivateFile.Options(FileMode.OpenOrCreate))) made.Flush(flushToDisk: true);
            file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            under = SegmentKeys.Open(Path.ChangeExtension(path, ".wraps"), (RandomAccess.GetLength(file) + SegmentBytes - 1) / SegmentBytes, controllers.Count == 0);
            controllers.Require(under.Used());
            journal = new RewrapJournal(Path.ChangeExtension(path, ".rewrap"));
            var keys = new SubjectKeyFile(file, controllers, under, journal, new Rewrapping(Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path)))!), held);
            lock (keys._gate) keys.Settle();
            if (rewraps) keys.StartRewrapping();
            return keys;
        }
        catch
        {
            journal?.Dispose();
            under?.Dispose();
            file?.Dispose();
            held?.Dispose();
            controllers.Dispose();
            throw;
        }
    }

    public async ValueTask<SubjectKey> NextAsync(string? controller = null) => Take(await _controllers.OfAsync(controller));

    public ValueTask<long> SlotsAsync() => new(RandomAccess.GetLength(_file) / KeyBytes);

    public byte[]? Find(long slot)
    {
        if (slot < 0) return null;
        var before = _under[slot / SlotsPerSegment];
        var key = Read(slot);
        Interlocked.MemoryBarrier();
        if (before != SegmentKeys.Busy && _under[slot / SlotsPerSegment] == before) return Opened(key, before, slot);
        lock (_gate)
        {
            Settle();
            return Opened(Read(slot), _under[slot / SlotsPerSegment], slot);
        }
    }

    public bool Suits(long slot, string? controller) =>
        controller is null || (_under[slot / SlotsPerSegment] is var entry and not SegmentKeys.Busy && _controllers.ControllerOf(SegmentKeys.Parts(entry).Number) == controller);

    public void Destroy(IReadOnlyCollection<long> slots)
    {
        if (slots.Count == 0) return;
        lock (_gate)
        {
            Settle();
            var nothing = new byte[KeyBytes];
            var length = RandomAccess.GetLength(_file);
            foreach (var slot in slots.Where(s => s >= 0 && (s + 1) * KeyBytes <= length)) RandomAccess.Write(_file, nothing, slot * KeyBytes);
            RandomAccess.FlushToDisk(_file);
        }
    }

    public Task<bool> DestroyControllerAsync(string controller) => _controllers.DestroyAsync(controller);

    public void Dispose()
    {
        _closing.Cancel();
        _rewrapping.GetAwaiter().GetResult();
        _closing.Dispose();
        _journal.Dispose();
        _under.Dispose();
        _file.Dispose();
        _lock.Dispose();
        _controllers.Dispose();
    }

    /// <summary>In the background, until all is done or this is disposed of; not at all where nothing is to be done.</summary>
    internal void StartRewrapping() =>
        _rewrapping = Due() == 0 ? Task.CompletedTask : Task.Run(() => _progress.RunAsync(RewrapAllAsync, _closing.Token), CancellationToken.None);

    /// <summary>
    /// Puts some segments under the newest key of their controller. They are read, exchanged and in the journal before one is touched, and until the journal is
    /// empty again nobody destroys or makes a key: whatever a crash leaves, <see cref="Settle"/> completes it before anything else is done.
    /// </summary>
    /// <param name="service">Under which lies what lay in clear.</param>
    /// <returns>How many; 0 when none is left.</returns>
    internal int RewrapSome(ControllerKey service)
    {
        lock (_gate)
        {
            Settle();
            var (due, next, last) = (new List<Rewrapped>(), _passed, Segments);
            for (; next < last && due.Count < MostSegments; next++)
                if (TargetOf(_under[next], service) is { } target) due.Add(Turned(next, target));
            if (due.Count > 0)
            {
                _isUnsettled = true;
                _journal.Write(due);
                Written();
                Put(due);
            }

            _passed = due.Count == 0 ? 0 : next;
            return due.Count;
        }
    }

    private SubjectKey Take(ControllerKey under)
    {
        lock (_gate)
        {
            var entry = SegmentKeys.Of(under);
            if (!_blocks.TryGetValue(entry, out var block) || block.Used * KeyBytes == block.Bytes.Length)
                _blocks[entry] = block = AddBlock(entry, Math.Min(MostSegments, block is null ? 1 : 2 * block.Bytes.Length / SegmentBytes));
            var place = block.Bytes.AsSpan(block.Used * KeyBytes, KeyBytes);
            var next = new SubjectKey(block.First + block.Used++, place.ToArray());
            place.Clear();
            under.Turn(next.Key, next.Slot);
            return next;
        }
    }

    /// <summary>What lies there is random, and what a person's key will be follows from it and from the controller's.</summary>
    private Block AddBlock(ulong entry, int segments)
    {
        try
        {
            Settle();
            // A cut block of an earlier crash is left behind: slots are counted from the next whole segment.
            var first = Segments;
            // Before the keys, so that none ever lies in the file of which it is not known under what.
            _under.Write(Enumerable.Range(0, segments).Select(i => (first + i, entry)));
            var bytes = RandomNumberGenerator.GetBytes(segments * SegmentBytes);
            RandomAccess.Write(_file, bytes, first * SegmentBytes);
            RandomAccess.FlushToDisk(_file);
            return new Block(first * SlotsPerSegment, bytes);
        }
        catch (IOException e)
        {
            throw new LogUnavailableException("No key could be made for a new stream.", e);
        }
    }

    private byte[]? Read(long slot)
    {
        var key = new byte[KeyBytes];
        // On disk before it was handed out: not there is not destroyed.
        if (RandomAccess.Read(_file, key, slot * KeyBytes) != KeyBytes)
            throw new LogUnavailableException("subject.keys lacks a key that the log names: put the newest copy of the folder of keys back.");
        return key.AsSpan().ContainsAnyExcept((byte)0) ? key : null;
    }

    private byte[]? Opened(byte[]? key, ulong entry, long slot)
    {
        if (key is null || entry == SegmentKeys.Clear) return key;
        var (number, version) = SegmentKeys.Parts(entry);
        if (_controllers.Find(number, version) is not { } under) return null;
        under.Turn(key, slot);
        return key;
    }

    /// <summary>Null where it stays as it is, as under a key that was destroyed.</summary>
    private ControllerKey? TargetOf(ulong entry, ControllerKey? service)
    {
        if (entry == SegmentKeys.Clear) return service;
        var (number, version) = SegmentKeys.Parts(entry);
        return _controllers.Newest(number) is { } newest && newest.Version > version ? newest : null;
    }

    private Rewrapped Turned(long segment, ControllerKey target)
    {
        var (number, version) = SegmentKeys.Parts(_under[segment]);
        var from = number == 0 ? null : _controllers.Find(number, version);
        var bytes = new byte[SegmentBytes];
        RandomAccess.Read(_file, bytes, segment * SegmentBytes);
        for (var i = 0; i < SlotsPerSegment; i++)
        {
            var key = bytes.AsSpan(i * KeyBytes, KeyBytes);
            // What was destroyed stays destroyed.
            if (!key.ContainsAnyExcept((byte)0)) continue;
            from?.Turn(key, (segment * SlotsPerSegment) + i);
            target.Turn(key, (segment * SlotsPerSegment) + i);
        }

        return new Rewrapped(segment, SegmentKeys.Of(target), bytes);
    }

    private void Put(IReadOnlyList<Rewrapped> due)
    {
        foreach (var one in due) _under.Mark(one.Segment, SegmentKeys.Busy);
        foreach (var one in due)
        {
            RandomAccess.Write(_file, one.Bytes, one.Segment * SegmentBytes);
            Written();
        }

        RandomAccess.FlushToDisk(_file);
        _under.Write(due.Select(one => (one.Segment, one.Entry)));
        Written();
        _journal.Empty();
        Written();
        _isUnsettled = false;
    }

    /// <summary>Completes what a crash or a failing disk cut short. Under the lock.</summary>
    private void Settle()
    {
        if (!_isUnsettled) return;
        try
        {
            if (_journal.Read() is { Count: > 0 } due) Put(due);
            else _journal.Empty();
            _isUnsettled = false;
        }
        catch (IOException e)
        {
            throw new LogUnavailableException("The keys are being put under another key, and the disk does not take it.", e);
        }
    }

    /// <summary>Segments that do not lie under the newest key of their controller, and could.</summary>
    private long Due()
    {
        var (due, last) = (0L, Segments);
        for (var i = 0L; i < last; i++) due += _under[i] == SegmentKeys.Clear || TargetOf(_under[i], null) is not null ? 1 : 0;
        return due;
    }

    private async Task RewrapAllAsync(CancellationToken closing)
    {
        var service = await _controllers.OfAsync(null);
        do
        {
            _progress.Left(Due() * SlotsPerSegment);
            await Task.Yield();
        }
        while (!closing.IsCancellationRequested && RewrapSome(service) > 0);
    }

    private sealed class Block(long first, byte[] bytes)
    {
        public long First => first;

        public byte[] Bytes => bytes;

        public int Used { get; set; }
    }
}
