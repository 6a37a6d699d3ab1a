using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>
/// One look of a monitor at a log: the newest checkpoint is signed, is no smaller than the one before, follows from it by a consistency proof out of the tiles, and its tree is
/// the one that all entries make that were read, now and before; and it is not signed by keys alone that the log had retired, as its entries tell. Throws <see cref="LogFaultException"/>
/// for a log of which one of these is not so.
/// </summary>
internal static class FollowLog
{
    /// <param name="seen">Null at the first look, which reads the log from its beginning.</param>
    /// <param name="begin">Is told the entries of the checkpoint before new ones are read.</param>
    public static async Task<MonitorState> LookAsync(
        ILogReader log, MonitorState? seen, BelievedKeys trusted, Func<long, IProgress<long>?> begin, CancellationToken cancel)
    {
        var signed = await SignedCheckpoint.ReadAsync(log, trusted.With(seen?.Announced ?? []), cancel);
        if (seen is not null && FaultBetween(seen.Checkpoint, signed) is { } fault) throw fault;
        if (seen is not null && signed.Checkpoint.Size == seen.Checkpoint.Size)
            return seen with { Note = signed.Note.ToString(), Announced = signed.Keys.Announced.Count > (seen.Announced?.Count ?? 0) ? signed.Keys.Announced : seen.Announced };
        try
        {
            return await GrowAsync(log, seen, signed, begin(signed.Checkpoint.Size), cancel);
        }
        catch (FormatException e)
        {
            throw new LogFaultException(LogFault.Tiles, e.Message, signed.Note);
        }
    }

    /// <summary>Demands that a smaller checkpoint, which was shown after a larger one, is of the same log. Throws <see cref="LogFaultException"/> where it is not.</summary>
    /// <param name="smaller">One that was verified.</param>
    /// <param name="newest">That follows from all others.</param>
    public static async Task DemandPartAsync(ILogReader log, SignedNote smaller, Checkpoint newest, CancellationToken cancel)
    {
        var (part, tiles) = (Checkpoint.Parse(smaller.Text), new TileReader(log));
        try
        {
            if (await tiles.RootAsync(newest.Size, cancel) != newest.Root)
                throw new LogFaultException(LogFault.Tiles, $"The tiles of the log do not lead to the root that its checkpoint of {newest.Size} entries signs.");
            if (TreeProof.IsConsistent(part.Size, part.Root, newest.Size, newest.Root, await tiles.ConsistencyAsync(part.Size, newest.Size, cancel))) return;
        }
        catch (FormatException e)
        {
            throw new LogFaultException(LogFault.Tiles, e.Message);
        }

        throw new LogFaultException(LogFault.Fork, $"The log was forked: its signed checkpoint of {part.Size} entries is no part of the one of {newest.Size} that it shows too.", smaller);
    }

    /// <summary>What two signed checkpoints say by themselves; null when the second may follow from the first. Pure.</summary>
    private static LogFaultException? FaultBetween(Checkpoint seen, SignedCheckpoint signed)
    {
        var next = signed.Checkpoint;
        if (next.Origin != seen.Origin)
            return new LogFaultException(LogFault.Origin, $"This is the log {next.Origin}; the one that was followed until now is {seen.Origin}.", signed.Note);
        if (next.Size < seen.Size)
            return new LogFaultException(LogFault.Shrunk, $"The log has shrunk: its checkpoint is of {next.Size} entries, and one of {seen.Size} was seen before.", signed.Note);
        return next.Size == seen.Size && next.Root != seen.Root
            ? new LogFaultException(LogFault.Fork, $"The log was forked: two checkpoints of {next.Size} entries are signed that have different roots.", signed.Note)
            : null;
    }

    private static async Task<MonitorState> GrowAsync(ILogReader log, MonitorState? seen, SignedCheckpoint signed, IProgress<long>? progress, CancellationToken cancel)
    {
        var (from, next, tiles) = (seen?.Checkpoint ?? new Checkpoint(signed.Checkpoint.Origin, 0, NodeHash.Empty), signed.Checkpoint, new TileReader(log));
        if (await tiles.RootAsync(next.Size, cancel) != next.Root)
            throw new LogFaultException(LogFault.Tiles, $"The tiles of the log do not lead to the root that its checkpoint of {next.Size} entries signs.", signed.Note);
        var isConsistent = TreeProof.IsConsistent(from.Size, from.Root, next.Size, next.Root, await tiles.ConsistencyAsync(from.Size, next.Size, cancel));

        var (tree, times, entries) = (seen?.Tree() ?? new GrowingTree(), new EntryTimes(seen?.At ?? ""), new TileReader(new ReadAhead(log, next.Size)));
        while (tree.Size < next.Size)
        {
            var bundle = await entries.BundleAsync(tree.Size >> 8, next.Size, cancel);
            for (var i = (int)(tree.Size & 255); i < bundle.Count; i++)
            {
                times.Take(tree.Size, bundle[i].Span);
                tree.Append(NodeHash.OfEntry(bundle[i].Span));
            }

            progress?.Report(tree.Size);
        }

        var isRebuilt = tree.Root == next.Root;
        if (isConsistent && isRebuilt)
        {
            return times.Fault is { } fault ? throw new LogFaultException(fault.Fault, fault.Message, signed.Note)
                : new MonitorState(signed.Note.ToString(), [.. tree.Edge.Select(hash => hash.ToArray())], times.Newest, signed.With(times.Announced).Keys.Announced);
        }

        // By the entries it does follow: it is the tiles that are wrong.
        if (isRebuilt)
            throw new LogFaultException(LogFault.Tiles, $"The tiles of the log do not prove that {next.Size} entries follow from {from.Size}, though the entries do.", signed.Note);
        if (!isConsistent)
        {
            throw new LogFaultException(
                LogFault.Fork, $"The log was forked: its signed checkpoint of {next.Size} entries does not follow from the one of {from.Size} that was seen before.", signed.Note);
        }

        throw new LogFaultException(LogFault.Entries, await WhichAsync(tiles, from.Size, next.Size, cancel), signed.Note);
    }

    private static async Task<string> WhichAsync(TileReader tiles, long from, long size, CancellationToken cancel)
    {
        for (var bundle = from >> 8; (bundle << 8) < size; bundle++)
        {
            foreach (var (i, entry) in (await tiles.BundleAsync(bundle, size, cancel)).Index())
            {
                var index = (bundle << 8) + i;
                if (NodeHash.OfEntry(entry.Span) != await tiles.HashAsync(0, index, size, cancel)) return $"Entry {index} of the log is not the one that was signed.";
            }
        }

        return $"The entries of the log from {from} on do not lead to the root that its checkpoint of {size} entries signs.";
    }
}
