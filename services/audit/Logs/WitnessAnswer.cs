using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>What came of one call to a witness.</summary>
/// <param name="Outcome">See <see cref="WitnessOutcome"/>.</param>
/// <param name="Cosignature">Verified; where it cosigned.</param>
/// <param name="Size">That it holds; where there is a conflict.</param>
internal sealed record WitnessAnswer(string Outcome, Cosignature? Cosignature = null, long Size = 0);

internal static class WitnessOutcome
{
    public const string Cosigned = "cosigned";

    /// <summary>409: it holds another size than the one that it was told, and says which.</summary>
    public const string Conflict = "conflict";

    /// <summary>It holds a size that this log does not have. Another replica may have shown it more; after a minute that is no explanation.</summary>
    public const string Ahead = "ahead";

    /// <summary>422: the checkpoint does not follow from the one that it holds. Two histories of one log.</summary>
    public const string Inconsistent = "inconsistent";

    /// <summary>
    /// 409 without a size of its own, or 422, where it holds the very size of the checkpoint: it cosigned another root for it. Two histories of one log are signed, or the witness lies.
    /// </summary>
    public const string Forked = "forked";

    /// <summary>404: nobody has told it of this log.</summary>
    public const string UnknownLog = "unknown-log";

    /// <summary>403: it trusts none of the keys.</summary>
    public const string UnknownKeys = "unknown-keys";

    /// <summary>200, without a valid cosignature of the key that was configured.</summary>
    public const string NotVerified = "not-verified";

    /// <summary>Too long, or a 409 without a size.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>3xx, which is never followed.</summary>
    public const string Redirect = "redirect";

    /// <summary>Any other status.</summary>
    public const string Refused = "refused";

    public const string Timeout = "timeout";

    /// <summary>The name led to an address that may not be called.</summary>
    public const string TargetForbidden = "target-forbidden";

    /// <summary>No connection, one that broke, or no TLS.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>Our own tiles could not be read just now; it was not asked.</summary>
    public const string NoProof = "no-proof";

    /// <summary>Whether it is the witness itself that is not there, for whatever log.</summary>
    public static bool IsAway(string outcome) => outcome is Timeout or TargetForbidden or Unreachable;
}
