using System.Security.Claims;
using System.Text.RegularExpressions;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>What a controller's own system says of an opt-in, in a call or in a row of an import. Its sentences name no value of it.</summary>
/// <param name="OptedInAt">By the other system's clock; of an opt-in without it, nothing is proven.</param>
/// <param name="ConfirmedAt">When the person confirmed it out of his mailbox; null when he did not.</param>
/// <param name="Evidence">What proves it: an address, a hash or a reference.</param>
/// <param name="OfAge">True when the person says to be of the age at which he consents himself; that alone anybody may say of himself.</param>
internal sealed partial record StatedProof(
    DateTimeOffset? OptedInAt, DateTimeOffset? ConfirmedAt, string? Evidence, bool? OfAge, ParentalAuthorisation? ParentalAuthorisation)
{
    private const int LongestEvidence = 512;

    /// <summary>What is shorter can name a system, and nothing in it.</summary>
    private const int ShortestEvidence = 8;
    private static readonly TimeSpan ClocksMayDiffer = TimeSpan.FromMinutes(5);
    private static readonly DateTimeOffset Earliest = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Whether somebody must vouch for it.</summary>
    public bool NeedsToken => OptedInAt is not null || ConfirmedAt is not null || Evidence is not null || ParentalAuthorisation is not null;

    /// <summary>The client that vouches, named as in a receipt.</summary>
    public static string ClientOf(ClaimsPrincipal user) =>
        user.FindFirst("client_id")?.Value ?? user.FindFirst("azp")?.Value ?? user.FindFirst("sub")?.Value ?? "unnamed";

    public bool IsToCome(DateTimeOffset now) => OptedInAt > now + ClocksMayDiffer || ConfirmedAt > now + ClocksMayDiffer;

    /// <summary>What to do about it; null when it can be recorded.</summary>
    public string? WhyNot(DateTimeOffset now) => this switch
    {
        { Evidence.Length: > LongestEvidence } => "Point to the evidence in up to 512 characters: an address, a hash or a reference.",
        { Evidence: { } text } when Kept(text) is { Length: < ShortestEvidence } =>
            "Point to the evidence in at least 8 characters, so that it can be found: the name of a system is none.",
        { Evidence: { } text } when NamesAnAddress(text) => "Point to the evidence by something else than an e-mail address: none is kept.",
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
            Evidence = Evidence is { } text && Kept(text) is not null ? text : null,
            OfAge = OfAge,
            ParentalAuthorisation = ParentalAuthorisation,
            StatedBy = by,
        };
    }

    /// <summary>Null for blanks, which are none.</summary>
    private static string? Kept(string evidence) => string.IsNullOrWhiteSpace(evidence) ? null : evidence.Trim();

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
