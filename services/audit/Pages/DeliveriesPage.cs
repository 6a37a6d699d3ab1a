using Consent.Audit.Logs;
using Consent.Audit.Timelines;

namespace Consent.Audit.Pages;

/// <summary>
/// <c>GET /audit/sites/{site}/deliveries</c>: who is to apply the site's receipts, how many of the newest are open at whom, and how long the others took; with <c>?campaign=…</c>, how far
/// its opt-outs have come. Names nobody.
/// </summary>
internal static class DeliveriesPage
{
    private const int MostReceipts = 500, MostCampaigns = 20;

    public static async Task<IResult> AnswerAsync(
        string site, HttpContext http, LogPlaces places, AuditLog log, FollowReceipts receipts, OpenTraces traces, KnownSubscribers known, CampaignNotes notes, GatherCampaign gather)
    {
        var visit = Visit.Of(http);
        var (open, problem) = await OpenSite.FindAsync(visit, site, places, log);
        if (open is null) return problem!;
        var subscribers = await known.ReadAsync(visit.Cancel);
        var newest = (await receipts.CurrentAsync(visit.Cancel)).Newest((of, controller) => of == open.Id && controller == open.Controller, MostReceipts);
        var heard = new List<HeardReceipt>();
        foreach (var some in newest.Chunk(OpenTraces.AtOnce)) heard.AddRange((await traces.AtAsync(visit.User, some, visit.Cancel)).Select(t => t?.Receipt).OfType<HeardReceipt>());
        var reach = SubscriberReach.Of(open.Id, open.Declarations, subscribers, heard);
        var campaigns = await notes.NewestAsync(open.Id, MostCampaigns, visit.Cancel);
        var figures = visit.Asked("campaign") is { } campaign ? await gather.RunAsync(open.Id, campaign, open.Declarations, subscribers, visit.Cancel) : null;
        return visit.Page(visit.Words.DeliveriesTitle.Fill(("site", open.Id)), open.Navigation(visit) + Reach(visit.Words, heard.Count, reach) + Campaigns(visit.Words, open, campaigns, figures));
    }

    private static string Reach(Words words, int receipts, IReadOnlyList<SubscriberReach> reach)
    {
        if (reach.Count == 0) return $"<p>{Html.Text(words.NoSubscribers)}</p>";
        var rows = reach.Select(s => (IReadOnlyList<string>)
        [
            Html.Code(s.Name) + (s.IsRetired ? $" ({Html.Text(words.Retired)})" : ""), Html.Time(s.Since, words), Html.Text(words.Number(s.Owed)), Html.Text(words.Number(s.Owed - s.Open)),
            Html.Text(words.Number(s.Open)), Html.Text(words.Took(s.Half)), Html.Text(words.Took(s.Slowest)),
        ]);
        return Html.Table(
            words.DeliveriesCaption.Fill(("n", words.Number(receipts))), [words.Subscriber, words.Since, words.Owed, words.Applied, words.StillOpen, words.Half, words.Slowest], rows);
    }

    private static string Campaigns(Words words, OpenSite site, IReadOnlyList<string> names, CampaignFigures? figures)
    {
        if (names.Count == 0) return "";
        var links = Html.List(names.Select(name => Html.Link(Html.Address($"{site.Address}/deliveries", ("campaign", name)), name)));
        return $"<h2>{Html.Text(words.Campaigns)}</h2>{(figures is null ? "" : Figures(words, figures))}<p>{Html.Text(words.CampaignsLead)}</p>{links}";
    }

    private static string Figures(Words words, CampaignFigures of) => $"<h3>{Html.Text(of.Campaign)}</h3>" + Html.Facts(
        (words.LinksMade, of.Links is { } links ? Html.Text(words.Number(links)) : Html.Text(words.NotKnown)),
        (words.OptOuts, Html.Text(words.Number(of.OptOuts))),
        (words.TakenBack, Html.Text(words.Number(of.TakenBack))),
        (words.StillOpen, Html.Text(words.Number(of.Open) + (of.WaitsFor is { } waits ? $" ({string.Join(", ", waits)})" : ""))),
        (words.Half, of.Everywhere is { } half ? Html.Text(words.Took(TimeSpan.FromMilliseconds(half.P50Ms))) : null),
        (words.Slowest, of.Everywhere is { } slowest ? Html.Text(words.Took(TimeSpan.FromMilliseconds(slowest.MaxMs))) : null));
}
