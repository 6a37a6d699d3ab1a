using System.Reflection;
using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.CookieBanner;

/// <summary>The banner's texts, per language: those of <c>script/texts</c>, save what the declaration says in words of the site's own.</summary>
internal static class BannerTexts
{
    private const string Fallback = "en";
    private const string Prefix = "texts.";

    /// <summary>What the first layer shows.</summary>
    private static readonly HashSet<string> First = ["title", "intro", "again", "withdraw", "refuse", "accept", "settings", "reopen", "failed", "dir"];

    /// <summary>What the first layer shows besides, once something was chosen.</summary>
    private static readonly HashSet<string> Chosen = ["close", "on", "off"];

    /// <summary>What stands in the place of what is held back; the rest has all others.</summary>
    private static readonly HashSet<string> InPlace = ["held", "heldHere", "once", "allow", "allowFor"];

    /// <summary>Languages written from right to left (ISO 639), none of which is the EU's: a site that has one brings the texts.</summary>
    private static readonly HashSet<string> RightToLeft = ["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"];
    private static readonly Dictionary<string, JsonObject> All = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(name => name[Prefix.Length..^".json".Length], Read, StringComparer.OrdinalIgnoreCase);

    public static JsonObject FirstLayer(Declaration declaration, string language) => Those(declaration, language, First.Contains);

    public static JsonObject Rest(Declaration declaration, string language) =>
        Those(declaration, language, name => !First.Contains(name) && !Chosen.Contains(name) && !InPlace.Contains(name));

    public static JsonObject Act(Declaration declaration, string language) => Those(declaration, language, Chosen.Contains);

    public static JsonObject Embeds(Declaration declaration, string language) => Those(declaration, language, InPlace.Contains);

    /// <summary>By the tag, then by its first part, then English; the site's own by the tag alone.</summary>
    private static JsonObject Those(Declaration declaration, string language, Func<string, bool> wanted)
    {
        var texts = All.GetValueOrDefault(language) ?? All.GetValueOrDefault(language.Split('-')[0]) ?? All[Fallback];
        var those = new JsonObject(texts.Where(t => wanted(t.Key)).Select(t => KeyValuePair.Create(t.Key, t.Value?.DeepClone())));
        if (declaration.BannerTexts?.GetValueOrDefault(language) is not { } own) return those;
        foreach (var (name, text) in own)
        {
            var steps = name.Split('.');
            if (wanted(steps[0])) (steps.Length > 1 ? those[steps[0]]! : those)[steps[^1]] = text;
        }

        if (wanted("dir") && RightToLeft.Contains(language.Split('-')[0])) those["dir"] = "rtl";
        return those;
    }

    private static JsonObject Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
