using System.Text.Json.Nodes;

namespace Consent.Cli.Logs;

/// <summary>Whether the text of a package is the one of its declaration, word for word. Pure.</summary>
internal static class CheckShownText
{
    /// <summary>Whether the declaration has texts in the receipt's language: where not, it is not known which of its texts was shown.</summary>
    public static bool IsIn(JsonObject? declaration, string? language) =>
        declaration?["languages"] is JsonArray languages && language is not null && languages.Select(Word).Contains(language, StringComparer.Ordinal);

    /// <param name="language">Of the receipt; of one that the declaration does not have, its first stands for them all.</param>
    public static bool Holds(JsonObject? text, JsonObject? declaration, string? language)
    {
        if (text is null || declaration?["languages"] is not JsonArray languages) return false;
        var known = languages.Select(Word).OfType<string>().ToList();
        var shown = language is not null && known.Contains(language, StringComparer.Ordinal) ? language : known.FirstOrDefault();
        return shown is not null && Word(text["language"]) == shown && Word(text["controller"]) == Word((declaration["controller"] as JsonObject)?["name"])
            && IsSame(text["purposes"], declaration["purposes"], shown) && IsSame(text["topics"], declaration["topics"], shown);
    }

    private static bool IsSame(JsonNode? shown, JsonNode? declared, string language) =>
        shown is JsonArray texts && declared is JsonArray entries && texts.Count == entries.Count
        && texts.Zip(entries).All(pair => pair is { First: JsonObject text, Second: JsonObject entry } && Word(text["id"]) == Word(entry["id"])
            && Word(text["name"]) == In(entry["name"], language) && Word(text["description"]) == In(entry["description"], language));

    private static string? In(JsonNode? texts, string language) => texts is JsonObject by ? Word(by[language]) : null;

    private static string? Word(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
