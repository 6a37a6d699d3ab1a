using System.Collections;
using System.Globalization;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>What <c>POST /v1/audit/proofs/included</c> says of one record: a claim until it is held against the log.</summary>
internal sealed record Included(string? Id, string? Status, string? Log, long? Index, DateTimeOffset? At);

/// <summary>
/// Holds what is told of receipts against the log, of which it reads each bundle once where they come in the order of the log: that there is such an entry, of a decision, of that
/// moment, and told of no other receipt. Not for several threads at once.
/// </summary>
/// <param name="signed">Of the log that was checked. It may have grown since: then its newest one counts, if it follows.</param>
internal sealed class ToldEntries(ILogReader log, SignedCheckpoint signed, BelievedKeys trusted)
{
    private readonly BitArray _taken = new((int)Math.Min(signed.Checkpoint.Size, int.MaxValue));
    private SignedCheckpoint _newest = signed;
    private TileReader _tiles = new(log);
    private (long Index, IReadOnlyList<ReadOnlyMemory<byte>> Entries) _bundle = (-1, []);
    private bool _mayGrow = true;

    /// <summary>Entries under the newest checkpoint that was read.</summary>
    public long Size => _newest.Checkpoint.Size;

    /// <summary>Audit was asked once more: the log may have grown again since.</summary>
    public void LookAgain() => _mayGrow = true;

    /// <summary>A sentence; null when it is so. Throws <see cref="LogFaultException"/> when the log is not the one that was checked.</summary>
    public async Task<string?> WhyNotAsync(Included told, CancellationToken cancel)
    {
        var index = told.Index!.Value;
        if (!_newest.Checkpoint.Origin.EndsWith($"/log/{told.Log}", StringComparison.Ordinal)) return $"It is in another log, {told.Log}.";
        if (index >= _newest.Checkpoint.Size) await GrowAsync(cancel);
        if (index < 0 || index >= _newest.Checkpoint.Size) return $"It is told to be entry {index} of the log, which has {_newest.Checkpoint.Size}.";
        if (index >= _taken.Length) _taken.Length = (int)Math.Min(_newest.Checkpoint.Size, int.MaxValue);
        if (index < _taken.Length && _taken[(int)index]) return $"It is told to be entry {index} of the log, which another receipt is told to be.";
        if (index < _taken.Length) _taken[(int)index] = true;

        var entry = LoggedEntry.Read((await BundleAsync(index >> 8, cancel))[(int)(index & 255)].Span);
        if (entry.Class != "decision") return $"It is told to be entry {index} of the log, which is of class {entry.Class}.";
        return entry.At == told.At ? null
            : string.Create(CultureInfo.InvariantCulture, $"It is told to be entry {index} of the log, of {told.At:yyyy-MM-dd HH:mm:ss}, and that one is of {entry.At:yyyy-MM-dd HH:mm:ss}.");
    }

    private async Task<IReadOnlyList<ReadOnlyMemory<byte>>> BundleAsync(long bundle, CancellationToken cancel)
    {
        if (_bundle.Index == bundle) return _bundle.Entries;
        try
        {
            // Read once more since it was checked: it may be shown otherwise now.
            _bundle = (bundle, await ProvenBundle.ReadAsync(_tiles, bundle, _newest.Checkpoint.Size, _newest.Checkpoint.Root, cancel));
            return _bundle.Entries;
        }
        catch (FormatException e)
        {
            throw new LogFaultException(LogFault.Tiles, e.Message, _newest.Note);
        }
    }

    private async Task GrowAsync(CancellationToken cancel)
    {
        // What is told may be ahead of the checkpoint that is shown; to read it once for each answer is enough.
        if (!_mayGrow) return;
        _mayGrow = false;
        var (before, next) = (_newest.Checkpoint, await SignedCheckpoint.ReadAsync(log, trusted, cancel));
        if (next.Checkpoint.Size <= before.Size) return;
        _tiles = new TileReader(log);
        var proof = await _tiles.ConsistencyAsync(before.Size, next.Checkpoint.Size, cancel);
        if (next.Checkpoint.Origin != before.Origin || !TreeProof.IsConsistent(before.Size, before.Root, next.Checkpoint.Size, next.Checkpoint.Root, proof))
            throw new LogFaultException(LogFault.Fork, $"The log was forked: its checkpoint of {next.Checkpoint.Size} entries does not follow from the one of {before.Size} that was checked.", next.Note);
        _newest = next;
        _bundle = (-1, []);
    }
}
