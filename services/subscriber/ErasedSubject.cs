using Consent.Contracts;

namespace Consent.Subscriber;

/// <summary>A person who was erased on a site, named while a row still tells whose stream it was.</summary>
/// <param name="ErasedAt">When; of a tombstone of old, behind which a receipt came, when that receipt was recorded, which was before.</param>
/// <param name="Reason">Null where nothing but the hash was left of the stream.</param>
public sealed record ErasedSubject(string Site, string SubjectId, DateTimeOffset ErasedAt, ErasureReason? Reason);

/// <summary>
/// Tells a service who was erased before the row goes that alone knows it: a tombstone names the hash of a stream and nobody. At least once: when
/// that fails, the row is still there, and the message comes again. Of whom nothing is held nobody can be told.
/// </summary>
internal sealed class ErasedSubjects(SubscriberStore store, Func<ErasedSubject, CancellationToken, Task>? onErasing)
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
            since, e => e.Stream, e => e.Stream!, (e, decided) => new ErasedSubject(decided.Receipt.Site, decided.Receipt.SubjectId, e.ErasedAt, e.Reason),
            StringComparer.Ordinal);
        foreach (var erased in held.Union(named)) await onErasing(erased, cancel);
    }

    /// <summary>Whoever stands in receipts that came behind their tombstones: no row ever told who he was.</summary>
    public async Task TellLateAsync(IEnumerable<ErasedSubject> late, CancellationToken cancel)
    {
        if (onErasing is null) return;
        foreach (var erased in late) await onErasing(erased, cancel);
    }

    /// <summary>Who stands in this receipt, which was not kept because he was erased; null where the service does not want to be told, or it is not so.</summary>
    public ErasedSubject? LateOf(SubscriberWriter writer, Receipt receipt, string? stream) =>
        onErasing is not null && stream is not null ? writer.ErasureOf(receipt, stream) : null;

    private static List<ErasedSubject> Bury(SubscriberWriter writer, ConsentErased e)
    {
        writer.Bury(e);
        return writer.List("SELECT site, subject FROM receipts WHERE stream = $1", r => new ErasedSubject(r.GetString(0), r.GetString(1), e.ErasedAt, e.Reason), e.Stream);
    }
}
