using System.Text;
using System.Text.Json.Nodes;

namespace Consent.Containers.Tests;

/// <summary>
/// NetworkPolicies of the chart as rules of nft for one pod, by the API's own words: a direction that no policy of the pod names is open; otherwise only what one of
/// them allows passes. Answers to what was let through pass, the pod reaches itself, and its node reaches it, as probes must.
/// </summary>
internal static class PodRules
{
    /// <param name="labels">Of the pod that the rules are for.</param>
    /// <param name="ports">Number of each named port, as containers name them.</param>
    /// <param name="pods">Address and labels of every pod.</param>
    /// <param name="node">Address of the node.</param>
    public static string Of(
        IEnumerable<JsonObject> policies, IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> ports,
        IReadOnlyCollection<(string Address, IReadOnlyDictionary<string, string> Labels)> pods, string node)
    {
        ArgumentNullException.ThrowIfNull(policies);
        var specs = policies.Select(p => p["spec"]!.AsObject()).Where(s => Selects(s["podSelector"]!, labels)).ToList();
        var rules = new StringBuilder("table inet pod {\n");
        foreach (var (direction, list, peers, hook, device, other) in
            (ReadOnlySpan<(string, string, string, string, string, string)>)[("Ingress", "ingress", "from", "input", "iif", "saddr"), ("Egress", "egress", "to", "output", "oif", "daddr")])
        {
            var naming = specs.Where(s => s["policyTypes"]!.AsArray().Any(t => (string?)t == direction)).ToList();
            rules.Append($"  chain {hook} {{\n    type filter hook {hook} priority 0; policy {(naming.Count == 0 ? "accept" : "drop")};\n");
            rules.Append($"    {device} lo accept\n    ct state established,related accept\n");
            if (hook == "input") rules.Append($"    ip saddr {node} accept\n");
            foreach (var rule in naming.SelectMany(s => s[list] as JsonArray ?? []))
            {
                foreach (var at in PeersOf(rule![peers] as JsonArray, other, pods))
                    foreach (var port in PortsOf(rule["ports"] as JsonArray, ports)) rules.Append($"    {at}{port}accept\n");
            }
            rules.Append("  }\n");
        }
        return rules.Append("}\n").ToString();
    }

    /// <summary>Without peers everybody is meant.</summary>
    private static IEnumerable<string> PeersOf(JsonArray? peers, string other, IReadOnlyCollection<(string Address, IReadOnlyDictionary<string, string> Labels)> pods)
    {
        if (peers is null or { Count: 0 }) return [""];
        return peers.SelectMany(peer => peer!["ipBlock"] is { } block
            ? [Block(block, other)]
            // Pods of other namespaces are none here.
            : peer["namespaceSelector"] is not null ? [] : pods.Where(p => Selects(peer["podSelector"]!, p.Labels)).Select(p => $"ip {other} {p.Address} "));
    }

    private static string Block(JsonNode block, string other)
    {
        var except = (block["except"] as JsonArray ?? []).Select(e => (string)e!).ToList();
        var cidr = (string)block["cidr"]!;
        var family = cidr.Contains(':', StringComparison.Ordinal) ? "ip6" : "ip";
        return $"{family} {other} {cidr} " + (except.Count == 0 ? "" : $"{family} {other} != {{ {string.Join(", ", except)} }} ");
    }

    /// <summary>Without ports every port is meant.</summary>
    private static IEnumerable<string> PortsOf(JsonArray? list, IReadOnlyDictionary<string, string> ports)
    {
        if (list is null or { Count: 0 }) return [""];
        return list.Select(p =>
        {
            var protocol = ((string?)p!["protocol"] ?? "TCP").ToLowerInvariant();
            if ((string?)p["port"] is not { } port) return $"meta l4proto {protocol} ";
            return $"{protocol} dport {ports.GetValueOrDefault(port, port)}{((string?)p["endPort"] is { } end ? $"-{end}" : "")} ";
        });
    }

    /// <summary>Labels and expressions, all of them; an empty selector means every pod.</summary>
    private static bool Selects(JsonNode selector, IReadOnlyDictionary<string, string> labels) =>
        PodSpec.Strings(selector["matchLabels"]).All(l => labels.GetValueOrDefault(l.Key) == l.Value)
        && (selector["matchExpressions"] as JsonArray ?? []).All(e => Holds(e!, labels));

    private static bool Holds(JsonNode expression, IReadOnlyDictionary<string, string> labels)
    {
        var (found, values) = (labels.GetValueOrDefault((string)expression["key"]!), (expression["values"] as JsonArray ?? []).Select(v => (string)v!));
        return (string)expression["operator"]! switch
        {
            "In" => found is not null && values.Contains(found, StringComparer.Ordinal),
            "NotIn" => found is null || !values.Contains(found, StringComparer.Ordinal),
            "Exists" => found is not null,
            "DoesNotExist" => found is null,
            var unknown => throw new NotSupportedException($"The operator {unknown} of a selector is not known here."),
        };
    }
}
