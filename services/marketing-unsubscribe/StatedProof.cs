using System.Security.Claims;
using System.Text.RegularExpressions;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>What a controller's own system says of an opt-in, in a call or in a row of an import. Its sentences name no value of it.</summary>
/// <param name="OptedInAt">By the other system's clock; of an opt-in without it, nothing is proven.</param>
/// <param name="ConfirmedAt">When the person confirmed it out of his mailbox; null when he did not.</param>
/// <param name="Evidence">What proves it: an address, a hash or a reference.</param>
/// <param name="OfAge">True when the person says to be of the age at which he consents himself; that alone anybody may say of himself.</param>
/// <param name="Basis"><c>opt-in</c>, which it is unless said, or <see cref="SoftOptIn.Basis"/>.</param>
/// <param name="Soft">Null where none is stated.</param>
internal sealed partial record StatedProof(
    DateTimeOffset? OptedInAt, DateTimeOffset? ConfirmedAt, string? Evidence, bool? OfAge, ParentalAuthorisation? ParentalAuthorisation, string? Basis = null,
    SoftOptIn? Soft = null)
{
    private const string OptIn = "opt-in";
    private const int LongestEvidence = 512;

    /// <summary>What is shorter can name a system, and nothing in it.</summary>
    private const int ShortestEvidence = 8;
    private static readonly TimeSpan ClocksMayDiffer = TimeSpan.FromMinutes(5);
    private static readonly DateTimeOffset Earliest = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Whether somebody must vouch for it.</summary>
    public bool NeedsToken =>
        OptedInAt is not null || ConfirmedAt is not null || Evidence is not null || ParentalAuthorisation is not null || Basis is not null || Soft is not null;

    /// <summary>The client that vouches, named as in a receipt.</summary>
    public static string ClientOf(ClaimsPrincipal user) =>
        user.FindFirst("client_id")?.Value ?? user.FindFirst("azp")?.Value ?? user.FindFirst("sub")?.Value ?? "unnamed";

    /// <summary>Null where neither the basis nor any of its facts is stated.</summary>
    public static SoftOptIn? SoftOptInOf(string? basis, SoftOptInFact? sale, SoftOptInFact? entity, SoftOptInFact? products, SoftOptInFact? optOut) =>
        basis == SoftOptIn.Basis || (sale ?? entity ?? products ?? optOut) is not null ? new SoftOptIn(sale, entity, products, optOut) : null;

    public bool IsToCome(DateTimeOffset now) => OptedInAt > now + ClocksMayDiffer || ConfirmedAt > now + ClocksMayDiffer;

    /// <summary>What to do about it; null when it can be recorded.</summary>
    public string? WhyNot(DateTimeOffset now) => this switch
    {
        { Basis: not (null or OptIn or SoftOptIn.Basis) } => "Write in basis opt-in or soft-opt-in, or leave it out.",
        { Soft: not null, Basis: not SoftOptIn.Basis } => "State basis soft-opt-in with its four facts, or leave them out.",
        { Soft: not null } when (OptedInAt ?? ConfirmedAt) is not null || Evidence is not null =>
            "Leave optedInAt, confirmedAt and evidence out of a soft opt-in: each of its facts has its own.",
        { Soft: { } soft } when soft.Facts.Any(fact => fact.At < Earliest || fact.At > now + ClocksMayDiffer) => "Give at of each fact as a moment from 1990 up to now.",
        _ when Evidences.Select(WhyNotEvidence).FirstOrDefault(why => why is not null) is { } why => why,
        _ when IsToCome(now) || OptedInAt < Earliest || ConfirmedAt < Earliest => "Give optedInAt and confirmedAt as moments from 1990 up to now.",
        _ when ConfirmedAt < OptedInAt => "Give in confirmedAt a moment that is not before optedInAt.",
        { ParentalAuthorisation: { } parent } when !IsLabel(parent.Method) || (parent.Reference is not null && !IsLabel(parent.Reference)) =>
            "Write in parentalAuthorisation a method, and a reference if there is one, of up to 64 letters, digits, dots and hyphens.",
        _ => null,
    };

    /// <param name="by">Who vouches; null for the person himself.</param>
    public OptInProof On(OptInProof shown, string? by, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(shown);
        return shown with
        {
            OptedInAt = UpTo(now, OptedInAt),
            ConfirmedAt = UpTo(now, ConfirmedAt),
            Evidence = Kept(Evidence) is null ? null : Evidence,
            SoftOptIn = Soft?.Select(fact => fact with { At = UpTo(now, fact.At), Evidence = Kept(fact.Evidence) }),
            OfAge = OfAge,
            ParentalAuthorisation = ParentalAuthorisation,
            StatedBy = by,
            LiftsNothing = by is not null && ConfirmedAt is not null ? true : null,
        };
    }

    private IEnumerable<string?> Evidences => (Soft?.Facts.Select(fact => fact.Evidence) ?? []).Prepend(Evidence);

    private static string? WhyNotEvidence(string? evidence) => evidence switch
    {
        { Length: > LongestEvidence } => "Point to the evidence in up to 512 characters: an address, a hash or a reference.",
        _ when Kept(evidence) is { Length: < ShortestEvidence } => "Point to the evidence in at least 8 characters, so that it can be found: the name of a system is none.",
        not null when NamesAnAddress(evidence) => "Point to the evidence by something else than an e-mail address: none is kept.",
        _ => null,
    };

    /// <summary>Null for blanks, which are none.</summary>
    private static string? Kept(string? evidence) => string.IsNullOrWhiteSpace(evidence) ? null : evidence.Trim();

    /// <summary>Anybody's, in whatever spelling: encoded as in a URL, or with the at sign of another keyboard.</summary>
    private static bool NamesAnAddress(string text) => text.AsSpan().ContainsAny('@', '\uFF20', '\uFE6B') || text.Contains("%40", StringComparison.Ordinal);

    private static bool IsLabel(string? text) => text is not null && Label().IsMatch(text);

    /// <summary>What another clock calls a moment to come is now. To the millisecond, as every time with which it is compared.</summary>
    private static DateTimeOffset? UpTo(DateTimeOffset now, DateTimeOffset? claimed)
    {
        if (claimed is not { } at) return null;
        return at < now ? DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds()) : now;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9.-]{0,63}\z")]
    private static partial Regex Label();
}
