using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.ConsentService;

/// <summary>What a part of a document must look like: a function from the part and its path to the faults found there.</summary>
internal delegate IEnumerable<DeclarationFault> Shape(JsonNode? node, string path);

internal sealed record Member(string Name, Shape Shape, bool Required);

/// <summary>The few shapes from which <see cref="DeclarationMembers"/> is composed. Each is pure, and reports all that it finds.</summary>
internal static class Shapes
{
    public static Member Must(string name, Shape shape) => new(name, shape, Required: true);

    public static Member May(string name, Shape shape) => new(name, shape, Required: false);

    public static Shape Object(params Member[] members)
    {
        var known = members.ToDictionary(m => m.Name);
        return (node, path) => node is not JsonObject found
            ? [Wrong(path, node, "a map of members")]
            : [
                .. members.Where(m => m.Required && !found.ContainsKey(m.Name))
                    .Select(m => new DeclarationFault($"{path}/{m.Name}", $"Add the member '{m.Name}'; it is required.")),
                .. found.SelectMany(m => known.TryGetValue(m.Key, out var member)
                    ? member.Shape(m.Value, $"{path}/{m.Key}")
                    : [new DeclarationFault($"{path}/{Escaped(m.Key)}", $"Remove this member; only these are known here: {string.Join(", ", known.Keys)}.")]),
            ];
    }

    public static Shape List(Shape item, int atLeast = 0, bool distinct = false, int atMost = int.MaxValue) => (node, path) =>
    {
        if (node is not JsonArray items) return [Wrong(path, node, "a list")];
        var faults = items.SelectMany((value, i) => item(value, $"{path}/{i}")).ToList();
        if (items.Count < atLeast) faults.Add(new DeclarationFault(path, $"List at least {atLeast}."));
        if (items.Count > atMost) faults.Add(new DeclarationFault(path, $"List at most {atMost}."));
        if (distinct) faults.AddRange(Repeated(items).Select(i => new DeclarationFault($"{path}/{i}", "Remove this item; it stands in the list already.")));
        return faults;
    };

    public static Shape YesOrNo { get; } = (node, path) =>
        node?.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? [] : [Wrong(path, node, "true or false, without quotes")];

    /// <param name="expected">Continues "Write …".</param>
    public static Shape TextThat(Func<string, bool> holds, string expected) => (node, path) =>
        node.AsText() is { } text && holds(text) ? [] : [Wrong(path, node, expected)];

    public static Shape OneOf(params string[] words) => TextThat(words.Contains, $"one of {string.Join(", ", words)}");

    public static Shape OneOf<T>() where T : struct, Enum => OneOf([.. Enum.GetNames<T>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)]);

    /// <summary>The node's text; null when it is none.</summary>
    public static string? AsText(this JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() is JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>A member's name as a step of a JSON Pointer, cut where it is absurdly long.</summary>
    public static string Escaped(string name) =>
        (name.Length > 80 ? name[..80] : name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static DeclarationFault Wrong(string path, JsonNode? node, string expected) =>
        new(path, node is null ? $"Write {expected}, or leave the member out where it is optional; it has no value." : $"Write {expected}.");

    private static IEnumerable<int> Repeated(JsonArray items)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < items.Count; i++)
            if (items[i].AsText() is { } text && !seen.Add(text)) yield return i;
    }
}
