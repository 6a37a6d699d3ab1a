using System.Text.Json.Serialization;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>What a report says of one recipient of one mail; see <see cref="ReadDeliveryReport"/>.</summary>
/// <param name="Hard">Of a bounce: the address itself takes no mail, and will not. False for one that may pass, and for what is no bounce.</param>
/// <param name="Status">Of a bounce, as in RFC 3463, such as <c>5.1.1</c>; null when the report holds none.</param>
/// <param name="Address">The recipient, in its one spelling; null when the report names none that is an address, as when it is redacted.</param>
/// <param name="Token">What looks like the token of our link in the mail that is enclosed, unread: it may be forged, or another site's.</param>
/// <param name="Alone">The report is about nobody else, so that a link in the mail is this person's.</param>
public sealed record DeliveryReport(ReportKind Kind, bool Hard, string? Status, string? Address, string? Token, bool Alone = true);

[JsonConverter(typeof(KebabCaseEnum<ReportKind>))]
public enum ReportKind { Complaint, Bounce, OptOut }
