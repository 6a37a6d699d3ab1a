using System.Security.Claims;
using Consent.ServiceDefaults;
using Consent.Subscriber;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Takes the complaints and the returned mail of a site, each as it came into the mailbox for them, and has them hold as suppressions with a
/// reason of their own. A person is known by our link in the mail that is enclosed, also where the report hides the address; without one by
/// the address in the report. The caller vouches for the mailbox, and nobody for what strangers send to it: whoever knows an address can
/// forge a report that stops its marketing mail. More than stop it no report can do: it lifts nothing, subscribes nobody, and its answer is
/// the same whether an address is known or not. Of an address of which nothing is held, and no link proves that it was mailed, nothing is kept.
/// A later confirmation by the person brings the mail back. A link that is forged, cut or of another site makes its report count for nothing
/// here, so that one mailbox can serve many sites: send its mail to each.
/// </summary>
internal static class ReceiveReports
{
    private const int LargestBody = 1 << 20;

    /// <summary>
    /// Bytes that are looked at. A report stands before the mail that it encloses, whose headers come first; a parser's work and memory
    /// grow much faster than what is made up to burden it.
    /// </summary>
    private const int Looked = 256 << 10;
    internal const string Action = "feedback-report";

    private sealed record Answer(IReadOnlyList<Result> Reports);

    /// <param name="Hard">By what this report says; null for what is no bounce.</param>
    /// <param name="Acted">It counts for this site: it was recorded now or before, a soft bounce as evidence only, or nothing is held that it could stop.</param>
    private sealed record Result(ReportKind Kind, bool? Hard, string? Status, bool Acted);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/reports", HandleAsync).RequireScope("marketing");

    private static async Task<IResult> HandleAsync(
        string site, HttpRequest request, ClaimsPrincipal user, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        [FromKeyedServices(MarketingUnsubscribeSetup.Service)] SubscriberState consent, AddressStreams addresses, UnsubscribeTokens tokens, OptOuts optOuts,
        CancellationToken cancel)
    {
        if (declarations.Open(user, site) is not { } inForce) return Problems.UnknownSite();
        var (bytes, tooLarge) = await JsonBody.ReadBytesAsync(request, LargestBody);
        if (tooLarge is not null) return tooLarge;
        using var looked = new MemoryStream(bytes[..Math.Min(bytes.Length, Looked)].ToArray());
        using var mail = ReadDeliveryReport.Parse(looked, cancel);
        if (mail is null)
            return Problems.Because(400, "malformed-body", "The body could not be read.", "Send one mail as the mailbox has it, headers first, as message/rfc822.");
        if (ReadDeliveryReport.Of(mail) is not { } reports)
        {
            return Problems.Invalid("no-report", "This mail is no report.",
                "Send returned mail (RFC 3464) and complaints (RFC 5965), unaltered and not as an attachment; leave out replies and other mail.");
        }

        var results = new List<Result>(reports.Count);
        foreach (var report in reports)
        {
            var person = PersonOf(report, tokens, addresses, inForce.Declaration.Controller.Id, site);
            if (person is not null && (report.IsByLink || await IsKnownAsync(person, addresses, consent, cancel))) await ActAsync(report, person, optOuts, cancel);
            results.Add(new Result(report.Kind, report.Kind is ReportKind.Bounce ? report.Hard : null, report.Status, person is not null));
        }
        return TypedResults.Ok(new Answer(results));
    }

    /// <summary>
    /// Null when nobody of this site is known by it. A link that is not of this site takes the address with it: the mail was another's. One from when the site was
    /// another controller's is of this site: mail comes back, and is complained of, long after it was sent.
    /// </summary>
    private static UnsubscribeLink? PersonOf(DeliveryReport report, UnsubscribeTokens tokens, AddressStreams addresses, string controller, string site)
    {
        if (report.Token is { } token)
        {
            if (tokens.Read(token) is not { } link || link.Site != site || !addresses.WasEverOf(link.Controller, site)) return null;
            if (report.IsByLink) return link;
        }
        return report.Address is { } address ? new UnsubscribeLink(controller, site, MarketingRecord.Everything, address) : null;
    }

    /// <summary>
    /// Whether a record or a receipt is held of the address, also from when the site was another controller's. To any other nothing is sent, and anybody can
    /// name it in a report. While receipts are missing, everybody may be known.
    /// </summary>
    private static async Task<bool> IsKnownAsync(UnsubscribeLink person, AddressStreams addresses, SubscriberState consent, CancellationToken cancel)
    {
        if (!consent.IsLoadedFor(person.Site)) return true;
        IReadOnlyList<AddressStream> streams =
        [
            .. await addresses.FindAsync(addresses.RingOf(person.Controller), person.Site, person.Address, cancel),
            .. await addresses.FindFormerAsync(person.Site, person.Address, cancel),
        ];
        return streams.Any(s => s.Newest is not null || consent.Newest(person.Site, s.SubjectId) is not null);
    }

    /// <summary>An opt-out without our link names no topic, and so means all.</summary>
    private static Task ActAsync(DeliveryReport report, UnsubscribeLink person, OptOuts optOuts, CancellationToken cancel) => report.Kind switch
    {
        ReportKind.Complaint => optOuts.ComplainAsync(person, cancel),
        ReportKind.Bounce => optOuts.BounceAsync(person, report, cancel),
        _ when person.Topic == MarketingRecord.Everything => optOuts.HonourAllAsync(person, Action, cancel),
        _ => optOuts.HonourAsync(person, Action, cancel),
    };
}
