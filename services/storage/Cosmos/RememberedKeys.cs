using System.Collections.Concurrent;

namespace Consent.Storage;

/// <summary>
/// What lies in slots, as it was read, or handed out, less than three seconds ago: so that a key which another replica destroyed stops working soon. One that was destroyed here is gone at once,
/// also where a read from before comes back later: that is forgotten no later than the destruction. Keeps nothing that opens anything without the key of a controller. Safe for many threads.
/// </summary>
internal sealed class RememberedKeys
{
    private const long Milliseconds = 3000;
    private const int MostSlots = 20_000;

    /// <summary>Of 2 KB each.</summary>
    private const int MostBlocks = 2000;
    private readonly ConcurrentDictionary<long, (LyingKey Key, long Until)> _slots = new();
    private readonly ConcurrentDictionary<long, (KeyBlock Block, long Until)> _blocks = new();

    private int _slotsWritten;
    private int _blocksWritten;

    /// <summary>Until when may be remembered what is about to be read: taken before, so that nothing is remembered for longer that is destroyed meanwhile.</summary>
    public static long Until() => Environment.TickCount64 + Milliseconds;

    /// <param name="stillIn">Milliseconds in which it must not have been forgotten.</param>
    public LyingKey? Find(long slot, long stillIn = 0)
    {
        var then = Environment.TickCount64 + stillIn;
        if (_slots.TryGetValue(slot, out var one) && one.Until > then) return one.Key;
        return _blocks.TryGetValue(KeyBlock.Of(slot), out var all) && all.Until > then ? all.Block.Lying(slot) : null;
    }

    public void Take(KeyBlock block, long until)
    {
        MakeRoom(ofBlock: true);
        _blocks[block.Number] = (block, until);
    }

    /// <summary>This slot alone: of the others of its block, which was made a while ago, some may be destroyed.</summary>
    public void HandOut(long slot, LyingKey key)
    {
        MakeRoom(ofBlock: false);
        _slots[slot] = (key, Until());
    }

    public void Destroyed(IEnumerable<long> slots)
    {
        foreach (var slot in slots)
        {
            MakeRoom(ofBlock: false);
            _slots[slot] = (new LyingKey(null, 0, 0), Until());
        }
    }

    /// <summary>By what was written since the last time: a dictionary for many threads counts what it has by locking all of itself.</summary>
    private void MakeRoom(bool ofBlock)
    {
        if (ofBlock ? Interlocked.Increment(ref _blocksWritten) <= MostBlocks : Interlocked.Increment(ref _slotsWritten) <= MostSlots) return;
        // The blocks first: what a slot says of a destruction goes before what its block says.
        _blocks.Clear();
        _slots.Clear();
        Volatile.Write(ref _blocksWritten, 0);
        Volatile.Write(ref _slotsWritten, 0);
    }
}
