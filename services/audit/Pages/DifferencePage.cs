using System.Globalization;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit.Pages;

/// <summary><c>GET /audit/sites/{site}/difference?from=1&amp;to=2</c>: what one version of a declaration says otherwise than another, word for word, and who is asked again because of it.</summary>
internal static class DifferencePage
{
    public static async Task<IResult> AnswerAsync(string site, HttpContext http, LogPlaces places, AuditLog log)
    {
        var visit = Visit.Of(http);
        var (open, problem) = await OpenSite.FindAsync(visit, site, places, log);
        if (open is null) return problem!;
        var (from, to) = (Version(open, visit.Asked("from")), Version(open, visit.Asked("to")));
        if (from is null || to is null)
            return RefusedForm.Of(visit, Unknown(), visit.Asked, (of, filled) => open.Navigation(of) + DeclarationsPage.Comparison(of.Words, open, filled), from is null ? "from" : "to");
        return visit.Page(visit.Words.DifferenceTitle.Fill(("from", $"{from.Version}"), ("to", $"{to.Version}")), Body(visit, open, from, to));
    }

    private static ProblemHttpResult Unknown() => Problems.Because(404, "unknown-declaration", "There is no such version.", "Choose a version of the site's declaration.");

    private static PublishedDeclaration? Version(OpenSite site, string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? site.Declarations.ByVersion(number) : null;

    private static string Body(Visit visit, OpenSite site, PublishedDeclaration from, PublishedDeclaration to)
    {
        var (words, difference, changes) = (visit.Words, DeclarationDifference.Between(from, to), ChangedText.Between(from, to));
        var told = changes.Count == 0 ? $"<p>{Html.Text(words.NoDifference)}</p>" : string.Concat(changes.GroupBy(c => c.List, StringComparer.Ordinal).Select(list => Table(words, list)));
        return $"""
            {site.Navigation(visit)}
            {Asked(words.AskedAgain, difference.AskAgain)}
            {Asked(words.AskedNew, difference.AskNew)}
            {told}
            """;

        static string Asked(string sentence, IReadOnlyList<string> purposes) => purposes.Count == 0 ? "" : $"<p>{Html.Text(sentence.Fill(("purposes", string.Join(", ", purposes))))}</p>";
    }

    private static string Table(Words words, IGrouping<string, ChangedText> list)
    {
        var name = words.Lists.GetValueOrDefault(list.Key, list.Key);
        var rows = list.Select(c => (IReadOnlyList<string>)
        [
            $"{Html.Code(c.Id)}{(c.Member.Length == 0 ? "" : $" {Html.Text(c.Member)}")}",
            c.Before.Length == 0 ? Html.Text(words.WasNotThere) : $"<del>{Html.Text(c.Before)}</del>",
            c.After.Length == 0 ? Html.Text(words.IsGone) : $"<ins>{Html.Text(c.After)}</ins>",
        ]);
        return $"<h2>{Html.Text(name)}</h2>{Html.Table(name, [words.Part, words.Before, words.After], rows)}";
    }
}
