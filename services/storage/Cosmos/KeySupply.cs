namespace Consent.Storage;

/// <summary>
/// Blocks that were created under one version of a controller's key, and of which slots are left to be handed out. What an earlier process left is never taken up: so a log that was put back
/// cannot give one key to two streams. For one thread at a time.
/// </summary>
internal sealed class KeySupply(ControllerKey under)
{
    private const int MostBlocks = 16;
    private readonly Queue<KeyBlock> _blocks = new();
    private int _used;

    public ControllerKey Under => under;

    /// <summary>More of them, while they are made.</summary>
    public Task? Making { get; set; }

    /// <summary>How many blocks to make next: one at first, since most controllers are small, then four times as many each time.</summary>
    public int Next { get; private set; } = 1;

    /// <summary>A slot that was never handed out; null when none is left.</summary>
    public (long Slot, LyingKey Key)? Take()
    {
        if (!_blocks.TryPeek(out var block)) return null;
        var slot = block.First + _used++;
        if (_used == KeyBlock.Slots)
        {
            _blocks.Dequeue();
            _used = 0;
        }

        return (slot, block.Lying(slot));
    }

    /// <param name="blocks">All committed.</param>
    public void Fill(IEnumerable<KeyBlock> blocks)
    {
        foreach (var block in blocks) _blocks.Enqueue(block);
        Next = Math.Min(MostBlocks, 4 * Next);
    }
}
