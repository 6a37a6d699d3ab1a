using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Contracts;

/// <summary>What changed from one version of a declaration to another, and who must be asked because of it. Pure.</summary>
/// <param name="AskAgain">Purposes whose meaning changed: asked again, but only of those who had given; a refusal stands until its own term ends.</param>
/// <param name="AskNew">Purposes that rest on consent and were not there before: asked once, of everybody.</param>
/// <param name="Changes">Every entry that was added, removed or changed, in the order of the declaration's lists.</param>
public sealed record DeclarationDifference(
    int From, int To, IReadOnlyList<string> AskAgain, IReadOnlyList<string> AskNew, IReadOnlyList<DeclarationChange> Changes)
{
    /// <summary>Lists whose entries have an id, or, of cookies, a name; a cookie and a key in storage may share theirs, and then their kind tells them apart.</summary>
    private static readonly string[] Lists = ["dataCategories", "purposes", "vendors", "cookies", "topics", "disclosures", "measures", "automatedDecisions", "mailStreams"];

    public static DeclarationDifference Between(PublishedDeclaration from, PublishedDeclaration to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        var consents = to.Declaration.Purposes.Where(p => p.LegalBasis == LegalBasis.Consent).Select(p => p.Id).ToList();
        var before = from.Declaration;
        return new DeclarationDifference(
            from.Version, to.Version,
            [.. consents.Where(id => before.FindPurpose(id) is not null && from.MeaningOf(id) != to.MeaningOf(id))],
            [.. consents.Where(id => before.FindPurpose(id) is null)],
            [.. ChangesIn(from.Declaration, to.Declaration)]);
    }

    private static IEnumerable<DeclarationChange> ChangesIn(Declaration from, Declaration to)
    {
        var (old, young) = (Tree(from), Tree(to));
        var rest = Members(old, young).Where(m => !Lists.Contains(m, StringComparer.Ordinal)).ToList();
        if (rest.Count > 0) yield return new DeclarationChange("declaration", to.Site, "changed", rest);
        foreach (var list in Lists)
        {
            var (olds, youngs) = (Entries(old, list), Entries(young, list));
            foreach (var (id, entry) in youngs)
            {
                if (!olds.TryGetValue(id, out var known)) yield return new DeclarationChange(list, id, "added", []);
                else if (Members(known, entry) is { Count: > 0 } members) yield return new DeclarationChange(list, id, "changed", members);
            }

            foreach (var id in olds.Keys.Where(id => !youngs.ContainsKey(id))) yield return new DeclarationChange(list, id, "removed", []);
        }
    }

    private static Dictionary<string, JsonObject> Entries(JsonObject declaration, string list) =>
        (declaration[list] as JsonArray ?? []).OfType<JsonObject>().GroupBy(e => ((string?)(e["id"] ?? e["name"]))!, StringComparer.Ordinal)
            .SelectMany(same => same.Count() == 1 ? same.Select(e => (same.Key, e)) : same.Select(e => (Key: $"{(string?)e["kind"]} {same.Key}", e)))
            .ToDictionary(entry => entry.Key, entry => entry.e, StringComparer.Ordinal);

    private static List<string> Members(JsonObject one, JsonObject other) =>
        [.. one.Select(m => m.Key).Union(other.Select(m => m.Key), StringComparer.Ordinal).Where(m => !JsonNode.DeepEquals(one[m], other[m]))];

    private static JsonObject Tree(Declaration declaration) => JsonSerializer.SerializeToNode(declaration, ContractJson.Options)!.AsObject();
}

/// <param name="List">Such as <c>purposes</c>; <c>declaration</c> for members outside the lists.</param>
/// <param name="Id">The entry's id; a cookie's name, with its kind before it where two have that name.</param>
/// <param name="What"><c>added</c>, <c>removed</c> or <c>changed</c>.</param>
/// <param name="Members">Of what changed, the members that did.</param>
public sealed record DeclarationChange(string List, string Id, string What, IReadOnlyList<string> Members);
