using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Tests.Support.Cosmos;

/// <summary>What a query sees: the documents of its partition (in no order), its parameters, the store's time.</summary>
internal sealed record QueryView(IReadOnlyList<JsonElement> Documents, IReadOnlyDictionary<string, JsonElement> Parameters, DateTimeOffset Now)
{
    public string Text(string parameter) => Parameters[parameter].GetString()!;

    public long Number(string parameter) => Parameters[parameter].GetInt64();
}

/// <summary>
/// The queries that the stand-in understands: the very texts that the engines send, each with a name for counts and faults and what it means.
/// A text that is not here is refused. White space does not count; everything else does.
/// </summary>
internal static class CosmosQueries
{
    private static readonly Dictionary<string, Entry> Known = new(StringComparer.Ordinal);

    static CosmosQueries()
    {
        Add("before-append", "SELECT c.v, c.e, c.s, c.t, c.k FROM c WHERE c.v = @prev OR c.k = @key",
            q => Only(q.Documents.Where(d => Is(d, "v", q.Number("@prev")) || Is(d, "k", q.Text("@key"))), "v", "e", "s", "t", "k"));
        Add("latest", "SELECT TOP 1 * FROM c ORDER BY c.v DESC", q => All(Down(q.Documents, "v").Take(1)));
        Add("newest-tombstone", "SELECT TOP 1 * FROM c WHERE c.tomb > 0 ORDER BY c.tomb DESC", q => All(Down(q.Documents, "tomb").Take(1)));
        Add("history", "SELECT * FROM c WHERE c.t != 'h' ORDER BY c.v", q => All(Up(q.Documents.Where(d => Has(d, "t") && !Is(d, "t", "h")), "v")));
        Add("by-key", "SELECT * FROM c WHERE c.k = @key OR c.tomb > 0", q => All(q.Documents.Where(d => Is(d, "k", q.Text("@key")) || Has(d, "tomb"))));
        Add("places", "SELECT c.id, c.p FROM c", q => Only(q.Documents, "id", "p"));
        Add("versions", "SELECT c.v, c.s, c.t, c.slots FROM c", q => Only(q.Documents, "v", "s", "t", "slots"));
        Add("page-before", "SELECT TOP 1 * FROM c WHERE c.o <= @o ORDER BY c.o DESC", q => All(Down(q.Documents.Where(d => Compare(d, "o", q.Text("@o")) <= 0), "o").Take(1)));
        Add("ordered", "SELECT TOP @max * FROM c WHERE c.o > @after ORDER BY c.o",
            q => All(Up(q.Documents.Where(d => Compare(d, "o", q.Text("@after")) > 0), "o").Take((int)q.Number("@max"))));
        Add("named", "SELECT TOP @max * FROM c WHERE STARTSWITH(c.n, @prefix) AND c.o > @after ORDER BY c.o",
            q => All(Up(q.Documents.Where(d => Begins(d, "n", q.Text("@prefix")) && Compare(d, "o", q.Text("@after")) > 0), "o").Take((int)q.Number("@max"))));
        Add("with-time", "SELECT c, GetCurrentTimestamp() AS now FROM c WHERE c.id = @id",
            q => q.Documents.Where(d => Is(d, "id", q.Text("@id"))).Select(d => new JsonObject { ["c"] = JsonObject.Create(d), ["now"] = q.Now.ToUnixTimeMilliseconds() }));
        Add("ids", "SELECT VALUE c.id FROM c", q => q.Documents.Select(d => (JsonNode)d.GetProperty("id").GetString()!));
    }

    /// <summary>Name and meaning; null when nobody has said what it means.</summary>
    internal static (string Name, Func<QueryView, IEnumerable<JsonNode>> Run)? Find(string text)
    {
        if (Known.TryGetValue(Normal(text), out var found)) return (found.Name, found.Run);
        const string Prefix = "c._rid,[{'item': c.", Suffix = "}] AS orderByItems,c AS payload";
        var bare = Bare(text);
        if (bare.IndexOf(Prefix, StringComparison.Ordinal) is not (>= 0 and var from) || bare.IndexOf(Suffix, StringComparison.Ordinal) is not (>= 0 and var to)) return null;
        var path = bare[(from + Prefix.Length)..to];
        return Known.Values.Where(k => k.Bare == $"{bare[..from]}*{bare[(to + Suffix.Length)..]}").Select(k => (k.Name, Planned(k.Run, path))).Cast<(string, Func<QueryView, IEnumerable<JsonNode>>)?>().FirstOrDefault();
    }

    /// <summary>The path by which a query orders, such as <c>/v</c>; null when it does not.</summary>
    internal static string? OrderOf(string text) => text.IndexOf("ORDER BY ", StringComparison.Ordinal) is >= 0 and var at ? PathsIn(text[at..]).FirstOrDefault() : null;

    /// <summary>The paths by which it chooses and orders: an index of one of them spares reading the whole partition.</summary>
    internal static IEnumerable<string> ChoosesBy(string text) => text.IndexOf(" WHERE ", StringComparison.Ordinal) is >= 0 and var at ? PathsIn(text[at..]) : OrderOf(text) is { } path ? [path] : [];

    private static IEnumerable<string> PathsIn(string text) => text.Split("c.").Skip(1).Select(rest => "/" + string.Concat(rest.TakeWhile(char.IsLetterOrDigit)));

    private static void Add(string name, string text, Func<QueryView, IEnumerable<JsonNode>> run) => Known.Add(Normal(text), new Entry(name, Bare(text), run));

    /// <summary>As the client writes a query that orders once a range was gone from under it: each document with what it is ordered by.</summary>
    private static Func<QueryView, IEnumerable<JsonNode>> Planned(Func<QueryView, IEnumerable<JsonNode>> run, string path) =>
        view => run(view).Select(d => new JsonObject { ["_rid"] = d["_rid"]!.DeepClone(), ["orderByItems"] = new JsonArray(new JsonObject { ["item"] = d[path]?.DeepClone() }), ["payload"] = d });

    /// <summary>Without what the client adds when it writes a query anew: brackets, the other quotation marks, a condition that is always true.</summary>
    private static string Bare(string text) =>
        Normal(text.Replace('"', '\'').Replace('(', ' ').Replace(')', ' ')).Replace(" AND true", "", StringComparison.Ordinal).Replace(" WHERE true", "", StringComparison.Ordinal);

    /// <summary>White space is one space, and none beside a comma, a comparison, a bracket.</summary>
    private static string Normal(string text)
    {
        var words = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (var sign in (string[])[",", "<=", ">=", "!=", "=", "<", ">", "(", ")"]) words = words.Replace($" {sign}", sign).Replace($"{sign} ", sign);
        return words;
    }

    private static bool Has(JsonElement document, string name) => document.TryGetProperty(name, out _);

    /// <summary>What is not there equals nothing, as in the store.</summary>
    private static bool Is(JsonElement document, string name, string value) =>
        document.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String && found.ValueEquals(value);

    private static bool Is(JsonElement document, string name, long value) =>
        document.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.Number && found.GetInt64() == value;

    private static bool Begins(JsonElement document, string name, string prefix) =>
        document.TryGetProperty(name, out var found) && found.GetString()!.StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>Null, so neither above nor below, when the document has no such text.</summary>
    private static int? Compare(JsonElement document, string name, string with) =>
        document.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? string.CompareOrdinal(found.GetString(), with) : null;

    private static IEnumerable<JsonElement> Up(IEnumerable<JsonElement> documents, string by) => documents.Where(d => Has(d, by)).OrderBy(d => d.GetProperty(by), ByValue);

    private static IEnumerable<JsonElement> Down(IEnumerable<JsonElement> documents, string by) =>
        documents.Where(d => Has(d, by)).OrderByDescending(d => d.GetProperty(by), ByValue);

    private static IEnumerable<JsonNode> All(IEnumerable<JsonElement> documents) => documents.Select(d => JsonObject.Create(d)!);

    /// <summary>These alone; one that is not there is left out.</summary>
    private static IEnumerable<JsonNode> Only(IEnumerable<JsonElement> documents, params string[] names) =>
        documents.Select(d => new JsonObject(names.Where(n => Has(d, n)).Select(n => KeyValuePair.Create(n, JsonNode.Parse(d.GetProperty(n).GetRawText())))));

    private static readonly Comparer<JsonElement> ByValue = Comparer<JsonElement>.Create((a, b) =>
        a.ValueKind == JsonValueKind.Number ? a.GetInt64().CompareTo(b.GetInt64()) : string.CompareOrdinal(a.GetString(), b.GetString()));

    private sealed record Entry(string Name, string Bare, Func<QueryView, IEnumerable<JsonNode>> Run);
}
