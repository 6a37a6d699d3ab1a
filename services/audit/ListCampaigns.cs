using System.Security.Claims;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit;

/// <summary>
/// <c>GET /v1/audit/campaigns?site=…&amp;campaign=…&amp;limit=…</c>, and the same to the campaign's owner, who has no token for audit, as
/// <c>GET /v1/sites/{site}/marketing/campaigns</c>: links made, opt-outs, and how long these took to reach every subscriber. One campaign, or those that were
/// heard of last. Audit answers both, because it alone holds all of it: marketing knows nothing of receipts, and the consent service nothing of campaigns.
/// </summary>
internal static class ListCampaigns
{
    private const int MostCampaigns = 50;

    private const string Uncounted = "Links that a mailer makes itself, with a link key, are counted when it tells how many; until then a campaign of such links has none to show.";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/v1/audit/campaigns", AnswerAsync).RequireScope("audit");
        endpoints.MapGet("/v1/sites/{site}/marketing/campaigns", AnswerAsync).RequireScope("marketing");
    }

    private static async Task<IResult> AnswerAsync(
        ClaimsPrincipal user, AuditLog log, CampaignNotes notes, KnownSubscribers known, GatherCampaign gather, TimeProvider time, CancellationToken cancel,
        string? site = null, string? campaign = null, int limit = 10)
    {
        if (string.IsNullOrEmpty(site)) return Problems.Because(400, "site-needed", "No site was named.", "Add the site's id, as in ?site=my-site.");
        if (limit is < 1 or > MostCampaigns)
            return Problems.Because(400, "bad-range", "The range cannot be answered.", $"Ask for limit=1 to {MostCampaigns}, or for one campaign by its name.");
        var declarations = await SiteDeclarations.ReadAsync(log, site, cancel);
        if (!Tenancy.Allows(user, site, declarations.Current(time.Now())?.Declaration.Controller.Id)) return Problems.UnknownSite();

        IReadOnlyList<string> names = string.IsNullOrEmpty(campaign) ? await notes.NewestAsync(site, limit, cancel) : [campaign];
        if (names.Count == 0 && declarations.Versions.Count == 0) return Problems.UnknownSite();
        var (subscribers, found) = (await known.ReadAsync(cancel), new List<CampaignFigures>());
        foreach (var name in names) found.Add(await gather.RunAsync(site, name, declarations, subscribers, cancel));
        return TypedResults.Json(new Answer(site, [.. found.Where(f => f.Links > 0 || f.OptOuts + f.TakenBack > 0)], Uncounted), ContractJson.Options);
    }

    private sealed record Answer(string Site, IReadOnlyList<CampaignFigures> Campaigns, string Note);
}
