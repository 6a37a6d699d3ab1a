using Consent.Audit.Logs;
using Consent.Contracts;

namespace Consent.Audit.Pages;

/// <summary><c>GET /audit/sites/{site}/declarations/{hash}</c>: one version of a declaration, as people were shown it, in the reader's language where it has that. <c>….json</c>: all of it.</summary>
internal static class DeclarationPage
{
    public static async Task<IResult> AnswerAsync(string site, string hash, HttpContext http, LogPlaces places, AuditLog log)
    {
        var visit = Visit.Of(http);
        var (open, problem) = await OpenSite.FindAsync(visit, site, places, log);
        if (open is null) return problem!;
        if (open.Declarations.ByHash(hash) is not { } published) return ProblemPage.Of(visit, StatusCodes.Status404NotFound, "unknown-declaration");
        return visit.Page(visit.Words.VersionTitle.Fill(("site", open.Id), ("version", $"{published.Version}")), Body(visit, open, published));
    }

    public static async Task<IResult> JsonAsync(string site, string hash, HttpContext http, LogPlaces places, AuditLog log)
    {
        var visit = Visit.Of(http);
        var (open, problem) = await OpenSite.FindAsync(visit, site, places, log);
        if (open is null) return problem!;
        return open.Declarations.ByHash(hash) is { } published
            ? Download.Json(http, "declaration.json", published.ToJson())
            : ProblemPage.Of(visit, StatusCodes.Status404NotFound, "unknown-declaration");
    }

    private static string Body(Visit visit, OpenSite site, PublishedDeclaration published)
    {
        var (words, declaration) = (visit.Words, published.Declaration);
        var shown = declaration.Languages.Contains(words.Language, StringComparer.Ordinal) ? words.Language : declaration.Languages[0];
        var facts = Html.Facts(
            (words.Controller, Html.Text(declaration.Controller.Name)), (words.PublishedAt, Html.Time(published.PublishedAt, words)), (words.EffectiveFrom, Html.Text(words.Day(declaration.EffectiveFrom))),
            (words.Hash, Html.Code(published.Hash)), (words.LanguageOfText, Html.Code(string.Join(", ", declaration.Languages))));
        var purposes = declaration.Purposes.Select(p => (IReadOnlyList<string>)
        [
            $"{Own(p.Name)} {Html.Code(p.Id)}", Own(p.Description), Html.Text(words.Of(p.LegalBasis)), Own(p.Retention.Description), Html.Text(string.Join(", ", p.Vendors)),
        ]);
        var topics = declaration.Topics.Select(t => (IReadOnlyList<string>)[$"{Own(t.Name)} {Html.Code(t.Id)}", Own(t.Description), Html.Code(t.Purpose)]);
        var vendors = declaration.Vendors.Select(v => (IReadOnlyList<string>)[$"{Html.Text(v.Name)} {Html.Code(v.Id)}", Html.Text(v.Country), Html.Text(v.Safeguard)]);
        return $"""
            {site.Navigation(visit)}
            {facts}
            <ul class="actions"><li>{Html.Link($"{site.Address}/declarations/{published.Hash}.json", words.AsJson)}</li></ul>
            {Html.Table(words.PurposesCaption, [words.Purpose, words.Description, words.LegalBasis, words.Retention, words.Vendors], purposes)}
            {(declaration.Topics.Count == 0 ? "" : Html.Table(words.TopicsCaption, [words.Topic, words.Description, words.Purpose], topics))}
            {(declaration.Vendors.Count == 0 ? "" : Html.Table(words.VendorsCaption, [words.Vendor, words.Country, words.Safeguard], vendors))}
            """;

        string Own(Texts texts) => $"<span lang=\"{Html.Text(shown)}\">{Html.Text(texts.In(shown))}</span>";
    }
}
