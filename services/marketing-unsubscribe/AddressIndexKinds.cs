using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Of what kind an entry or a decision is: everything in it but times, ids, texts and evidence, which millions of addresses have in common. What is added
/// to either later is part of its kind, unless it is left out here.
/// </summary>
internal static class AddressIndexKinds
{
    /// <summary>Nothing is known.</summary>
    public const ushort None = 0;

    /// <summary>The stores have to be asked.</summary>
    public const ushort Ask = 1;

    private static readonly ParentalAuthorisation Stated = new("", null, null);

    public static TopicEntry Of(TopicEntry entry) => entry.ForGood() with { At = default, By = null, Repeats = 0, Told = null, Proof = entry.Proof is { } proof ? Of(proof) : null };

    public static PurposeDecision Of(PurposeDecision decision) => decision with
    {
        DecidedAt = default,
        DecidedIn = 0,
        ValidUntil = At(decision.ValidUntil, default),
        Declaration = null,
        TakenAt = At(decision.TakenAt, default),
    };

    /// <summary>An entry of the kind, of that moment.</summary>
    public static TopicEntry At(TopicEntry kind, DateTimeOffset at, string by) => kind with
    {
        At = at,
        By = by,
        Proof = kind.Proof is { } proof ? At(proof, at) : null,
    };

    /// <summary>A decision of the kind, of that moment, which ends at another if it ends at all.</summary>
    public static PurposeDecision At(PurposeDecision kind, DateTimeOffset at, DateTimeOffset end, long decidedIn) =>
        kind with { DecidedAt = at, DecidedIn = decidedIn, ValidUntil = At(kind.ValidUntil, end), TakenAt = At(kind.TakenAt, at) };

    private static OptInProof Of(OptInProof proof) => proof with
    {
        Declaration = "",
        DeclarationVersion = 0,
        Language = "",
        TextHash = "",
        Source = "",
        ConfirmedAt = At(proof.ConfirmedAt, default),
        RequestedAt = At(proof.RequestedAt, default),
        MailHash = null,
        Evidence = proof.Evidence is null ? null : "",
        OptedInAt = At(proof.OptedInAt, default),
        SoftOptIn = proof.SoftOptIn?.Select(fact => fact with { At = At(fact.At, default), Evidence = fact.Evidence is null ? null : "" }),
        StatedBy = null,
        InPlaceOf = proof.InPlaceOf is { } own ? Of(own) : null,
        ParentalAuthorisation = proof.ParentalAuthorisation is null ? null : Stated,
    };

    private static OptInProof At(OptInProof proof, DateTimeOffset at) => proof with
    {
        ConfirmedAt = At(proof.ConfirmedAt, at),
        RequestedAt = At(proof.RequestedAt, at),
        OptedInAt = At(proof.OptedInAt, at),
        SoftOptIn = proof.SoftOptIn?.Select(fact => fact with { At = At(fact.At, at) }),
        InPlaceOf = proof.InPlaceOf is { } own ? At(own, at) : null,
    };

    private static DateTimeOffset? At(DateTimeOffset? moment, DateTimeOffset at) => moment is null ? null : at;
}

/// <summary>Gives kinds their numbers. Safe for many threads.</summary>
/// <param name="of">What they are kinds of, in the word of the metric.</param>
internal sealed class AddressIndexKinds<T>(string of) where T : class
{
    /// <summary>Beyond it something is part of the kinds that should not be: the stores are asked then.</summary>
    private const int Most = 4096;
    private readonly Lock _gate = new();
    private readonly Dictionary<T, ushort> _numbers = [];
    private readonly List<T> _kinds = [];

    public ushort NumberOf(T kind)
    {
        lock (_gate)
        {
            if (_numbers.TryGetValue(kind, out var number)) return number;
            if (_kinds.Count >= Most) return AddressIndexKinds.Ask;
            _kinds.Add(kind);
            AddressIndexMetrics.Kinds.Record(_kinds.Count, new KeyValuePair<string, object?>(AddressIndexMetrics.Of, of));
            return _numbers[kind] = (ushort)(_kinds.Count + AddressIndexKinds.Ask);
        }
    }

    public T Kind(ushort number)
    {
        lock (_gate) return _kinds[number - AddressIndexKinds.Ask - 1];
    }
}
