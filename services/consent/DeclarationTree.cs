using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>
/// Looks into a document whose form may be wrong: what is not of the expected kind is simply not there, because
/// <see cref="DeclarationMembers"/> has told of it already.
/// </summary>
internal static class DeclarationTree
{
    /// <summary>The maps in the list of that name, each with its path.</summary>
    public static IEnumerable<(JsonObject Item, string Path)> Maps(this JsonObject within, string list) =>
        (within[list] as JsonArray ?? [])
            .Select((item, i) => (Item: item as JsonObject, Path: $"/{list}/{i}"))
            .Where(at => at.Item is not null)
            .Select(at => (at.Item!, at.Path));

    /// <summary>The texts in the list of that name, each with its place in it.</summary>
    public static IEnumerable<(string Text, int Index)> Words(this JsonObject within, string list) =>
        (within[list] as JsonArray ?? [])
            .Select((item, i) => (Text: item.AsText(), Index: i))
            .Where(at => at.Text is not null)
            .Select(at => (at.Text!, at.Index));

    public static string? Text(this JsonObject within, string member) => within[member].AsText();

    public static bool IsTrue(this JsonObject within, string member) =>
        within[member] is JsonValue value && value.TryGetValue<bool>(out var yes) && yes;

    public static Term? Term(this JsonObject within, string member) =>
        Contracts.Term.TryParse(within.Text(member), out var term) ? term : null;

    public static HashSet<string> Ids(this JsonObject within, string list) =>
        [.. within.Maps(list).Select(at => at.Item.Text("id")).OfType<string>()];
}
