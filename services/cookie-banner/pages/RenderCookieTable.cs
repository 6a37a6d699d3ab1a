namespace Consent.CookieBanner.Pages;

/// <summary>The cookie table as a page, and as a fragment for a page of the site's own.</summary>
internal static class RenderCookieTable
{
    public static string Document(Page page)
    {
        var words = page.Words.Cookies;
        var table = CookieTable.Of(page);
        var change = table.Purposes.Any(p => p.NeedsConsent) ? $"<p>{Html.Text(words.Change.Fill(("button", page.Reopener)))}</p>" : "";
        return PageFrame.Of(page, words.Title, "cookies", table.Purposes.Count == 0 ? "" : $"<p class=\"lead\">{Html.Text(words.Lead)}</p>{change}", Groups(page, table));
    }

    /// <summary>The tables alone, without style, headings or addresses of their own: they take the look of the page that they are put into.</summary>
    public static string Fragment(Page page) =>
        $"<div class=\"consent-cookies\" lang=\"{Html.Text(page.Words.Language)}\">{Groups(page, CookieTable.Of(page), isFragment: true)}</div>\n";

    private static string Groups(Page page, CookieTable table, bool isFragment = false) => table.Purposes.Count == 0
        ? $"<p>{Html.Text(page.Words.Cookies.Nothing)}</p>"
        : string.Concat(table.Purposes.Select(group => isFragment ? TableOf(page, group) : Section(page, group)));

    private static string Section(Page page, CookieTable.Group group)
    {
        var words = page.Words.Cookies;
        return $"""
            <section aria-labelledby="purpose-{Html.Text(group.Id)}">
            <h2 id="purpose-{Html.Text(group.Id)}">{page.Said(group.Name)}</h2>
            <p class="tag">{Html.Text(group.NeedsConsent ? words.WithConsent : words.WithoutConsent)}</p>
            <dl>
            {Fact(words.Why, page.Said(group.Why))}
            {Fact(words.Basis, Html.Text(group.BasisInWords))}
            {(group.Interest is { } interest ? Fact(words.Interest, page.Said(interest)) : "")}
            {Fact(words.Recipients, Recipients(page, group))}
            </dl>
            {TableOf(page, group)}
            </section>
            """;
    }

    private static string Recipients(Page page, CookieTable.Group group) => group.Recipients.Count == 0
        ? Html.Text(page.Words.Cookies.NobodyElse)
        : Html.List(group.Recipients.Select(r => $"{page.VendorLink(r.Id)}, {Html.Text(page.Country(r.Country))}"));

    private static string TableOf(Page page, CookieTable.Group group)
    {
        var words = page.Words;
        return Table.Of(
            page.Said(group.Name), [words.Cookies.Name, words.Cookies.Kind, words.Cookies.SetBy, words.Cookies.Kept, words.Cookies.For],
            group.Entries.Select(e => (IReadOnlyList<string>)
                [$"<code>{Html.Text(e.Name)}</code>", Html.Text(words.Kinds[e.Kind]), Html.Text(e.SetBy), Html.Text(e.LifetimeInWords), page.Said(e.Description)]),
            "entries");
    }

    private static string Fact(string name, string html) => $"<div><dt>{Html.Text(name)}</dt><dd>{html}</dd></div>";
}
