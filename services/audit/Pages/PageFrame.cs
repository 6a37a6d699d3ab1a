namespace Consent.Audit.Pages;

/// <summary>The document around a page: a link past the navigation, the pages that there are, the languages, the way out.</summary>
internal static class PageFrame
{
    /// <param name="title">Plain words, which name nobody: a browser keeps titles.</param>
    /// <param name="body">HTML.</param>
    public static string Of(Visit visit, string title, string body)
    {
        var words = visit.Words;
        return $"""
            <!doctype html>
            <html lang="{words.Language}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex, nofollow">
            <meta name="color-scheme" content="light dark">
            <title>{Html.Text(title)} – {Html.Text(words.Name)}</title>
            <link rel="icon" href="data:,">
            <style>{PageStyle.Css}</style>
            </head>
            <body>
            <a class="skip" href="#main">{Html.Text(words.Skip)}</a>
            <header>
            <p class="owner">{Html.Text(words.Name)}</p>
            {Navigation(visit)}
            {Languages(visit)}
            {SignOut(visit)}
            </header>
            <main id="main" tabindex="-1">
            <h1>{Html.Text(title)}</h1>
            {body}
            </main>
            <footer><p>{Html.Text(visit.SeesPersons ? words.Noted : words.NoPersons)}</p></footer>
            </body>
            </html>
            """;
    }

    private static string Navigation(Visit visit)
    {
        var words = visit.Words;
        (string Path, string Name)[] pages = visit.SeesPersons
            ? [(AuditPages.Root, words.Home), ($"{AuditPages.Root}/receipts", words.Receipts), ($"{AuditPages.Root}/access", words.Access)]
            : [(AuditPages.Root, words.Home)];
        return $"<nav aria-label=\"{Html.Text(words.Pages)}\"><ul>{string.Concat(pages.Select(p => $"<li>{Here(visit, p.Path, p.Name)}</li>"))}</ul></nav>";
    }

    /// <summary>A link, or the mark of the page that one is on.</summary>
    public static string Here(Visit visit, string path, string name) => string.Equals(visit.Path, path, StringComparison.Ordinal)
        ? $"<a href=\"{Html.Text(path)}\" aria-current=\"page\">{Html.Text(name)}</a>"
        : Html.Link(path, name);

    private static string Languages(Visit visit)
    {
        var items = Words.All.Select(of => of == visit.Words
            ? $"<li><span lang=\"{of.Language}\" aria-current=\"true\">{Html.Text(of.LanguageName)}</span></li>"
            : $"<li><a href=\"{Html.Text(visit.In(of.Language))}\" lang=\"{of.Language}\" hreflang=\"{of.Language}\">{Html.Text(of.LanguageName)}</a></li>");
        return $"<nav aria-label=\"{Html.Text(visit.Words.Languages)}\"><ul>{string.Concat(items)}</ul></nav>";
    }

    private static string SignOut(Visit visit) =>
        $"<form method=\"post\" action=\"{AuditPages.Root}/sign-out\">{visit.Token()}<button type=\"submit\" class=\"quiet\">{Html.Text(visit.Words.SignOut)}</button></form>";
}
