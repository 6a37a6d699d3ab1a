using Consent.Audit.Evidence;
using Consent.Audit.Holds;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit.Pages;

/// <summary>
/// <c>GET /audit/receipts/{id}/banner</c>: the banner as it was shown, out of the banner's own service, in a frame that runs nothing. Which build made it, and whether that is the one that
/// the receipt names, is told inside.
/// </summary>
internal static class BannerPage
{
    public static async Task<IResult> AnswerAsync(string id, HttpContext http, AuditLog log, RestrictedPersons restricted, AccessNotes looks)
    {
        var visit = Visit.Of(http);
        if (!visit.SeesPersons) return ProblemPage.OfRole(visit);
        var answer = await ShownBanner.AnswerAsync(id, visit.User, http, log, restricted, looks, visit.Cancel);
        if (answer is not RedirectHttpResult { Url: { } href }) return ProblemPage.OfReceipt(visit, id, answer);
        var words = visit.Words;
        return visit.Page(words.Banner, $"""
            <p>{Html.Text(words.BannerLead)}</p>
            <iframe class="banner" src="{Html.Text(href)}" sandbox title="{Html.Text(words.Banner)}"></iframe>
            <ul class="actions"><li>{Html.Link(href, words.BannerAlone)}</li><li>{Html.Link($"{AuditPages.Root}/receipts/{Uri.EscapeDataString(id)}", words.BackToReceipt)}</li></ul>
            """);
    }
}
