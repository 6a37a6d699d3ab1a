using System.Reflection;
using System.Text.Json.Nodes;

namespace Consent.CookieBanner;

/// <summary>The banner's own texts, per language (<c>script/texts</c>).</summary>
internal static class BannerTexts
{
    private const string Fallback = "en";
    private const string Prefix = "texts.";

    /// <summary>What the first layer shows.</summary>
    private static readonly HashSet<string> First = ["title", "intro", "again", "withdraw", "refuse", "accept", "settings", "reopen", "close", "on", "off", "failed", "dir"];

    /// <summary>What stands in the place of what is held back; the rest has all others.</summary>
    private static readonly HashSet<string> InPlace = ["held", "heldHere", "once", "allow", "allowFor"];
    private static readonly Dictionary<string, JsonObject> All = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(name => name[Prefix.Length..^".json".Length], Read, StringComparer.OrdinalIgnoreCase);

    public static JsonObject FirstLayer(string language) => Those(language, First.Contains);

    public static JsonObject Rest(string language) => Those(language, name => !First.Contains(name) && !InPlace.Contains(name));

    public static JsonObject Embeds(string language) => Those(language, InPlace.Contains);

    /// <summary>By the tag, then by its first part, then English.</summary>
    private static JsonObject Those(string language, Func<string, bool> wanted)
    {
        var texts = All.GetValueOrDefault(language) ?? All.GetValueOrDefault(language.Split('-')[0]) ?? All[Fallback];
        return new JsonObject(texts.Where(t => wanted(t.Key)).Select(t => KeyValuePair.Create(t.Key, t.Value?.DeepClone())));
    }

    private static JsonObject Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
