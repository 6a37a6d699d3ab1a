using System.Reflection;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.CookieBanner.Pages;

namespace Consent.CookieBanner;

/// <summary>
/// A layer of a declaration's banner as markup without script, from the same data and the same style sheet as the scripts have (<c>panel.ts</c>, <c>settings.ts</c>), with what cannot be
/// known said above it. Names of countries and terms are our own, where the script takes those of the browser. Pure.
/// </summary>
internal static class RenderShownBanner
{
    /// <summary>The banner's own, then what makes it stand in a page and on paper, instead of over one.</summary>
    public static readonly string Css = Read("shown.style.css") + Read("shown.rest.css") + """
        :root{color-scheme:light dark;background:Canvas;color:CanvasText}
        body{max-width:52rem;margin:0 auto;padding:1rem;font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
        .note{margin:0 0 1rem;padding:.6rem .9rem;border:1px solid;border-left-width:.4rem}
        .kz-w{position:static;max-height:none;border-radius:14px}
        .kz .b{display:flex;align-items:center;justify-content:center;min-height:44px;padding:8px 14px;border:1px solid var(--kz-line);border-radius:8px;background:var(--kz-soft);font-weight:600}
        @media print{.kz{display:block!important}.kz-w{display:flex!important}}
        """;

    public static string Page(PublishedDeclaration published, Shown shown, ShownWords words)
    {
        var (declaration, first) = (published.Declaration, BannerTexts.FirstLayer(published.Declaration, shown.Language));
        var moment = ShownMoment.Of(published, shown, [.. Asked(declaration)]);
        var layer = shown.Layout switch
        {
            "banner" => FirstLayer(published, shown, moment, first),
            "settings" => Settings(published, shown, moment, first),
            _ => null,
        };
        string[] notes =
        [
            (shown.IsNamed ? words.Declaration : words.OneOf).Fill(
                ("version", $"{published.Version}"), ("hash", published.Hash), ("language", shown.Language), ("languages", string.Join(", ", declaration.Languages))),
            shown.Build is null ? words.NoBuild.Fill(("own", Bundles.Build))
            : shown.Build == Bundles.Build ? words.SameBuild.Fill(("build", shown.Build)) : words.OtherBuild.Fill(("build", shown.Build), ("own", Bundles.Build)),
            layer is null ? words.NotALayer : words.Still,
            layer is null ? "" : Before(shown, moment, declaration, first, words),
            shown.Gpc && !(shown.Layout == "banner" && moment.Occasion == Occasion.Reopened) ? words.Gpc : "",
            shown.Element is null ? "" : words.Pressed.Fill(("element", ButtonNamed(shown.Element, first, declaration, shown.Language))),
        ];
        return $"""
            <!doctype html>
            <html lang="{words.Language}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>{words.Title}</title>
            <link rel="icon" href="data:,">
            <style>{Css}</style>
            </head>
            <body>
            <main>
            <h1>{words.Title}</h1>
            {string.Concat(notes.Where(note => note.Length > 0).Select(note => $"<p class=\"note\">{Html.Text(note)}</p>"))}
            <div lang="{Html.Text(shown.Language)}" dir="{(string?)first["dir"] ?? "ltr"}">
            {layer ?? PlainTexts(declaration, shown.Language)}
            </div>
            </main>
            </body>
            </html>
            """;
    }

    /// <summary>What the receipts tell of how it came to stand there, and what they cannot tell.</summary>
    private static string Before(Shown shown, ShownMoment moment, Declaration declaration, JsonObject first, ShownWords words)
    {
        if (shown.Layout == "settings") return shown.Held is not null ? words.BoxesHeld : shown.IsKnown ? words.BoxesEmpty : words.BoxesUnknown;
        return moment.Occasion switch
        {
            Occasion.Again => words.AskedAgain,
            Occasion.Reopened => shown.IsKnown ? words.Reopened : words.ReopenedUnknown,
            _ => words.First.Fill(("again", Said(first, "again", ("controller", declaration.Controller.Name))), ("reopen", (string?)first["reopen"] ?? "")),
        };
    }

    private static string FirstLayer(PublishedDeclaration published, Shown shown, ShownMoment moment, JsonObject texts)
    {
        var act = BannerTexts.Act(published.Declaration, shown.Language);
        var closing = moment.IsStanding ? $"<span class=\"b\">{Html.Text((string?)act["close"] ?? "")}</span>" : "";
        return Panel(
            (string)texts[moment.IsStanding || !shown.IsKnown ? "reopen" : "title"]!, texts,
            $"{closing}<p>{Html.Text(Said(texts, moment.SaysAgain ? "again" : "intro", ("controller", published.Declaration.Controller.Name)))}</p>"
            + $"<ul>{string.Concat(moment.Listed.Select(p => $"<li><b>{Html.Text(p.Name.In(shown.Language))}</b>{Standing(p)}</li>"))}</ul>",
            "refuse", "accept", "settings");

        string Standing(Purpose p) => moment.IsStanding ? Html.Text($" ({(string?)act[ShownMoment.Permits(published, shown, p) ? "on" : "off"]})") : "";
    }

    private static string Settings(PublishedDeclaration published, Shown shown, ShownMoment moment, JsonObject first)
    {
        var declaration = published.Declaration;
        var (details, asked) = (RenderRest.Of(declaration, shown.Language), Asked(declaration).Select(p => p.Id).ToHashSet(StringComparer.Ordinal));
        var listed = moment.Listed.Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        var ticked = moment.Listed.Where(p => ShownMoment.Permits(published, shown, p)).Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        var texts = details.Texts;
        var all = new JsonObject(first.Concat(texts).DistinctBy(t => t.Key).Select(t => KeyValuePair.Create(t.Key, t.Value?.DeepClone())));
        var signal = shown.Gpc && texts["gpc"] is { } gpc ? $"<p>{Html.Text((string)gpc!)}</p>" : "";
        // What is asked comes first, as the script has it.
        var purposes = details.Purposes.Where(p => !asked.Contains(p.Key) || listed.Contains(p.Key)).OrderBy(p => asked.Contains(p.Key) ? 0 : 1).Select(p => asked.Contains(p.Key)
            ? $"<div class=\"kz-p\"><label><input type=\"checkbox\" disabled{(ticked.Contains(p.Key) ? " checked" : "")}><span>{Described(p.Value)}</span></label>{More(declaration, details, p.Value, shown.Language)}</div>"
            : $"<div class=\"kz-p\"><p>{Described(p.Value)} ({Html.Text($"{(string?)texts["always"]}: {p.Value.Basis}")})</p>{More(declaration, details, p.Value, shown.Language)}</div>");
        return Panel((string)first["reopen"]!, all, $"{signal}{string.Concat(purposes)}<p>{Html.Text((string?)texts["statement"] ?? "")}</p>", "refuse", "accept", "save");
    }

    private static string Described(RenderRest.PurposeDetails purpose) => $"<b>{Html.Text(purpose.Name)}</b><br>{Html.Text(purpose.Text)}";

    /// <summary>Unfolded: nothing is to be hidden on paper.</summary>
    private static string More(Declaration declaration, RenderRest.DetailsData details, RenderRest.PurposeDetails purpose, string language)
    {
        var (texts, words) = (details.Texts, PageWords.In(language));
        var who = (purpose.Vendors ?? []).Where(details.Vendors.ContainsKey).Select(id => details.Vendors[id]).ToList();
        var told = who.Count == 0
            ? $"<p>{Html.Text(Said(texts, "ourselves", ("controller", declaration.Controller.Name)))}</p>"
            : Html.List(who.Select(v => Html.Text($"{v.Name} ({CountryNames.In(v.Country, words.Language)})")));
        var kept = Html.List(purpose.Keys.Select(k => $"<code>{Html.Text(k.Name)}</code> ({Html.Text(Life(k))}): {Html.Text(k.Text)}"));
        return $"<details open><summary>{Html.Text($"{(string?)texts["vendors"]}; {(string?)texts["cookies"]}")}</summary>{told}{kept}</details>";

        string Life(RenderRest.KeyDetails key) => key.Life is [var years, var months, var days] ? words.Term(new Term(years, months, days))
            : (string?)texts[key.Kind == 'l' ? "unlimited" : "session"] ?? "";
    }

    private static string PlainTexts(Declaration declaration, string language) => string.Concat(
        declaration.Purposes.Select(p => (p.Name, p.Description)).Concat(declaration.Topics.Select(t => (t.Name, t.Description)))
            .Select(p => $"<h2>{Html.Text(p.Name.In(language))}</h2><p>{Html.Text(p.Description.In(language))}</p>"));

    private static string Panel(string title, JsonObject texts, string body, params string[] buttons) => $"""
        <div class="kz kz-w kz-bar"><div class="kz-b"><h2>{Html.Text(title)}</h2>{body}<p>{Html.Text(Said(texts, "withdraw", ("reopen", (string)texts["reopen"]!)))}</p></div>
        <div class="kz-a">{string.Concat(buttons.Select(name => $"<span class=\"b\">{Html.Text((string?)texts[name] ?? name)}</span>"))}</div></div>
        """;

    private static IEnumerable<Purpose> Asked(Declaration declaration) =>
        declaration.Purposes.Where(p => p.LegalBasis == LegalBasis.Consent && BannerPurposes.Has(declaration, p));

    private static string Said(JsonObject texts, string name, (string Place, string Text) value) => ((string?)texts[name] ?? "").Fill(value);

    /// <summary>By what stood on it, where that is known.</summary>
    private static string ButtonNamed(string element, JsonObject first, Declaration declaration, string language) => element switch
    {
        "refuse-all" => (string?)first["refuse"] ?? element,
        "accept-all" => (string?)first["accept"] ?? element,
        "save" => (string?)BannerTexts.Rest(declaration, language)["save"] ?? element,
        _ => element,
    };

    private static string Read(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
