using System.Text;
using System.Text.Encodings.Web;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>What a page of a link says.</summary>
internal enum UnsubscribeState { Ask, Done, AllDone, Undone, TooLate }

/// <summary>The HTML of the pages. Pure: the same view is the same page.</summary>
internal static class UnsubscribePage
{
    private const string Everything = $"<input type=\"hidden\" name=\"{ConfirmUnsubscribe.EverythingField}\" value=\"yes\">";
    private const string NameHere = "\uE000";
    internal const string Tick =
        """<svg class="tick" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="22"/><path d="M14 25l7 7 14-15"/></svg>""";

    /// <param name="Secret">See <see cref="PagePress"/>.</param>
    /// <param name="Masked">Null where the page may not tell.</param>
    /// <param name="IsFinal">Nobody can take back, on another page, what the page says.</param>
    /// <param name="Topic">As <see cref="TopicOnChannel.Told"/> has it; null when the declaration no longer has it.</param>
    /// <param name="Others">What else the site declares, each on each of its channels. Not what the address is subscribed to: a link can be in anybody's hands.</param>
    /// <param name="Controller">Null when the site is no longer declared.</param>
    /// <param name="Preferences">Where the link to preferences is asked for.</param>
    internal sealed record View(
        UnsubscribeState State, string Token, string Proof, string Secret, bool CanUndo, bool IsFinal, string? Masked, Topic? Topic, IReadOnlyList<Topic> Others,
        Controller? Controller, string Preferences);

    public static string Of(View view, string language)
    {
        var words = PageWords.In(language);
        var body = new StringBuilder();
        var (heading, lead) = view.State switch
        {
            UnsubscribeState.Done => (words.DoneTitle, words.DoneLead),
            UnsubscribeState.AllDone => (words.AllDoneTitle, words.AllDoneLead),
            UnsubscribeState.Undone => (words.UndoneTitle, words.UndoneLead),
            UnsubscribeState.TooLate => (words.TooLateTitle, words.TooLateLead),
            _ => (words.AskTitle, words.AskLead),
        };
        var title = words.About(heading, view.Topic?.Name.In(language));
        if (view.State is UnsubscribeState.Done or UnsubscribeState.AllDone) body.Append(Tick);
        body.Append($"<h1>{About(heading)}</h1><p>{About(lead)}</p>");
        if (view.State is UnsubscribeState.Ask or UnsubscribeState.Undone)
        {
            AppendFacts(body, view, words.Stops, language);
            Form(words.Button, "confirm", view.State == UnsubscribeState.Ask ? "primary" : "quiet");
            body.Append($"<p class=\"note\">{Text(words.AskNote)}</p>");
            return Page();
        }

        if (view.State == UnsubscribeState.AllDone) body.Append($"<p>{Text(words.Scope)}</p>");
        if (view.State == UnsubscribeState.Done) AppendFacts(body, view, words.Stopped, language);
        if (view.CanUndo)
        {
            body.Append($"<p class=\"note\">{Text(words.UndoNote)}</p>");
            Form(words.UndoButton, "undo", "quiet");
        }
        else if (!view.IsFinal)
        {
            body.Append($"<p class=\"note\">{Text(words.FinalNote)}</p>");
            Form(words.FinalButton, "confirm", "primary", view.State == UnsubscribeState.AllDone ? Everything : "");
        }

        body.Append($"<p class=\"note\">{Text(words.DoneNote)}</p>");
        if (view.State == UnsubscribeState.AllDone) return Page();
        if (view.Others.Count > 0)
        {
            body.Append($"<section><h2>{Text(words.MoreTitle)}</h2><p>{Text(words.MoreLead)}</p>");
            Form(words.MoreButton, "confirm", "quiet", $"<fieldset><legend>{Text(words.MoreTitle)}</legend>{string.Concat(view.Others.Select(Box))}</fieldset>");
            body.Append("</section>");
        }

        body.Append($"<section><h2>{Text(words.AllTitle)}</h2><p>{Text(words.AllLead)} {Text(words.Scope)}</p>");
        Form(words.AllButton, "confirm", "quiet", Everything);
        body.Append("</section>");
        return Page();

        string Page()
        {
            if (view.Controller is not null) body.Append($"<p class=\"note\"><a href=\"{Text($"{view.Preferences}?language={language}")}\">{Text(words.Preferences.Link)}</a></p>");
            return Document(title, body, language, view.Controller);
        }

        // The name of the topic may be in another language than the sentence.
        string About(string sentence) => view.Topic is { } topic
            ? Text(words.About(sentence, NameHere)).Replace(Text(NameHere), In(topic.Name, language), StringComparison.Ordinal)
            : Text(words.About(sentence, null));

        string Box(Topic other) =>
            $"<label><input type=\"checkbox\" name=\"{ConfirmUnsubscribe.TopicField}\" value=\"{Text(other.Id)}\"><span>{In(other.Name, language)}<small>{In(other.Description, language)}</small></span></label>";

        void Form(string button, string to, string look, string more = "") => body
            .Append($"<form method=\"post\" action=\"/u/{Text(Uri.EscapeDataString(view.Token))}/{to}?language={language}\">")
            .Append($"<input type=\"hidden\" name=\"{ConfirmUnsubscribe.ProofField}\" value=\"{Text(view.Proof)}\">")
            .Append($"<input type=\"hidden\" name=\"{ConfirmUnsubscribe.SecretField}\" value=\"{Text(view.Secret)}\">{more}")
            .Append($"<button type=\"submit\" class=\"{look}\">{Text(button)}</button></form>");
    }

    /// <summary>The same for every link that does not open: it may tell nobody what a token lacks.</summary>
    public static string OfUnknownLink(string language, AskedHere ask)
    {
        var words = PageWords.In(language);
        var body = new StringBuilder($"<h1>{Text(words.UnknownTitle)}</h1><p>{Text(words.UnknownLead)}</p><ul>");
        foreach (var help in words.UnknownHelp) body.Append($"<li>{Text(help)}</li>");
        body.Append("</ul>");
        foreach (var site in ask.Sites)
        {
            var of = ask.Sites.Count > 1 ? $": {(Uri.TryCreate(site.Origins is [var first, ..] ? first : null, UriKind.Absolute, out var origin) ? origin.Host : site.Site)}" : "";
            body.Append($"<p class=\"note\"><a href=\"/preferences/{Text(Uri.EscapeDataString(site.Site))}?language={language}\">{Text(words.Preferences.Link + of)}</a></p>");
        }
        if (ask.Address is { } address)
        {
            var shown = address.Scheme == Uri.UriSchemeMailto ? $"{address.UserInfo}@{address.Host}" : address.Host + address.AbsolutePath;
            body.Append($"<p class=\"note\">{Text(words.Questions)} <a href=\"{Text(address.AbsoluteUri)}\">{Text(shown)}</a></p>");
        }
        return Document(words.UnknownTitle, body, language, ask.Controller);
    }

    private static void AppendFacts(StringBuilder to, View view, string stops, string language)
    {
        var words = PageWords.In(language);
        to.Append("<dl>");
        if (view.Masked is { } masked) Fact(words.Address, Text(masked));
        if (view.Topic is { } topic) Fact(stops, $"{In(topic.Name, language)}<small>{In(topic.Description, language)}</small>");
        if (view.Controller is { } controller) Fact(words.Sender, Text(controller.Name));
        to.Append("</dl>");

        void Fact(string name, string html) => to.Append($"<div><dt>{Text(name)}</dt><dd>{html}</dd></div>");
    }

    /// <summary>A text of the declaration, marked with its own language where that is another than the page's.</summary>
    internal static string In(Texts texts, string language)
    {
        var text = Text(texts.In(language));
        return texts.ContainsKey(language) || texts.Count == 0 ? text : $"<span lang=\"{Text(texts.Keys.First())}\">{text}</span>";
    }

    internal static string Document(string title, StringBuilder body, string language, Controller? controller)
    {
        var words = PageWords.In(language);
        var footer = controller is null ? "" :
            $"""<footer><p>{Text(words.Questions)} <a href="mailto:{Text(controller.Email)}">{Text(controller.Email)}</a></p></footer>""";
        var others = string.Concat(PageWords.Known.Where(other => other != language)
            .Select(other => $"""<li><a href="?language={other}" lang="{other}" hreflang="{other}">{Text(PageWords.In(other).LanguageName)}</a></li>"""));
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
            <header><span class="sender">{Text(controller?.Name ?? "")}</span></header>
            <main>{body}</main>
            {footer}
            <nav aria-label="{Text(words.Languages)}"><details><summary>{Text(words.Languages)}: {Text(words.LanguageName)}</summary><ul>{others}</ul></details></nav>
            </body>
            </html>
            """;
    }

    internal static string Text(string text) => HtmlEncoder.Default.Encode(text);

    internal const string Style = """
        :root{color-scheme:light dark;--page:#f3f4f7;--card:#fff;--line:#dfe2e9;--text:#1a1f2b;--quiet:#555d6e;--act:#1d4ed8;--on-act:#fff;--act-over:#1a43b8;--good:#15753c;--bad:#b3261e}
        @media (prefers-color-scheme:dark){:root{--page:#12151b;--card:#1b2029;--line:#333b49;--text:#eceff4;--quiet:#aab3c2;--act:#9db8ff;--on-act:#0d1730;--act-over:#b8ccff;--good:#6fd394;--bad:#ffb4ab}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;min-height:100vh;padding:1.25rem min(1rem,4vw) 2rem;overflow-wrap:anywhere;background:var(--page);color:var(--text);font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        header,main,footer,body>nav{width:100%;max-width:34rem;margin-inline:auto}
        header{display:flex;align-items:center;justify-content:space-between;gap:1rem;min-height:2.75rem;margin-bottom:.75rem}
        .sender{min-width:0;font-weight:600;line-height:1.3}
        nav{margin-top:.5rem;font-size:.9375rem;color:var(--quiet)}
        summary{display:inline-block;min-height:1.5rem;padding:.5rem 0;cursor:pointer}
        summary::after{content:" ▾"}
        nav ul{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(8.5rem,100%),1fr));gap:0 1rem;padding:0;list-style:none}
        nav li+li{margin:0}
        nav a{display:inline-block;padding:.5rem 0}
        a{color:var(--act);text-underline-offset:.18em}
        main{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.5rem min(1.25rem,5vw)}
        h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25;letter-spacing:-.01em;hyphens:auto;text-wrap:balance}
        p{margin:0 0 1rem}
        dl{margin:1.25rem 0;border-block:1px solid var(--line)}
        dl div{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.7rem 0}
        dl div+div{border-top:1px solid var(--line)}
        dt{flex:0 1 8rem;color:var(--quiet)}
        dd{flex:1 1 12rem;margin:0;font-weight:600}
        small{display:block;font-size:.9375rem;font-weight:400;color:var(--quiet)}
        ul{margin:0;padding-left:1.2rem}
        li+li{margin-top:.6rem}
        button{display:block;width:100%;min-height:3rem;padding:.75rem min(1.25rem,4vw);border:2px solid transparent;border-radius:.65rem;background:var(--act);color:var(--on-act);font:inherit;font-weight:650;cursor:pointer}
        button:hover{background:var(--act-over)}
        button.quiet{background:transparent;border-color:var(--act);color:var(--act)}
        button.quiet:hover{background:var(--page)}
        fieldset{min-width:0;margin:0;padding:0;border:0}
        legend{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        section{margin-top:2rem;padding-top:1.5rem;border-top:1px solid var(--line)}
        section>fieldset>legend{position:static;width:auto;height:auto;overflow:visible;clip-path:none;margin-bottom:.5rem;padding:0;font-size:1.125rem;font-weight:650;line-height:1.3}
        h2{margin:0 0 .5rem;font-size:1.125rem;line-height:1.3}
        label{display:flex;gap:.75rem;align-items:flex-start;padding:.6rem 0;cursor:pointer}
        label span{font-weight:600}
        input[type=checkbox]{flex:none;width:1.5rem;height:1.5rem;margin:0;accent-color:var(--act)}
        input[type=email],select{display:block;width:100%;min-height:3rem;margin-top:.35rem;padding:.6rem .75rem;border:1px solid var(--quiet);border-radius:.65rem;background:var(--card);color:var(--text);font:inherit}
        label.field{display:block}
        label:has(:disabled){cursor:default}
        fieldset+button,.field+button{margin-top:.75rem}
        section+button{margin-top:1.5rem}
        .note+form{margin-top:1rem}
        :focus-visible{outline:3px solid var(--act);outline-offset:3px}
        .mistakes{margin:0 0 1.25rem;padding:1rem;border:2px solid var(--bad);border-radius:.65rem}
        .mistakes a,.mistake{color:var(--bad)}
        .mistake{margin:0;font-weight:600}
        input[aria-invalid=true]{border:2px solid var(--bad)}
        .send{margin:1rem 0 0}
        .note{margin:1rem 0 0;font-size:.9375rem;color:var(--quiet)}
        .note a{display:inline-block;padding:.35rem 0}
        .tick{display:block;width:3rem;height:3rem;margin-bottom:1rem;fill:none;stroke:var(--good);stroke-width:3;stroke-linecap:round;stroke-linejoin:round}
        footer{margin-top:1rem;font-size:.9375rem;color:var(--quiet)}
        footer p{margin:0}
        footer a{display:inline-block;padding:.35rem 0}
        @media (min-width:40rem){body{padding-top:8vh}main{padding:2.25rem 2.5rem}h1{font-size:1.75rem}}
        """;
}
