using System.Text.Json.Serialization;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>What a report says of one recipient of one mail; see <see cref="ReadDeliveryReport"/>.</summary>
/// <param name="Hard">Of a bounce: it says that the address is gone. False for any other, and for what is no bounce.</param>
/// <param name="Status">Of a bounce, as in RFC 3463, such as <c>5.1.1</c>; null when the report holds none.</param>
/// <param name="Address">The recipient, in its one spelling; null when the report names none that is an address, as when it is redacted.</param>
/// <param name="Token">What looks like the token of our link in the mail that is enclosed, unread: it may be forged, or another site's.</param>
/// <param name="Alone">The report is about nobody else, so that a link in the mail is this person's.</param>
/// <param name="Unclear">Of a bounce: it may be the address; see <see cref="AddressVerdict.Unclear"/>.</param>
public sealed record DeliveryReport(ReportKind Kind, bool Hard, string? Status, string? Address, string? Token, bool Alone = true, bool Unclear = false)
{
    /// <summary>
    /// The link in the mail says whose it was, and where it opens nobody made it up. Where several are told of, it is one of theirs, and each goes by
    /// the address, which anybody can write.
    /// </summary>
    public bool IsByLink => Token is not null && Alone;
}

[JsonConverter(typeof(KebabCaseEnum<ReportKind>))]
public enum ReportKind { Complaint, Bounce, OptOut }
