using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.Audit.Pages;

/// <summary>One thing that reads otherwise in the later of two versions of a declaration.</summary>
/// <param name="List">Such as <c>purposes</c>; <c>declaration</c> for members outside the lists.</param>
/// <param name="Id">Of the entry; of the declaration, its site.</param>
/// <param name="Member">Which part of it, such as <c>retention.description.nl</c>; empty for a whole entry that came or went.</param>
/// <param name="Before">Empty where it was not there.</param>
/// <param name="After">Empty where it is gone.</param>
internal sealed record ChangedText(string List, string Id, string Member, string Before, string After)
{
    private const string Whole = "declaration";

    /// <summary>All that changed, in the order of the declaration's lists, each with what it said and what it says. Pure.</summary>
    public static IReadOnlyList<ChangedText> Between(PublishedDeclaration from, PublishedDeclaration to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        var (before, after) = (Tree(from.Declaration), Tree(to.Declaration));
        return [.. DeclarationDifference.Between(from, to).Changes.SelectMany(change => Of(change, before, after))];
    }

    private static IEnumerable<ChangedText> Of(DeclarationChange change, JsonObject before, JsonObject after)
    {
        var (old, young) = (Leaves(change, before), Leaves(change, after));
        var members = old.Keys.Union(young.Keys, StringComparer.Ordinal).Where(m => old.GetValueOrDefault(m, "") != young.GetValueOrDefault(m, ""));
        return members.Select(m => new ChangedText(change.List, change.Id, m, old.GetValueOrDefault(m, ""), young.GetValueOrDefault(m, "")));
    }

    /// <summary>Of what changed in an entry the members that did; of one that came or went, all of it.</summary>
    private static Dictionary<string, string> Leaves(DeclarationChange change, JsonObject declaration)
    {
        var leaves = new Dictionary<string, string>(StringComparer.Ordinal);
        if ((change.List == Whole ? declaration : EntryIn(declaration[change.List] as JsonArray ?? [], change.Id)) is not { } entry) return leaves;
        foreach (var (name, value) in entry.Where(m => change.Members.Count == 0 || change.Members.Contains(m.Key, StringComparer.Ordinal))) Add(leaves, name, value);
        return leaves;
    }

    /// <summary>A cookie and a key in storage may share their name: then the kind stands before it.</summary>
    private static JsonObject? EntryIn(JsonArray list, string id)
    {
        var entries = list.OfType<JsonObject>().ToList();
        return entries.Find(e => (string?)(e["id"] ?? e["name"]) == id) ?? entries.Find(e => e["id"] is null && $"{(string?)e["kind"]} {(string?)e["name"]}" == id);
    }

    private static void Add(Dictionary<string, string> leaves, string name, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject members:
                foreach (var (member, inner) in members) Add(leaves, $"{name}.{member}", inner);
                break;
            case JsonArray items when items.All(item => item is JsonValue):
                leaves[name] = string.Join(", ", items.Select(item => item!.ToString()));
                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++) Add(leaves, $"{name}.{i + 1}", items[i]);
                break;
            case not null:
                leaves[name] = value.ToString();
                break;
        }
    }

    private static JsonObject Tree(Declaration declaration) => JsonSerializer.SerializeToNode(declaration, ContractJson.Options)!.AsObject();
}
