using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Consent.Audit.Pages;

/// <summary>Pieces of the pages. Whatever somebody else wrote is text here: it opens no element, attribute or address.</summary>
internal static class Html
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static string Text(string? text) => Encoder.Encode(Shown(text ?? ""));

    public static string Code(string? text) => string.IsNullOrEmpty(text) ? "" : $"<code>{Text(text)}</code>";

    /// <summary>An id with the word that the reader's language has for it; the id alone where it has none.</summary>
    public static string Named(IReadOnlyDictionary<string, string> words, string? id) => id is not null && words.TryGetValue(id, out var word) ? $"{Text(word)} {Code(id)}" : Code(id);

    public static string Link(string href, string words) => $"<a href=\"{Text(href)}\">{Text(words)}</a>";

    /// <summary>An address of our own, with the values that are there.</summary>
    public static string Address(string path, params IEnumerable<(string Name, string? Value)> values)
    {
        var query = string.Join('&', values.Where(v => !string.IsNullOrEmpty(v.Value)).Select(v => $"{Uri.EscapeDataString(v.Name)}={Uri.EscapeDataString(v.Value!)}"));
        return query.Length == 0 ? path : $"{path}?{query}";
    }

    public static string Time(DateTimeOffset at, Words words) =>
        $"<time datetime=\"{at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}\">{Text(words.Moment(at))}</time>";

    /// <summary>Nothing for no items.</summary>
    public static string List(IEnumerable<string> items) => Within("ul", string.Concat(items.Select(item => $"<li>{item}</li>")));

    /// <summary>Names with what is known under them, as HTML; those of which nothing is known are left out.</summary>
    public static string Facts(params IEnumerable<(string Name, string? Html)> facts) =>
        Within("dl", string.Concat(facts.Where(f => !string.IsNullOrEmpty(f.Html)).Select(f => $"<div><dt>{Text(f.Name)}</dt><dd>{f.Html}</dd></div>")));

    /// <summary>
    /// A table with its caption and scopes. The roles say again what the elements mean, because a narrow screen lays rows out as cards, and a browser then forgets them.
    /// </summary>
    /// <param name="headings">Plain words.</param>
    /// <param name="rows">HTML, as many cells as headings; the first names the row.</param>
    public static string Table(string caption, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var head = string.Concat(headings.Select(h => $"<th scope=\"col\" role=\"columnheader\">{Text(h)}</th>"));
        var body = string.Concat(rows.Select(row =>
            $"<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{row[0]}</th>"
            + string.Concat(row.Skip(1).Zip(headings.Skip(1), (cell, h) => $"<td role=\"cell\" data-label=\"{Text(h)}\">{cell}</td>")) + "</tr>\n"));
        return $"""
            <table role="table">
            <caption>{Text(caption)}</caption>
            <thead role="rowgroup"><tr role="row">{head}</tr></thead>
            <tbody role="rowgroup">
            {body}</tbody>
            </table>
            """;
    }

    /// <summary>A field with its label, and a hint where there is one.</summary>
    /// <param name="value">What was typed into it before.</param>
    /// <param name="fault">What to do about that; it is read with the field, which has the focus.</param>
    public static string Field(
        string label, string name, string id, string type = "text", string? hint = null, bool required = false, string attributes = "", string? value = null, string? fault = null)
    {
        var (needed, told, typed) = (
            required ? " required" : "", hint is null ? "" : $"<small id=\"{id}-hint\">{Text(hint)}</small>", string.IsNullOrEmpty(value) ? "" : $" value=\"{Text(value)}\"");
        return $"<p class=\"field\"><label for=\"{id}\">{Text(label)}</label>{told}{Fault(id, fault)}"
            + $"<input id=\"{id}\" name=\"{name}\" type=\"{type}\"{needed}{Described(id, hint is not null, fault)}{typed} {attributes}></p>";
    }

    /// <summary>What to do about a field; nothing where nothing is the matter.</summary>
    /// <param name="id">Of the field.</param>
    public static string Fault(string id, string? fault) => fault is null ? "" : $"<strong class=\"fault\" id=\"{id}-fault\">{Text(fault)}</strong>";

    /// <summary>The attributes by which a field is tied to its hint and to what is the matter with it.</summary>
    public static string Described(string id, bool isHinted, string? fault) => (isHinted, fault) switch
    {
        (false, null) => "",
        (true, null) => $" aria-describedby=\"{id}-hint\"",
        (false, _) => $" aria-describedby=\"{id}-fault\" aria-invalid=\"true\" autofocus",
        _ => $" aria-describedby=\"{id}-hint {id}-fault\" aria-invalid=\"true\" autofocus",
    };

    public static string Hidden(string name, string? value) => string.IsNullOrEmpty(value) ? "" : $"<input type=\"hidden\" name=\"{Text(name)}\" value=\"{Text(value)}\">";

    private static string Within(string element, string html) => html.Length == 0 ? "" : $"<{element}>{html}</{element}>";

    /// <summary>
    /// Unicode's bidirectional embeddings, overrides and isolates (UAX #9) make a text read as something else than what it says, also as character references. The marks
    /// that right-to-left languages need do not.
    /// </summary>
    private static string Shown(string text) => string.Create(text.Length, text, static (shown, text) =>
    {
        for (var i = 0; i < text.Length; i++) shown[i] = text[i] is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') ? '\ufffd' : text[i];
    });
}
