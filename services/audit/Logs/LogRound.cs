using Consent.Contracts;
using Consent.Storage;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>What a round adds to a log, as one record. Pure.</summary>
internal static class LogRound
{
    /// <param name="fresh">Nothing of which is in the log.</param>
    /// <param name="through">Position in the feed up to which everything is in with it.</param>
    /// <param name="isSigned">No more follows in this round. A succession of keys is signed in any case: who trusts the old key can trust the new one by this checkpoint alone.</param>
    /// <param name="now">To the millisecond. Entries bear the later of its second and the time of the entry before.</param>
    public static NewRecord Record(DerivedLog one, LogSigning signing, IReadOnlyList<Committed> fresh, long through, bool isSigned, DateTimeOffset now)
    {
        var state = one.State;
        var second = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        var (entries, told) = EntriesOf(second > state.At ? second : state.At, signing.Announced, fresh);
        var isSuccession = signing.Announced.Count > 0 && state.Keys.Count > 0;
        var note = isSigned || isSuccession ? SignedNote.Sign(one.With(entries).Text, [.. signing.Signers]).ToString() : null;
        var batch = new LogBatch(state.Controller, state.Size, Math.Max(through, state.Through), entries, note, told.Count == 0 ? null : told);
        var (stream, version) = LogBatch.PlaceOf(state.Name, state.Batches);
        return new NewRecord { Stream = stream, Version = version, Kind = LogBatch.Kind, RecordedAt = now, Payload = ContractJson.Write(batch) };
    }

    /// <summary>Keys first, then what happened in the order of hearing, and then one entry for all acknowledgements: the root of a tree of their commitments.</summary>
    private static (IReadOnlyList<byte[]> Entries, IReadOnlyList<byte[]> Told) EntriesOf(DateTimeOffset at, IReadOnlyList<string> announced, IReadOnlyList<Committed> fresh)
    {
        var ordered = fresh.OrderBy(c => c.Trigger).ThenBy(c => c.Position).ToList();
        var entries = announced.Select(key => new LogEntry(at, LogClass.Key, null, key))
            .Concat(ordered.Where(c => c.Class != LogClass.Delivery).Select(c => new LogEntry(at, c.Class, c.Commitment))).ToList();
        IReadOnlyList<byte[]> told = [.. ordered.Where(c => c.Class == LogClass.Delivery).Select(c => c.Commitment)];
        if (told.Count > 0)
        {
            var tree = new GrowingTree();
            foreach (var commitment in told) tree.Append(NodeHash.OfEntry(commitment));
            entries.Add(new LogEntry(at, LogClass.Delivery, tree.Root.ToArray()));
        }

        return ([.. entries.Select(e => e.Write())], told);
    }
}
