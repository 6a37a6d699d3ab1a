using Consent.Audit.Logs;
using Consent.Contracts;

namespace Consent.Audit.Pages;

/// <summary><c>GET /audit/sites/{site}</c>: the versions of a site's declaration that audit heard of, the newest first, each to be read and to be compared with another.</summary>
internal static class DeclarationsPage
{
    public static async Task<IResult> AnswerAsync(string site, HttpContext http, LogPlaces places, AuditLog log, TimeProvider time)
    {
        var visit = Visit.Of(http);
        var (open, problem) = await OpenSite.FindAsync(visit, site, places, log);
        return open is null ? problem! : visit.Page(visit.Words.SiteTitle.Fill(("site", open.Id)), Body(visit, open, open.Declarations.Current(time.Now())));
    }

    private static string Body(Visit visit, OpenSite site, PublishedDeclaration? inForce)
    {
        var (words, versions) = (visit.Words, site.Declarations.Versions);
        var rows = Enumerable.Range(0, versions.Count).Reverse().Select(i => (IReadOnlyList<string>)
        [
            Html.Link($"{site.Address}/declarations/{versions[i].Hash}", words.VersionOf.Fill(("version", $"{versions[i].Version}"))) + (versions[i] == inForce ? $" ({Html.Text(words.InForceNow)})" : ""),
            Html.Time(versions[i].PublishedAt, words),
            Html.Text(words.Day(versions[i].Declaration.EffectiveFrom)),
            i == 0 ? Html.Text(words.FirstVersion) : Html.Link(Compared(site, versions[i - 1].Version, versions[i].Version), words.WhatChanged),
            Html.Code(versions[i].Hash),
        ]);
        var compare = versions.Count < 2 ? "" : Comparison(words, site, Filled.Nothing);
        return $"""
            {site.Navigation(visit)}
            {Html.Table(words.VersionsCaption, [words.Version, words.PublishedAt, words.EffectiveFrom, words.WhatChanged, words.Hash], rows)}
            {compare}
            """;
    }

    public static string Comparison(Words words, OpenSite site, Filled filled) => $"""
        <h2>{Html.Text(words.Compare)}</h2>
        <form class="card" method="get" action="{Html.Text(site.Address)}/difference">
        {FormSent.Mark}
        {filled.Field(words.FromVersion, "from", "from-version", "number", null, required: true, "min=\"1\"")}
        {filled.Field(words.ToVersion, "to", "to-version", "number", null, required: true, "min=\"1\"")}
        <button type="submit">{Html.Text(words.Compare)}</button>
        </form>
        """;

    private static string Compared(OpenSite site, int from, int to) => Html.Address($"{site.Address}/difference", ("from", $"{from}"), ("to", $"{to}"));
}
