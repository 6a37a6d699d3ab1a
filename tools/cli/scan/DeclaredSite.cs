using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Consent.Cli.Scan;

/// <summary>
/// The part of a declaration that a browser can be held against. It is read leniently: whether the declaration is right is for the
/// consent service to say (<c>consent publish</c>).
/// </summary>
internal sealed record DeclaredSite(
    string Site, IReadOnlyList<string> OriginHosts, IReadOnlyList<DeclaredPurpose> Purposes, IReadOnlyList<DeclaredVendor> Vendors, IReadOnlyList<DeclaredKey> Keys)
{
    /// <summary>The banner has something to ask: a purpose that rests on consent and keeps something in the browser.</summary>
    public bool Asks => Keys.Any(key => RestsOnConsent(key.Purpose));

    public bool RestsOnConsent(string purpose) => Purposes.Any(p => p.Id == purpose && p.OnConsent);

    /// <param name="text">YAML as in a file, or JSON as in a file or from <c>GET /v1/sites/{site}/declaration</c>.</param>
    /// <exception cref="FormatException">It is neither, or no declaration; the message says what to correct.</exception>
    public static DeclaredSite Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            var tree = text.TrimStart().StartsWith('{') ? JsonNode.Parse(text) : OfYaml(text);
            if (tree is not JsonObject declaration || Text(declaration, "site") is not { } site) throw new FormatException("It names no site: a declaration begins with site.");
            return new DeclaredSite(
                site,
                [.. Items(declaration, "origins").OfType<JsonValue>().Select(o => Uri.TryCreate(o.ToString(), UriKind.Absolute, out var origin) ? origin.IdnHost : null).OfType<string>()],
                [.. Maps(declaration, "purposes").Select(p => new DeclaredPurpose(
                    Text(p, "id") ?? "", Text(p, "legalBasis") == "consent", [.. Items(p, "vendors").OfType<JsonValue>().Select(v => v.ToString())]))],
                [.. Maps(declaration, "vendors").Select(v => new DeclaredVendor(
                    Text(v, "id") ?? "", Uri.TryCreate(Text(v, "privacyPolicy"), UriKind.Absolute, out var policy) ? policy.IdnHost : null)
                { Hosts = [.. Items(v, "hosts").OfType<JsonValue>().Select(h => h.ToString())] })],
                [.. Maps(declaration, "cookies").Select(Key)]);
        }
        catch (Exception e) when (e is YamlException or JsonException or InvalidOperationException)
        {
            throw new FormatException($"It is neither YAML nor JSON: {e.Message}", e);
        }
    }

    private static DeclaredKey Key(JsonObject entry)
    {
        var name = Text(entry, "name") ?? throw new FormatException("An entry of cookies has no name.");
        var term = Text(entry, "lifetime") is not { } written ? null
            : Term.TryParse(written, out var read) ? read : throw new FormatException($"The lifetime of {name}, {written}, is no term such as P6M.");
        StoredKind? kind = Text(entry, "kind") switch
        {
            "cookie" => StoredKind.Cookie,
            "local-storage" => StoredKind.LocalStorage,
            "session-storage" => StoredKind.SessionStorage,
            _ => null,
        };
        return new DeclaredKey(
            kind ?? throw new FormatException($"The kind of {name} is cookie, local-storage or session-storage."), name, Text(entry, "purpose") ?? "", Text(entry, "vendor"), term);
    }

    private static JsonNode? OfYaml(string text)
    {
        using var reader = new StringReader(text);
        var stream = new YamlStream();
        stream.Load(reader);
        return stream.Documents.Count == 0 ? null : Node(stream.Documents[0].RootNode);
    }

    private static JsonNode? Node(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(c.Key.ToString(), Node(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Node)]),
        YamlScalarNode { Value: { } value } => JsonValue.Create(value),
        _ => null,
    };

    private static string? Text(JsonObject of, string member) => of[member] is JsonValue value && value.ToString() is { Length: > 0 } text ? text : null;

    private static IEnumerable<JsonNode?> Items(JsonObject of, string member) => of[member] as JsonArray ?? [];

    private static IEnumerable<JsonObject> Maps(JsonObject of, string member) => Items(of, member).OfType<JsonObject>();
}

internal sealed record DeclaredPurpose(string Id, bool OnConsent, IReadOnlyList<string> Vendors);

/// <param name="PolicyHost">Where its privacy policy lies: a hint at the hosts it uses, and no more.</param>
internal sealed record DeclaredVendor(string Id, string? PolicyHost)
{
    /// <summary>Names, and <c>*.name</c> for every host under one.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    public bool Has(string host) => Hosts.Any(declared => Covers(declared, host));

    public static bool Covers(string declared, string host) =>
        declared.StartsWith("*.", StringComparison.Ordinal) ? host.EndsWith(declared[1..], StringComparison.Ordinal) : host == declared;
}

/// <param name="Lifetime">Null for the browser session.</param>
internal sealed record DeclaredKey(StoredKind Kind, string Name, string Purpose, string? Vendor, Term? Lifetime);
