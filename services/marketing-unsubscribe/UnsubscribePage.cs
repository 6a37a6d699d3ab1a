using System.Text;
using System.Text.Encodings.Web;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>The HTML of the pages. Pure: the same view is the same page.</summary>
internal static class UnsubscribePage
{
    private const string Tick =
        """<svg class="tick" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="22"/><path d="M14 25l7 7 14-15"/></svg>""";

    /// <param name="Topic">Null when the declaration no longer has it.</param>
    /// <param name="Controller">Null when the site is no longer declared.</param>
    internal sealed record View(string Token, string Proof, string Masked, Topic? Topic, Controller? Controller, bool IsSuppressed);

    public static string Of(View view, string language)
    {
        var texts = PageTexts.In(language);
        var topic = view.Topic is { } known ? texts.Named(known.Name.In(language)) : texts.SomeTopic;
        var body = new StringBuilder();
        if (view.IsSuppressed)
        {
            body.Append(Tick).Append($"<h1>{Text(texts.DoneTitle)}</h1><p>{Text(texts.DoneLead(topic))}</p>");
            AppendFacts(body, view, texts.Stopped, language);
            body.Append($"<p class=\"note\">{Text(texts.DoneNote)}</p>");
            return Document(texts.DoneTitle, body, language, view.Controller);
        }
        body.Append($"<h1>{Text(texts.AskTitle(topic))}</h1><p>{Text(texts.AskLead)}</p>");
        AppendFacts(body, view, texts.Stops, language);
        body.Append($"<form method=\"post\" action=\"/u/{Text(Uri.EscapeDataString(view.Token))}/confirm?language={language}\">")
            .Append($"<input type=\"hidden\" name=\"{ConfirmUnsubscribe.ProofField}\" value=\"{Text(view.Proof)}\">")
            .Append($"<button type=\"submit\">{Text(texts.Button)}</button></form>")
            .Append($"<p class=\"note\">{Text(texts.AskNote)}</p>");
        return Document(texts.AskTitle(topic), body, language, view.Controller);
    }

    public static string OfUnknownLink(string language)
    {
        var texts = PageTexts.In(language);
        var body = new StringBuilder($"<h1>{Text(texts.UnknownTitle)}</h1><p>{Text(texts.UnknownLead)}</p><ul>");
        foreach (var help in texts.UnknownHelp) body.Append($"<li>{Text(help)}</li>");
        return Document(texts.UnknownTitle, body.Append("</ul>"), language, null);
    }

    private static void AppendFacts(StringBuilder to, View view, string stops, string language)
    {
        var texts = PageTexts.In(language);
        to.Append("<dl>");
        Fact(texts.Address, view.Masked);
        if (view.Topic is { } topic) Fact(stops, topic.Name.In(language), topic.Description.In(language));
        if (view.Controller is { } controller) Fact(texts.Sender, controller.Name);
        to.Append("</dl>");

        void Fact(string name, string value, string? more = null) => to.Append($"<div><dt>{Text(name)}</dt><dd>{Text(value)}")
            .Append(more is null ? "" : $"<small>{Text(more)}</small>").Append("</dd></div>");
    }

    private static string Document(string title, StringBuilder body, string language, Controller? controller)
    {
        var texts = PageTexts.In(language);
        var footer = controller is null ? "" :
            $"""<footer><p>{Text(texts.Questions)} <a href="mailto:{Text(controller.Email)}">{Text(controller.Email)}</a></p></footer>""";
        return $"""
            <!doctype html>
            <html lang="{language}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex, nofollow">
            <meta name="color-scheme" content="light dark">
            <title>{Text(title)}</title>
            <link rel="icon" href="data:,">
            <style>{Style}</style>
            </head>
            <body>
            <header><span class="sender">{Text(controller?.Name ?? "")}</span><nav>{Switch(language)}</nav></header>
            <main>{body}</main>
            {footer}
            </body>
            </html>
            """;
    }

    private static string Switch(string language) => language == "nl"
        ? """<a href="?language=en" lang="en" hreflang="en">English</a>"""
        : """<a href="?language=nl" lang="nl" hreflang="nl">Nederlands</a>""";

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);

    internal const string Style = """
        :root{color-scheme:light dark;--page:#f3f4f7;--card:#fff;--line:#dfe2e9;--text:#1a1f2b;--quiet:#555d6e;--act:#1d4ed8;--on-act:#fff;--act-over:#1a43b8;--good:#15753c}
        @media (prefers-color-scheme:dark){:root{--page:#12151b;--card:#1b2029;--line:#333b49;--text:#eceff4;--quiet:#aab3c2;--act:#9db8ff;--on-act:#0d1730;--act-over:#b8ccff;--good:#6fd394}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;min-height:100vh;padding:1.25rem 1rem 2rem;background:var(--page);color:var(--text);font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        header,main,footer{width:100%;max-width:34rem;margin-inline:auto}
        header{display:flex;align-items:center;justify-content:space-between;gap:1rem;min-height:2.75rem;margin-bottom:.75rem}
        .sender{min-width:0;font-weight:600;line-height:1.3;overflow-wrap:anywhere}
        nav a{display:inline-block;padding:.5rem 0}
        a{color:var(--act);text-underline-offset:.18em}
        main{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.5rem 1.25rem}
        h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25;letter-spacing:-.01em;overflow-wrap:break-word;hyphens:auto;text-wrap:balance}
        p{margin:0 0 1rem}
        dl{margin:1.25rem 0;border-block:1px solid var(--line)}
        dl div{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.7rem 0}
        dl div+div{border-top:1px solid var(--line)}
        dt{flex:0 0 8rem;color:var(--quiet)}
        dd{flex:1 1 12rem;margin:0;font-weight:600;overflow-wrap:anywhere}
        small{display:block;font-size:.9375rem;font-weight:400;color:var(--quiet)}
        ul{margin:0;padding-left:1.2rem}
        li+li{margin-top:.6rem}
        button{display:block;width:100%;min-height:3rem;padding:.75rem 1.25rem;border:2px solid transparent;border-radius:.65rem;background:var(--act);color:var(--on-act);font:inherit;font-weight:650;cursor:pointer}
        button:hover{background:var(--act-over)}
        :focus-visible{outline:3px solid var(--act);outline-offset:3px}
        .note{margin:1rem 0 0;font-size:.9375rem;color:var(--quiet)}
        .tick{display:block;width:3rem;height:3rem;margin-bottom:1rem;fill:none;stroke:var(--good);stroke-width:3;stroke-linecap:round;stroke-linejoin:round}
        footer{margin-top:1rem;font-size:.9375rem;color:var(--quiet)}
        footer p{margin:0;overflow-wrap:anywhere}
        footer a{display:inline-block;padding:.35rem 0}
        @media (min-width:40rem){body{padding-top:8vh}main{padding:2.25rem 2.5rem}h1{font-size:1.75rem}}
        """;
}
