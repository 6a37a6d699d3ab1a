using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Consent.Audit.Pages;
using Consent.Contracts;

namespace Consent.Audit.Evidence;

/// <summary>
/// <c>cover.html</c>: a package as a person reads or prints it, in Dutch and then in English. Runs no script and loads nothing; whatever came from outside is text, and turns no line
/// around. Tells what the other files say, and asserts nothing of its own. Pure.
/// </summary>
internal static class EvidenceCover
{
    private const string Css = """
        :root{color-scheme:light dark}
        body{max-width:52rem;margin:0 auto;padding:1rem;font:1rem/1.55 system-ui,sans-serif;overflow-wrap:anywhere}
        h1{font-size:1.7rem;line-height:1.2}h2{margin-top:2rem;font-size:1.25rem}
        table{width:100%;border-collapse:collapse}caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        th,td{padding:.4rem .6rem .4rem 0;text-align:left;vertical-align:top;border-top:1px solid #8888}
        pre{white-space:pre-wrap}section+section{margin-top:3rem;border-top:3px double}
        @media print{body{max-width:none;padding:0;font-size:10.5pt}section+section{break-before:page;border:0}tr{break-inside:avoid}}
        """;

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private static readonly string Policy = $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'; base-uri 'none'; form-action 'none'";

    public static string Of(ReceiptEvidence evidence) => $"""
        <!doctype html>
        <html lang="nl">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="{Policy}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <title>{EvidenceTexts.Dutch.Title} · {EvidenceTexts.English.Title}</title>
        <style>{Css}</style>
        </head>
        <body>
        <main>
        {Section(evidence, EvidenceTexts.Dutch)}
        {Section(evidence, EvidenceTexts.English)}
        </main>
        </body>
        </html>

        """;

    private static string Section(ReceiptEvidence evidence, EvidenceTexts words)
    {
        var (trace, receipt) = (evidence.Trace, evidence.Trace.Receipt);
        var text = evidence.Declaration is null ? null : trace.Declaration?.Text;
        var place = words.Place.Replace("{index}", Number(evidence.Receipt.Index), StringComparison.Ordinal).Replace("{size}", Number(evidence.Checkpoint.Size), StringComparison.Ordinal)
            .Replace("{log}", evidence.Checkpoint.Origin, StringComparison.Ordinal);
        (string Name, string? Value)[] facts =
        [
            (words.Receipt, receipt.Id), (words.Site, receipt.Site), (words.Controller, trace.Declaration?.Text?.Controller ?? receipt.Controller), (words.Person, receipt.SubjectId),
            (words.Recorded, Moment(receipt.RecordedAt)), (words.Claimed, receipt.ClaimedAt is { } claimed ? Moment(claimed) : null), (words.Action, receipt.Action),
            (words.Source, receipt.Source), (words.Declaration, receipt.Declaration is { } hash ? $"{receipt.DeclarationVersion?.ToString(CultureInfo.InvariantCulture)} ({hash})" : null),
        ];
        return $"""
            <section lang="{words.Language}">
            <h1>{words.Title}</h1>
            <p>{words.Lead}</p>
            <p>{Text(place)}</p>
            <table><caption>{words.Receipt}</caption>{Rows(facts.Where(f => f.Value is not null).Select(f => Row(f.Name, [Text(f.Value!)])))}</table>
            <h2>{words.Decisions}</h2>
            {Table(words.Decisions, [words.Purpose, words.Status, words.ValidUntil], receipt.Changed.Where(receipt.Purposes.ContainsKey).Select(id => Decided(id, receipt.Purposes[id], words)))}
            <h2>{(text?.OneOf is null ? words.Shown : words.OneOf)}</h2>
            {Unknown(text, receipt.Language, words)}{Shown(text, words)}
            <h2>{words.Story}</h2>
            {Table(words.Story, [words.When, words.What, words.By], trace.Story.Select(s => Row(Moment(s.At), [Text(words.Steps.GetValueOrDefault(s.What, s.What)), Text(s.By)])))}
            <h2>{words.Told}</h2>
            {Told(evidence, words)}
            <h2>{words.Checkpoint}</h2>
            <pre>{Text(evidence.Note.ToString())}</pre>
            </section>
            """;
    }

    private static string Decided(string id, PurposeDecision decision, EvidenceTexts words)
    {
        var status = JsonNamingPolicy.KebabCaseLower.ConvertName(decision.Status.ToString());
        return Row(id, [Text(words.Statuses.GetValueOrDefault(status, status)), decision.ValidUntil is { } until ? Moment(until) : words.NoEnd]);
    }

    /// <summary>Nothing where the receipt names the language of the text.</summary>
    private static string Unknown(ShownText? text, string? named, EvidenceTexts words) => text?.OneOf is not { } languages ? "" : $"<p>{Text(
        (named is null ? words.NoLanguage : words.OtherLanguage).Fill(("languages", string.Join(", ", languages)), ("language", text.Language), ("named", named ?? "")))}</p>";

    private static string Shown(ShownText? text, EvidenceTexts words) => text is null
        ? $"<p>{words.NotShown}</p>"
        : $"<div lang=\"{Encoder.Encode(text.Language)}\">{string.Concat(text.Purposes.Concat(text.Topics).Select(entry => $"<h3>{Text(entry.Name)}</h3><p>{Text(entry.Description)}</p>"))}</div>";

    private static string Told(ReceiptEvidence evidence, EvidenceTexts words)
    {
        var proven = evidence.Proofs.Select(p => p.Subscriber).OfType<string>().Append(AuditSetup.Service).ToHashSet(StringComparer.Ordinal);
        return evidence.Trace.Applied.Count == 0
            ? $"<p>{words.Nobody}</p>"
            : Table(words.Told, [words.When, words.By, words.What], evidence.Trace.Applied.Select(a => Row(Moment(a.AppliedAt), [Text(a.Subscriber), proven.Contains(a.Subscriber) ? words.Proven : words.NotProven])));
    }

    private static string Table(string caption, string[] columns, IEnumerable<string> rows) =>
        $"<table><caption>{caption}</caption><thead><tr>{string.Concat(columns.Select(c => $"<th scope=\"col\">{c}</th>"))}</tr></thead>{Rows(rows)}</table>";

    private static string Rows(IEnumerable<string> rows) => $"<tbody>{string.Concat(rows)}</tbody>";

    /// <param name="cells">HTML.</param>
    private static string Row(string head, string[] cells) => $"<tr><th scope=\"row\">{Text(head)}</th>{string.Concat(cells.Select(cell => $"<td>{cell}</td>"))}</tr>";

    private static string Text(string text) => $"<bdi>{Encoder.Encode(text)}</bdi>";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
