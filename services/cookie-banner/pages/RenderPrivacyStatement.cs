using System.Text;
using Consent.Contracts;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// The privacy statement: what GDPR art. 13 and 14 have a controller tell, as far as a declaration says it. Where a declaration names
/// nothing (another source, automated decisions) the page says that none is named, and claims no more. Rights follow from the law, so
/// that each is told whether or not the declaration lists it.
/// </summary>
internal static class RenderPrivacyStatement
{
    public static string Document(Page page)
    {
        var words = page.Words.Privacy;
        List<(string Id, string Title, string Body)> sections =
        [
            ("controller", words.Controller, Controller(page)),
            ("purposes", words.Purposes, PrivacyPurposes.Of(page)),
            ("data", words.Categories, Categories(page)),
            ("source", words.Source, Sources(page)),
            ("recipients", words.Vendors, PrivacyRecipients.Of(page)),
            ("cookies", page.Words.Cookies.Title, $"<p><a href=\"cookies?lang={Html.Text(page.Language)}{VersionOf(page)}\">{Html.Text(words.CookiesText)}</a>.</p>"),
            ("objection", words.ObjectionTitle, PrivacyRights.Objection(page)),
            ("rights", words.Rights, PrivacyRights.Of(page)),
            ("withdrawal", words.Withdrawal, PrivacyRights.Withdrawal(page)),
            ("complaint", words.Complaint, Complaint(page)),
            ("automated", words.Automated, Automated(page)),
            ("disclosures", words.Disclosures, Statements(page, page.Declaration.Disclosures)),
            ("measures", words.Measures, Statements(page, page.Declaration.Measures)),
            ("children", words.Children, Children(page)),
            ("laws", words.Laws, Laws(page)),
            ("changes", words.Changes, $"<p>{page.Said(page.Declaration.AnnouncementOfChanges)}</p>{VersionTable.Of(page)}"),
        ];
        sections.RemoveAll(s => s.Body.Length == 0);
        var body = new StringBuilder();
        foreach (var (id, title, text) in sections)
            body.Append($"<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{Html.Text(title)}</h2>\n{text}\n</section>\n");
        return PageFrame.Of(page, words.Title, "privacy", Lead(page) + Contents(page, sections), body.ToString());
    }

    private static string VersionOf(Page page) => page.Shown == page.InForce ? "" : $"&amp;version={page.Shown.Version}";

    private static string Lead(Page page)
    {
        var words = page.Words.Privacy;
        var notice = "";
        if (page.Shown.Version < page.InForce.Version)
            notice = Notice(words.NotCurrent.Fill(("day", page.Dated(page.Shown))), $"?lang={page.Language}", words.ReadCurrent);
        else if (page.Shown.Version > page.InForce.Version)
            notice = Notice(words.Announced.Fill(("day", page.Dated(page.Shown))), $"?lang={page.Language}", words.ReadCurrent);
        else if (page.Next is { } next)
            notice = Notice(words.Announced.Fill(("day", page.Dated(next))), $"?version={next.Version}&lang={page.Language}", words.ReadAnnounced);
        return $"{notice}<p class=\"lead\">{page.Said(page.Declaration.ScopeOfStatement)}</p>";
    }

    private static string Notice(string text, string address, string link) =>
        $"<div class=\"notice\" role=\"note\"><p>{Html.Text(text)} <a href=\"privacy{Html.Text(address)}\">{Html.Text(link)}</a>.</p></div>";

    private static string Contents(Page page, List<(string Id, string Title, string Body)> sections) =>
        $"<nav class=\"contents\" aria-labelledby=\"contents\"><h2 id=\"contents\">{Html.Text(page.Words.Contents)}</h2>"
        + $"{Html.List(sections.Select(s => $"<a href=\"#{s.Id}\">{Html.Text(s.Title)}</a>"))}</nav>";

    private static string Controller(Page page)
    {
        var (words, controller) = (page.Words.Privacy, page.Declaration.Controller);
        var name = controller.LegalForm is { } form ? $"{controller.Name} ({form})" : controller.Name;
        return Facts.Of(
            (words.Name, Html.Text(name)),
            (words.Address, Html.Text($"{controller.Address}\n{controller.Postcode} {controller.City}\n{page.Country(controller.Country)}")),
            (words.TradeRegister, controller.TradeRegisterNumber is { } number ? Html.Text(number) : null),
            (words.Phone, controller.Phone is { } phone ? Html.Text(phone) : null),
            (words.Email, Html.Mail(controller.Email)),
            (words.Website, Html.Link(controller.Website, controller.Website)),
            (words.Requests, Html.Mail(page.Declaration.Rights.Email)),
            (words.DataProtectionOfficer, controller.DataProtectionOfficer is { } officer ? Officer(officer) : null),
            (words.Representative, controller.Representative is { } representative ? Represented(page, representative) : null));
    }

    public static string Officer(DataProtectionOfficer officer) => string.Join(", ",
        ((string?[])[officer.Name is { } name ? Html.Text(name) : null, Html.Mail(officer.Email), officer.Phone is { } phone ? Html.Text(phone) : null]).OfType<string>());

    public static string Represented(Page page, Representative representative) =>
        $"{Html.Text($"{representative.Name}, {representative.Address}, {page.Country(representative.Country)}")}, {Html.Mail(representative.Email)}";

    private static string Sources(Page page)
    {
        var words = page.Words.Privacy;
        var others = page.Declaration.DataCategories.Where(c => c.Source is not null).ToList();
        return others.Count == 0
            ? $"<p>{Html.Text(words.SourceText)}</p>"
            : Facts.Of([.. others.Select(c => (c.Name.In(page.Language), (string?)page.Said(c.Source!)))]) + $"<p>{Html.Text(words.OtherSources)}</p>";
    }

    private static string Automated(Page page) => page.Declaration.AutomatedDecisions switch
    {
        null => $"<p>{Html.Text(page.Words.Privacy.AutomatedText)}</p>",
        [] => $"<p>{Html.Text(page.Words.Privacy.AutomatedNone)}</p>",
        var decisions => Statements(page, decisions),
    };

    private static string Categories(Page page)
    {
        var words = page.Words.Privacy;
        return Table.Of(Html.Text(words.Categories), [words.Category, words.UsedFor], page.Declaration.DataCategories
            .Select(c => (c.Id, Purposes: page.Declaration.Purposes.Where(p => p.DataCategories.Contains(c.Id, StringComparer.Ordinal)).ToList()))
            .Where(c => c.Purposes.Count > 0)
            .Select(c => (IReadOnlyList<string>)[page.Category(c.Id), Html.List(c.Purposes.Select(p => page.Said(p.Name)))]));
    }

    private static string Complaint(Page page)
    {
        var authority = page.Declaration.SupervisoryAuthority;
        return $"<p>{Html.Text(page.Words.Privacy.ComplaintText)} {Html.Link(authority.Website, authority.Name)}.</p>";
    }

    private static string Statements(Page page, IReadOnlyList<Statement> statements) =>
        statements.Count == 0 ? "" : Html.List(statements.Select(s => page.Said(s.Text)));

    private static string Children(Page page) => page.Declaration.Children is not { } children ? "" : Html.List(
        children.Ages.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => Html.Text(page.Words.Privacy.ChildrenText.Fill(("country", page.Country(a.Key)), ("age", $"{a.Value}")))));

    private static string Laws(Page page)
    {
        var words = page.Words;
        return page.Declaration.Regimes.Count == 0 ? "" : Html.List(page.Declaration.Regimes.Select(r =>
            $"{Html.Text(r.Law)} {Html.Text(words.Privacy.LawTerm(Day(r.From), Day(r.Until)))}"));

        string? Day(DateOnly? day) => day is { } known ? words.Day(known) : null;
    }
}

/// <summary>Names and values, as a list of descriptions; a value that is null is left out with its name.</summary>
internal static class Facts
{
    public static string Of(params (string Name, string? Html)[] facts) =>
        $"<dl>{string.Concat(facts.Where(f => f.Html is not null).Select(f => $"<div><dt>{Html.Text(f.Name)}</dt><dd>{f.Html}</dd></div>\n"))}</dl>";
}
