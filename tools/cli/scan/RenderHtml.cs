using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Consent.Cli.Scan;

/// <summary>
/// The report as one HTML file that needs nothing else: no script, nothing from elsewhere, pictures inside it, fit for paper. Whatever
/// the site chose, the names of its cookies and pages, is encoded.
/// </summary>
internal static class RenderHtml
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private const string Style = """
        :root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
        body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
        h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
        .verdict { padding: .75rem 1rem; border-left: .4rem solid #b00020; background: #fdf1f2; font-size: 1.2rem; }
        .clean { border-color: #1b6e3c; background: #eef7f1; }
        table { border-collapse: collapse; width: 100%; font-size: .9rem; }
        th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid #c8c8c8; overflow-wrap: anywhere; }
        code { font-size: .95em; }
        .pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; }
        figure { margin: 0; break-inside: avoid; } figure img { width: 100%; border: 1px solid #767676; }
        li { overflow-wrap: anywhere; }
        @media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
        """;

    /// <param name="pictures">JPEG in base64.</param>
    public static string Of(ScanReport report, IReadOnlyDictionary<Phase, string> pictures, string language)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(pictures);
        var words = ReportTexts.In(language);
        var seen = report.Seen;
        var title = Encoded(string.Format(null, words.Heading, seen.Address.IdnHost));
        var lead = Encoded(string.Format(
            null, words.Lead, report.ScannedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", null), words.Visits[seen.Phases.Count > 1 ? 1 : 0], report.Site));
        return $"""
            <!doctype html>
            <html lang="{words.Language}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
            <title>{title}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <main>
            <h1>{title}</h1>
            <p>{lead}</p>
            <p class="verdict{(report.Wrong == 0 ? " clean" : "")}"><strong>{words.Verdict(report.Wrong)}</strong></p>
            {string.Concat(report.Findings.GroupBy(f => f.Kind).Select(g => Findings(g.Key, g, words)))}<h2>{words.Pictures}</h2>
            <div class="pictures">{string.Concat(pictures.OrderBy(p => p.Key).Select(p => Picture(p.Key, p.Value, words)))}</div>
            <h2>{words.Everything}</h2>
            {Table([words.Columns[0], words.Columns[1], words.Columns[2], words.SetBy, words.Columns[5], words.Columns[4]], seen.Stored.Select(s => Stored(s, words)), words)}
            <h2>{words.Parties}</h2>
            {Table([words.ThirdParty, words.Asked, words.Vendor, words.Columns[4]], seen.ThirdParties.Select(p => Party(p, report, words)), words)}
            <h2>{words.How}</h2>
            <p>{words.Limits}</p>
            <h3>{words.Visited}</h3>
            {List(seen.Pages)}
            {(seen.Unvisited.Count == 0 ? "" : $"<h3>{words.NotVisited}</h3>{List(seen.Unvisited)}")}
            </main>
            </body>
            </html>

            """;
    }

    private static string Findings(FindingKind kind, IEnumerable<Finding> findings, ReportTexts words)
    {
        string[] columns = kind switch
        {
            FindingKind.TooLongLived => [words.Columns[0], words.Columns[1], words.Columns[2], words.Columns[3], words.Columns[5], words.Columns[6]],
            FindingKind.NeverSeen => [words.Columns[0], words.Columns[1], words.Columns[3]],
            FindingKind.WithoutPurpose => [words.Columns[0], words.Columns[1], words.Columns[2], words.Vendor, words.Columns[4]],
            FindingKind.Undeclared => [words.Columns[0], words.Columns[1], words.Columns[2], words.Columns[4]],
            _ => [words.Columns[0], words.Columns[1], words.Columns[2], words.Columns[3], words.Columns[4]],
        };
        return $"<h2>{words.Title(kind)}</h2>\n<p>{words.Explanation(kind)}</p>\n{Table(columns, findings.Select(f => Row(f, words)), words)}\n";
    }

    private static IReadOnlyList<string> Row(Finding finding, ReportTexts words)
    {
        var purpose = Encoded((finding.Purpose + (finding.Vendor is null ? "" : $" ({finding.Vendor})")).TrimStart());
        string[] what = [Code(finding.Name), words.Kind(finding.What)];
        var hosts = Encoded(string.Join(", ", finding.Hosts));
        return finding.Kind switch
        {
            FindingKind.TooLongLived => [.. what, hosts, purpose, words.Days(finding.Lifetime), words.Days(finding.Declared)],
            FindingKind.NeverSeen => [.. what, purpose],
            FindingKind.WithoutPurpose => [.. what, hosts, Encoded(finding.Vendor ?? ""), Encoded(words.When(finding.Seen))],
            FindingKind.Undeclared => [.. what, hosts, Encoded(words.When(finding.Seen))],
            _ => [.. what, hosts, purpose, Encoded(words.When(finding.Seen))],
        };
    }

    private static IReadOnlyList<string> Stored(StoredItem item, ReportTexts words) =>
    [
        Code(item.Name), words.Kinds[(int)item.Kind], Encoded(item.Host), item.SetBy switch { "header" => words.Header, "script" => words.Script, _ => "" },
        item.Kind switch { StoredKind.Cookie => words.Days(item.LifetimeDays), StoredKind.SessionStorage => words.ForSession, _ => "" }, Encoded(words.When(item.Seen)),
    ];

    private static IReadOnlyList<string> Party(ThirdParty party, ScanReport report, ReportTexts words) =>
    [
        Encoded(string.Join(", ", party.Hosts)), Encoded(string.Join(", ", party.Types)),
        report.Vendors.GetValueOrDefault(party.Host) is { } matched ? Encoded(matched.Guessed ? string.Format(null, words.Guess, matched.Vendor) : matched.Vendor) : words.Nobody,
        Encoded(words.When(party.Seen)),
    ];

    private static string Picture(Phase phase, string picture, ReportTexts words) =>
        $"<figure><img src=\"data:image/jpeg;base64,{picture}\" alt=\"{words.PictureOf[(int)phase]}\"><figcaption>{words.PictureOf[(int)phase]}</figcaption></figure>";

    private static string Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, ReportTexts words)
    {
        var body = string.Concat(rows.Select(row => $"<tr>{string.Concat(row.Select(cell => $"<td>{cell}</td>"))}</tr>\n"));
        if (body.Length == 0) return $"<p>{words.NoneFound}</p>";
        return $"<table>\n<thead><tr>{string.Concat(columns.Select(c => $"<th scope=\"col\">{c}</th>"))}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>";
    }

    private static string List(IEnumerable<string> items) => $"<ul>{string.Concat(items.Select(i => $"<li>{Code(i)}</li>"))}</ul>";

    private static string Code(string text) => $"<code>{Encoded(text)}</code>";

    private static string Encoded(string text) => Encoder.Encode(text);
}
