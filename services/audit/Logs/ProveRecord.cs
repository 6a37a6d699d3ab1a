using System.Security.Claims;
using Consent.Audit.Holds;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>
/// <c>GET /v1/audit/proofs/{recordId}</c>: that what was heard under this id stands in its controller's log, with all that is needed to check it without asking again: the entry,
/// what opens its commitment, and a proof as C2SP tlog-proof writes it. <c>…/deliveries/{subscriber}</c>: the same of a subscriber's acknowledgement of it. What was
/// heard just now is <c>pending</c> until the next checkpoint that is shown (<see cref="CosignedLogs"/>). What was erased cannot be opened, and is answered as unknown; what is restricted is not opened.
/// </summary>
internal static class ProveRecord
{
    public static Task<IResult> AnswerAsync(
        string recordId, ClaimsPrincipal user, [FromKeyedServices(AuditSetup.Service)] IRecordLog log, DerivedLogs logs, CosignedLogs cosigned, LogSites sites, LogSettings settings,
        AccessNotes looks, RestrictedPersons restricted, CancellationToken cancel) =>
        ProveAsync(recordId, null, user, new Sources(log, logs, sites, settings, looks), cosigned, restricted, cancel);

    public static Task<IResult> AnswerDeliveryAsync(
        string recordId, string subscriber, ClaimsPrincipal user, [FromKeyedServices(AuditSetup.Service)] IRecordLog log, DerivedLogs logs, CosignedLogs cosigned, LogSites sites,
        LogSettings settings, AccessNotes looks, RestrictedPersons restricted, CancellationToken cancel) =>
        ProveAsync(recordId, subscriber, user, new Sources(log, logs, sites, settings, looks), cosigned, restricted, cancel);

    private static async Task<IResult> ProveAsync(
        string recordId, string? subscriber, ClaimsPrincipal user, Sources sources, CosignedLogs cosigned, RestrictedPersons restricted, CancellationToken cancel)
    {
        var trace = await sources.Log.HistoryAsync(AuditLog.TraceOf(recordId), cancel);
        if (await LoggedEvent.InAsync(sources.Log, trace, cancel) is not { } e) return ReadTrace.UnknownReceipt();
        var controller = e.Controllers(sources.Sites.Owners, long.MaxValue).FirstOrDefault(c => Tenancy.Allows(user, e.Site ?? "", c));
        var record = subscriber is null ? e.Record : trace.FirstOrDefault(r => LoggedEvent.IsAcknowledgement(r) && r.Read<ConsentApplied>().Subscriber == subscriber);
        if (controller is null || record is null || await sources.Log.SaltsOfAsync([record], cancel) is not [{ } salt]) return ReadTrace.UnknownReceipt();

        // What is told of an erasure names who was erased, and is opened to nobody; of a restricted person the proof stands, and is not opened.
        var isClosed = subscriber is null && (e.Class is LogClass.Erasure or LogClass.Request || await restricted.OfAsync(e.Record, cancel) is { IsRestricted: true });
        var opening = isClosed ? null : new Opening(record.Kind, record.RecordedAt, record.Payload.ToArray(), salt);
        // Before the look at what there is, or what became ready in between would be said to be pending.
        var isReady = sources.Logs.IsReady;
        var proven = cosigned.Shown(sources.Settings.LogOf(controller)) is { } served ? await FindAsync(served, GatherEntries.CommitmentTo(record, salt), opening, sources, cancel) : null;
        if (proven is null && !isReady) throw new LogUnavailableException("The verifiable logs are still being opened.");
        if (proven is null) return TypedResults.Json(new Pending("pending"), ContractJson.Options);
        if (e.Class is LogClass.Decision) await sources.Looks.NoteAsync(user, "proof", e.Site ?? "", controller, recordId, cancel);
        return TypedResults.Json(proven, ContractJson.Options);
    }

    /// <summary>Null while the checkpoint does not cover it.</summary>
    internal static async Task<Proven?> FindAsync(ServedLog served, byte[] commitment, Opening? opening, Sources sources, CancellationToken cancel)
    {
        foreach (var (index, batch) in sources.Logs.Find(served.Name, commitment).Where(found => found.Entry < served.Size))
        {
            var bytes = await served.Reader.EntryAsync(index, served.Size, cancel);
            var entry = LogEntry.Read(bytes.Span);
            var told = batch == 0 ? null : await InnerAsync(commitment, batch, sources.Log, cancel);
            var committed = batch == 0 ? commitment : told?.Root;
            if (committed is null || entry.Commitment is null || !entry.Commitment.AsSpan().SequenceEqual(committed)) continue;
            var proof = new InclusionProofNote(index, await served.Reader.InclusionAsync(index, served.Size, cancel), SignedNote.Parse(served.Cosigned));
            return new Proven(
                "included", entry.Class, entry.At, index, bytes.ToArray(), opening, told, proof.ToString(), served.Successions.Count == 0 ? null : served.Successions);
        }

        return null;
    }

    /// <summary>Where the acknowledgement stands among those of its entry; null when it is none of them.</summary>
    private static async Task<Inner?> InnerAsync(byte[] commitment, long batch, IRecordLog log, CancellationToken cancel)
    {
        if ((await log.FindByPositionAsync(batch, cancel))?.Read<LogBatch>().Told is not { } told) return null;
        for (var i = 0; i < told.Count; i++)
        {
            if (!told[i].AsSpan().SequenceEqual(commitment)) continue;
            var proof = TreeProof.Inclusion(i, told.Count, (level, index) => RootOf(told.Skip((int)(index << level)).Take(1 << level)));
            return new Inner(i, told.Count, RootOf(told).ToArray(), [.. proof.Select(hash => hash.ToArray())]);
        }

        return null;

        static NodeHash RootOf(IEnumerable<byte[]> commitments)
        {
            var tree = new GrowingTree();
            foreach (var one in commitments) tree.Append(NodeHash.OfEntry(one));
            return tree.Root;
        }
    }

    internal sealed record Sources(IRecordLog Log, DerivedLogs Logs, LogSites Sites, LogSettings Settings, AccessNotes Looks);

    private sealed record Pending(string Status);

    /// <param name="Entry">As it stands in the log; its hash is the leaf that the proof begins at.</param>
    /// <param name="Told">Absent but for an acknowledgement: that its commitment is in the tree whose root the entry commits to.</param>
    /// <param name="Proof">As C2SP tlog-proof writes it, with the signed checkpoint.</param>
    /// <param name="Successions">For who trusts an older key: <see cref="ServedLog.Successions"/>. Absent where the first keys of the log are in force.</param>
    internal sealed record Proven(string Status, string Class, DateTimeOffset At, long Index, byte[] Entry, Opening? Opening, Inner? Told, string Proof, IReadOnlyList<string>? Successions = null);

    /// <summary>From which the commitment is made: see <see cref="LogEntry.CommitmentTo"/>.</summary>
    /// <param name="Body">Byte for byte as it was heard, in base64.</param>
    internal sealed record Opening(string Kind, DateTimeOffset HeardAt, byte[] Body, byte[] Salt);

    /// <param name="Proof">From the sibling upwards (RFC 6962, 2.1.1); the commitments are the entries of this tree.</param>
    internal sealed record Inner(long Index, long Size, byte[] Root, IReadOnlyList<byte[]> Proof);
}
