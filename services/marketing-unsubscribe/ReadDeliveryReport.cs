using System.Text.RegularExpressions;
using Consent.UnsubscribeLinks;
using MimeKit;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Finds in a mail what a mail server reports: complaints (RFC 5965) and mail that came back (RFC 3464). Pure. Promises nothing of who
/// wrote it: all of it may be made up, except that nobody can make up a token that opens.
/// </summary>
public static partial class ReadDeliveryReport
{
    /// <summary>Of one report; what is behind them comes back again with the next mailing.</summary>
    public const int MostRecipients = 100;

    /// <summary>Of a complaint without our link: one person complained, and each that is named for him is stopped in every topic.</summary>
    public const int MostComplaining = 10;

    /// <summary>Characters of a link, folded or not; see <see cref="LinkToken"/> for the length of its token.</summary>
    private const int LongestLink = 4096;

    /// <summary>Nested parts cost the parser a call each, and real reports have a few.</summary>
    private static readonly ParserOptions Options = new() { MaxMimeDepth = 32 };

    /// <summary>The mail; null for what begins like none. One that is cut is read as far as it goes. Hold the stream as long as the mail.</summary>
    public static MimeMessage? Parse(Stream mail, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(mail);
        return OrNull(() => MimeMessage.Load(Options, mail, persistent: true, cancel));
    }

    /// <summary>What the report says, empty when it is nothing to act on (delivered, not spam); null for a mail that is no report.</summary>
    public static IReadOnlyList<DeliveryReport>? Of(MimeMessage mail)
    {
        ArgumentNullException.ThrowIfNull(mail);
        return Find(mail.Body) switch
        {
            (MessageFeedbackReport report, var around) => OfFeedback(report, around),
            (MessageDeliveryStatus report, var around) => OfDelivery(report, around),
            _ => null,
        };
    }

    /// <summary>The part that programs read, and what stands beside it. Enclosed mails are not looked into: a report in one is about another mail.</summary>
    private static (MimeEntity Report, Multipart Around)? Find(MimeEntity? entity)
    {
        if (entity is not Multipart parts) return null;
        foreach (var part in parts)
        {
            if (part is MessageFeedbackReport or MessageDeliveryStatus) return (part, parts);
            if (Find(part) is { } found) return found;
        }
        return null;
    }

    /// <summary>One person complains about one mail: whoever its link is for. Without a link, each recipient that is named may be the one.</summary>
    private static IReadOnlyList<DeliveryReport>? OfFeedback(MessageFeedbackReport report, Multipart around)
    {
        if (OrNull(() => report.Fields) is not { } fields) return null;
        ReportKind? kind = Word(fields["Feedback-Type"]) switch
        {
            "abuse" or "fraud" or "virus" or "other" => ReportKind.Complaint,
            "opt-out" => ReportKind.OptOut,
            _ => null,
        };
        if (kind is not { } told) return [];
        var named = fields.Where(f => f.Field.Equals("Original-Rcpt-To", StringComparison.OrdinalIgnoreCase)).Take(MostComplaining)
            .Select(f => AddressIn(f.Value)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var token = TokenIn(around);
        return token is not null || named.Count == 0
            ? [new DeliveryReport(told, false, null, named.FirstOrDefault(), token)]
            : [.. named.Select(address => new DeliveryReport(told, false, null, address, null))];
    }

    /// <summary>Those that failed or wait. One address may lead to several mailboxes: it is as well as the best of them.</summary>
    private static IReadOnlyList<DeliveryReport>? OfDelivery(MessageDeliveryStatus report, Multipart around)
    {
        if (OrNull(() => report.StatusGroups) is not { } groups) return null;
        var recipients = groups.Where(g => g["Action"] is not null).Take(MostRecipients).Select(OutcomeOf).GroupBy(o => o.Address, StringComparer.Ordinal).ToList();
        var token = TokenIn(around);
        return [.. recipients
            .Where(outcomes => outcomes.All(o => o.Says is not null))
            .Select(outcomes => outcomes.MinBy(o => o.Says)!)
            .Select(o => new DeliveryReport(
                ReportKind.Bounce, o.Says is AddressVerdict.Gone, o.Status, o.Address, token, recipients.Count == 1, o.Says is AddressVerdict.Unclear))];
    }

    /// <param name="Says">Null when it is no failure.</param>
    private sealed record Outcome(string? Address, AddressVerdict? Says, string? Status);

    /// <summary>The address as we wrote it is worth more than the one to which it was forwarded.</summary>
    private static Outcome OutcomeOf(HeaderList fields)
    {
        var status = StatusOf(fields);
        AddressVerdict? says = Word(fields["Action"]) switch
        {
            "failed" => MailStatus.Verdict(status, First(ReplyCode(), fields["Diagnostic-Code"])),
            "delayed" => AddressVerdict.Nothing,
            _ => null,
        };
        return new Outcome(AddressIn(fields["Original-Recipient"]) ?? AddressIn(fields["Final-Recipient"]), says, status);
    }

    /// <summary>The status; where that tells its class only, as Exim's does, the one in the reply of the server that refused.</summary>
    private static string? StatusOf(HeaderList fields)
    {
        var own = First(StatusCode(), fields["Status"]);
        return own is null || own.EndsWith(".0.0", StringComparison.Ordinal) || own == "5.5.0" ? First(ReplyStatus(), fields["Diagnostic-Code"]) ?? own : own;
    }

    private static string? First(Regex pattern, string? text) =>
        text is not null && pattern.Match(text) is { Success: true } match ? match.Groups["code"].Value : null;

    /// <summary>Of a field such as <c>rfc822; reader@example.org</c> or <c>&lt;reader@example.org&gt;</c>.</summary>
    private static string? AddressIn(string? field)
    {
        if (field is null) return null;
        var semicolon = field.IndexOf(';', StringComparison.Ordinal);
        if (semicolon >= 0 && field[..semicolon].Trim().ToLowerInvariant() is not ("rfc822" or "utf-8")) return null;
        return EmailAddress.TryNormalise(field[(semicolon + 1)..].Trim().TrimStart('<').TrimEnd('>'), out var address) ? address : null;
    }

    /// <summary>A field's first word in lower case; what follows may be a comment.</summary>
    private static string Word(string? field) =>
        string.Concat((field ?? "").Trim().TakeWhile(c => char.IsAsciiLetter(c) || c == '-')).ToLowerInvariant();

    /// <summary>Of our own link in <c>List-Unsubscribe</c> (RFC 2369) of the mail that is enclosed, whole or its headers alone.</summary>
    private static string? TokenIn(Multipart around) =>
        around.Select(HeadersOf).OfType<HeaderList>()
            .SelectMany(headers => headers.Where(h => h.Id == HeaderId.ListUnsubscribe))
            .SelectMany(h => h.Value.Split('<').Skip(1)).Select(TokenOf).FirstOrDefault(token => token is not null);

    private static HeaderList? HeadersOf(MimeEntity part) => part switch
    {
        MessagePart { Message: { } original } => original.Headers,
        // Neither may be encoded (RFC 2046, 5.2.1), and now and then one is.
        MimePart { Content: { } content } when part.ContentType.IsMimeType("message", "rfc822") || part.ContentType.IsMimeType("text", "rfc822-headers") => OrNull(() =>
        {
            using var text = content.Open();
            return HeaderList.Load(text);
        }),
        _ => null,
    };

    /// <summary>
    /// Of <c>https://…/u/{token}&gt;</c>, at whatever host: the token vouches for itself. Blanks came by folding and are ignored (RFC 2369, 2);
    /// without its end it may be cut.
    /// </summary>
    private static string? TokenOf(string text)
    {
        var end = text.IndexOf('>', StringComparison.Ordinal);
        if (end is < 0 or > LongestLink) return null;
        return Uri.TryCreate(string.Concat(text[..end].Where(c => !char.IsWhiteSpace(c))), UriKind.Absolute, out var link)
            && link.Scheme is "https" or "http" && link.Segments is ["/", "u/", var token] && LinkToken.Peek(token) is not null ? token : null;
    }

    /// <summary>Null for what cannot be parsed.</summary>
    private static T? OrNull<T>(Func<T> parse) where T : class
    {
        try
        {
            return parse();
        }
        catch (FormatException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^\s*(?<code>[245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])", RegexOptions.ExplicitCapture)]
    private static partial Regex StatusCode();

    [GeneratedRegex(@"^\s*smtp\s*;\s*[245][0-9]{2}[ -]#?(?<code>[245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex ReplyStatus();

    [GeneratedRegex(@"^\s*smtp\s*;\s*(?<code>[245][0-9]{2})(?![0-9])", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex ReplyCode();
}
