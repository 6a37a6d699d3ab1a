using Consent.Contracts;

namespace Consent.Subscriber;

/// <summary>A person who was erased on a site, named while a row still tells whose stream it was.</summary>
/// <param name="ErasedAt">When; of a tombstone of old, behind which a receipt came, when that receipt was recorded, which was before.</param>
/// <param name="Reason">Null where nothing but the hash was left of the stream.</param>
/// <param name="IsBack">He said yes to something since, which is held or comes with the tombstone: what is told may be an old erasure, and only what is from before it is to go.</param>
public sealed record ErasedSubject(string Site, string SubjectId, DateTimeOffset ErasedAt, ErasureReason? Reason, bool IsBack = false);

/// <summary>
/// Tells a service who was erased before the row goes that alone knows it: a tombstone names the hash of a stream and nobody. At least once: when
/// that fails, the row is still there, and the message comes again. Of whom nothing is held nobody can be told.
/// </summary>
internal sealed class ErasedSubjects(ISubscriberStore store, Func<ErasedSubject, CancellationToken, Task>? onErasing)
{
    /// <summary>
    /// Whoever is held under these streams, by whatever version: a decision that was taken after the erasure may have overtaken it. The tombstones are
    /// kept first: from then on no late receipt makes a row of which nobody was told.
    /// </summary>
    /// <param name="since">What was decided in those streams since, which names people too.</param>
    public async Task TellAsync(IReadOnlyList<ConsentErased> tombstones, IReadOnlyList<ConsentChanged> since, CancellationToken cancel)
    {
        if (onErasing is null || tombstones.Count == 0) return;
        var held = await store.WriteAsync(writer => tombstones.SelectMany(e => Bury(writer, e)).ToList(), cancel);
        var named = tombstones.Join(
            since, e => e.Stream, e => e.Stream!,
            (e, decided) => new ErasedSubject(
                decided.Receipt.Site, decided.Receipt.SubjectId, e.ErasedAt, e.Reason, SaysYes(decided.Receipt) && (decided.Receipt.Epoch, decided.Receipt.Version).CompareTo((e.Epoch, e.Version)) > 0),
            StringComparer.Ordinal);
        foreach (var same in held.Concat(named).GroupBy(erased => erased with { IsBack = false })) await onErasing(same.Key with { IsBack = same.Any(e => e.IsBack) }, cancel);
    }

    /// <summary>Whoever stands in receipts that came behind their tombstones: no row ever told who he was.</summary>
    public async Task TellLateAsync(IEnumerable<ErasedSubject> late, CancellationToken cancel)
    {
        if (onErasing is null) return;
        foreach (var erased in late) await onErasing(erased, cancel);
    }

    /// <summary>Who stands in this receipt, which was not kept because he was erased; null where the service does not want to be told, or it is not so.</summary>
    public ErasedSubject? LateOf(SubscriberWriter writer, Receipt receipt, string? stream) =>
        onErasing is null || stream is null || writer.ErasureOf(receipt, stream) is not { } late ? null
            : late with { IsBack = HeldOf(writer, stream).Any(held => held.IsBack) };

    private static List<ErasedSubject> Bury(SubscriberWriter writer, ConsentErased e)
    {
        writer.Bury(e);
        return [.. HeldOf(writer, e.Stream).Select(held => new ErasedSubject(held.Site, held.Subject, e.ErasedAt, e.Reason, held.IsBack))];
    }

    /// <summary>A "no" that was kept, or said, after an erasure brings nobody back.</summary>
    private static bool SaysYes(Receipt receipt) => receipt.Purposes.Values.Any(decision => decision.Status is Decision.Given);

    /// <summary>Whose receipt is held of the stream, and whether it says yes to something, and is from after the tombstone that is kept.</summary>
    private static List<(string Site, string Subject, bool IsBack)> HeldOf(SubscriberWriter writer, string stream) => writer.List(
        """
        SELECT r.site, r.subject, (r.epoch, r.version) > (t.epoch, t.version), r.body FROM receipts r JOIN tombstones t ON t.stream = r.stream WHERE r.stream = $1
        """,
        row => (row.GetString(0), row.GetString(1), row.GetBoolean(2) && SaysYes(ContractJson.Read<Receipt>(row.GetFieldValue<byte[]>(3)))), stream);
}
