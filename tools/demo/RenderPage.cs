using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Consent.Contracts;

namespace Consent.Demo;

/// <summary>Fills the page templates. Whatever is put in is encoded, unless it was made here out of encoded parts.</summary>
internal static partial class RenderPage
{
    private static readonly Dictionary<string, Dictionary<string, Dictionary<string, string>>> Stories =
        JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, Dictionary<string, string>>>>(DemoSite.Asset("stories.json")!)!;

    public static string Site(Declaration declaration, string gateway, string language)
    {
        var story = Stories.GetValueOrDefault(declaration.Site) ?? Stories["*"];
        var topic = declaration.Topics.FirstOrDefault(t => t.Channels.Contains(Channel.Email));
        var values = new Dictionary<string, string>(Stories["page"][language].Concat(story[language]).ToDictionary(t => t.Key, t => Encode(t.Value)))
        {
            ["language"] = language,
            ["site"] = Encode(declaration.Site),
            ["gateway"] = Encode(gateway),
            ["name"] = Encode(declaration.Controller.Name),
            ["address"] = Encode($"{declaration.Controller.Address}, {declaration.Controller.Postcode} {declaration.Controller.City}"),
            ["states"] = States(declaration, language),
        };
        values["preferences"] = declaration.Topics.Count == 0
            ? ""
            : $"<p><a href=\"{Encode(gateway)}/preferences/{Uri.EscapeDataString(declaration.Site)}?language={language}\">{values["preferencesLink"]}</a></p>";
        values["newsletter"] = topic is null ? "" : Fill("newsletter.html", new(values)
        {
            ["topic"] = Encode(topic.Id),
            ["topicName"] = Encode(topic.Name.In(language)),
            ["topicText"] = Encode(topic.Description.In(language)),
        });
        return Fill("page.html", values);
    }

    public static string Index(IReadOnlyList<(string Site, Declaration? Declaration)> sites, string language)
    {
        var cards = new StringBuilder();
        foreach (var (site, declaration) in sites)
        {
            var story = (Stories.GetValueOrDefault(site) ?? Stories["*"])[language];
            cards.Append("<li><a class=\"card\" data-site=\"").Append(Encode(site)).Append("\" href=\"/").Append(Uri.EscapeDataString(site))
                .Append("?lang=").Append(language).Append("\"><strong>").Append(Encode(declaration?.Controller.Name ?? site))
                .Append("</strong><span>").Append(Encode(story["tagline"])).Append("</span></a></li>");
        }
        return Fill("index.html", Texts("index", language, cards.ToString()));
    }

    public static string Waiting(string language) => Fill("index.html", Texts("waiting", language, ""));

    private static Dictionary<string, string> Texts(string set, string language, string cards) =>
        new(Stories[set][language].ToDictionary(t => t.Key, t => Encode(t.Value))) { ["language"] = language, ["cards"] = cards };

    /// <summary>One line per purpose that the banner asks; the page's script fills in how it stands.</summary>
    private static string States(Declaration declaration, string language) => string.Concat(declaration.Purposes
        .Where(p => p.LegalBasis == LegalBasis.Consent && declaration.Cookies.Any(c => c.Purpose == p.Id))
        .Select(p => $"<li><span>{Encode(p.Name.In(language))}</span><output data-state=\"{Encode(p.Id)}\"></output></li>"));

    private static string Fill(string template, Dictionary<string, string> values) =>
        Slot().Replace(DemoSite.Asset(template)!, slot => values.GetValueOrDefault(slot.Groups["name"].Value, ""));

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Slot();
}
