using System.Security.Cryptography;
using System.Text;

namespace Consent.CookieBanner.Pages;

/// <summary>The document around a page. It runs no script, loads nothing, and asks nobody else for anything.</summary>
internal static class PageFrame
{
    public static readonly string ContentSecurityPolicy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(PageStyle.Css)))}'; "
        + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <param name="path">The page's last step, such as <c>privacy</c>: its languages are reached by it.</param>
    /// <param name="lead">HTML between title and body.</param>
    /// <param name="isPublic">Whether search engines may keep it, and it names the pages beside it.</param>
    public static string Of(Page page, string title, string path, string lead, string body, bool isPublic = true)
    {
        var words = page.Words;
        var controller = page.Declaration.Controller;
        return $"""
            <!doctype html>
            <html lang="{Html.Text(words.Language)}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            {(isPublic && page.Shown == page.InForce ? "" : "<meta name=\"robots\" content=\"noindex\">")}
            <title>{Html.Text(title)} – {Html.Text(controller.Name)}</title>
            <link rel="icon" href="data:,">
            <style>{PageStyle.Css}</style>
            </head>
            <body>
            <header>
            <p class="owner">{Html.Link(controller.Website, controller.Name)}</p>
            {Languages(page, path)}
            </header>
            <main>
            <h1>{Html.Text(title)}</h1>
            <p class="dated">{Html.Text(words.Dated.Fill(("day", page.Dated(page.Shown)), ("version", $"{page.Shown.Version}")))}</p>
            {lead}
            {body}
            </main>
            {(isPublic ? Footer(page, path) : "")}
            </body>
            </html>
            """;
    }

    private static string Languages(Page page, string path)
    {
        var others = page.Declaration.Languages.Where(l => l != page.Language).ToList();
        if (others.Count == 0) return "";
        var version = page.Shown == page.InForce ? "" : $"&amp;version={page.Shown.Version}";
        return $"<nav aria-label=\"{Html.Text(page.Words.Languages)}\"><ul>{string.Concat(others.Select(l =>
            $"<li><a href=\"{path}?lang={Html.Text(l)}{version}\" lang=\"{Html.Text(l)}\" hreflang=\"{Html.Text(l)}\">{Html.Text(PageWords.NameOf(l))}</a></li>"))}</ul></nav>";
    }

    private static string Footer(Page page, string path)
    {
        var words = page.Words;
        var (other, title) = path == "cookies" ? ("privacy", words.Privacy.Title) : ("cookies", words.Cookies.Title);
        return $"<footer><nav aria-label=\"{Html.Text(words.OtherPages)}\"><a href=\"{other}?lang={Html.Text(page.Language)}\">{Html.Text(title)}</a></nav></footer>";
    }
}
