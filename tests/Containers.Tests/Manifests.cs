using System.Text;
using System.Text.Json.Nodes;
using Consent.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Consent.Containers.Tests;

/// <summary>What helm renders of the chart: the only place from which this suite has images, settings, volumes, probes and policies.</summary>
internal sealed class Manifests
{
    private static readonly string Chart = Path.Combine(Repository.Root, "charts", "consent");
    private readonly List<JsonObject> _all;

    private Manifests(IEnumerable<JsonObject> all) => _all = [.. all];

    /// <param name="values">Files of values, the later winning; relative to the root of the repository.</param>
    /// <param name="given">A file of manifests that are there before the chart is; none unless given.</param>
    public static async Task<Manifests> RenderAsync(IEnumerable<string> values, string? given = null)
    {
        var helm = (await Tool.RunAsync(Path.Combine(Repository.Root, "tests", "chart", "helm.sh"), [])).Trim();
        var files = values.SelectMany(file => (string[])["-f", Path.Combine(Repository.Root, file)]);
        var rendered = Read(await Tool.RunAsync(helm, ["template", "consent", Chart, "--namespace", "consent", "--kube-version", "1.34", .. files]));
        if (given is not null) rendered._all.AddRange(Read(await File.ReadAllTextAsync(Path.Combine(Repository.Root, given)))._all);
        return rendered;
    }

    /// <summary>Scalars are kept as strings, whatever their type, as nothing here depends on it; a null is left out.</summary>
    public static Manifests Read(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return new Manifests(stream.Documents.Select(d => Json(d.RootNode)).OfType<JsonObject>());
    }

    public IEnumerable<JsonObject> OfKind(string kind) => _all.Where(m => (string?)m["kind"] == kind);

    public JsonObject Named(string kind, string name) =>
        OfKind(kind).SingleOrDefault(m => NameOf(m) == name) ?? throw new KeyNotFoundException($"The chart renders no {kind} {name}.");

    /// <summary>The entries of a Secret or a ConfigMap.</summary>
    public IReadOnlyDictionary<string, string> EntriesOf(string kind, string name)
    {
        var manifest = Named(kind, name);
        var entries = (manifest["stringData"] ?? manifest["data"])!.AsObject();
        var isEncoded = kind == "Secret" && manifest["stringData"] is null;
        return entries.ToDictionary(
            e => e.Key, e => isEncoded ? Encoding.UTF8.GetString(Convert.FromBase64String((string)e.Value!)) : (string)e.Value!, StringComparer.Ordinal);
    }

    public static string NameOf(JsonNode manifest) => (string)manifest["metadata"]!["name"]!;

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children
            .Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, Json(c.Value))).Where(c => c.Value is not null)),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Json)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: null or "" or "~" or "null" } => null,
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => null,
    };
}
