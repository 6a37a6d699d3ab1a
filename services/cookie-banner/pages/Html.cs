using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Consent.CookieBanner.Pages;

/// <summary>Texts of a declaration as HTML. Whatever an author wrote is text here: it opens no element, attribute or address.</summary>
internal static class Html
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static string Text(string text) => Encoder.Encode(Shown(text));

    /// <summary>An address that is not plainly https stays text: a link is the one place where words can act.</summary>
    public static string Link(string address, string words) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0
            ? $"<a href=\"{Text(uri.AbsoluteUri)}\" rel=\"noopener noreferrer\">{Text(words)}</a>"
            : Text(words);

    public static string Mail(string address) =>
        $"<a href=\"mailto:{Text(Uri.EscapeDataString(address).Replace("%40", "@", StringComparison.Ordinal))}\">{Text(address)}</a>";

    public static string Date(DateOnly day, PageWords words) => $"<time datetime=\"{day:yyyy-MM-dd}\">{Text(words.Day(day))}</time>";

    public static string List(IEnumerable<string> items) => $"<ul>{string.Concat(items.Select(item => $"<li>{item}</li>"))}</ul>";

    /// <summary>
    /// Unicode's bidirectional embeddings, overrides and isolates (UAX #9) make a text read as something else than what it says, and do so
    /// as character references too. The marks LRM, RLM and ALM, which right-to-left languages need, do not.
    /// </summary>
    private static string Shown(string text) => string.Create(text.Length, text, static (shown, text) =>
    {
        for (var i = 0; i < text.Length; i++) shown[i] = text[i] is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') ? '\ufffd' : text[i];
    });
}
