using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Consent.Containers.Tests;

/// <summary>What a kubelet would make of a pod's template: resolved settings, volumes, limits and rights. All of it is read; nothing has a default of the test's own.</summary>
internal sealed partial record PodSpec
{
    /// <summary>Name of the Deployment or Job without the release: <c>consent</c>, <c>audit-migrate</c>.</summary>
    public required string Name { get; init; }

    public required int Replicas { get; init; }

    public required string Image { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>In the order of the manifest.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    public required IReadOnlyList<PodVolume> Volumes { get; init; }

    /// <summary>Arguments of podman for user, rights and limits.</summary>
    public required IReadOnlyList<string> Rights { get; init; }

    /// <summary>The group that owns volumes.</summary>
    public required string Group { get; init; }

    /// <summary>Between SIGTERM and SIGKILL.</summary>
    public required TimeSpan Grace { get; init; }

    /// <summary>Port and path of the readiness probe; of a Job none.</summary>
    public required string? Readiness { get; init; }

    /// <param name="workload">A Deployment or a Job with one container.</param>
    public static PodSpec Of(JsonObject workload, Manifests manifests)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var template = workload["spec"]!["template"]!;
        var pod = template["spec"]!.AsObject();
        var container = pod["containers"]!.AsArray().Single()!.AsObject();
        var name = Manifests.NameOf(workload);
        return new PodSpec
        {
            Name = name[(name.IndexOf('-', StringComparison.Ordinal) + 1)..],
            Replicas = int.Parse((string?)workload["spec"]!["replicas"] ?? LeastOf(name, manifests) ?? "1", CultureInfo.InvariantCulture),
            Image = (string)container["image"]!,
            Arguments = [.. (container["args"] as JsonArray ?? []).Select(a => (string)a!)],
            Labels = Strings(template["metadata"]!["labels"]),
            Environment = EnvironmentOf(container, manifests),
            Volumes = [.. (container["volumeMounts"] as JsonArray ?? []).Select(m => PodVolume.Of(m!, pod["volumes"]!.AsArray(), manifests))],
            Rights = [.. RightsOf(pod["securityContext"]!, container["securityContext"]!), .. LimitsOf(container["resources"]!["limits"]!)],
            Group = (string)pod["securityContext"]!["fsGroup"]!,
            Grace = TimeSpan.FromSeconds(int.Parse((string?)pod["terminationGracePeriodSeconds"] ?? "30", CultureInfo.InvariantCulture)),
            Readiness = ProbeOf(container),
        };
    }

    /// <summary>The value of a setting, for what the test must stand in for: the address of the broker, of the database.</summary>
    public string? Setting(string name) => Environment.LastOrDefault(e => e.Key == name).Value;

    internal static IReadOnlyDictionary<string, string> Strings(JsonNode? map) =>
        (map as JsonObject ?? []).ToDictionary(e => e.Key, e => (string)e.Value!, StringComparer.Ordinal);

    private static List<KeyValuePair<string, string>> EnvironmentOf(JsonObject container, Manifests manifests)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        var all = new List<KeyValuePair<string, string>>();
        foreach (var variable in container["env"] as JsonArray ?? [])
        {
            var name = (string)variable!["name"]!;
            var value = variable["valueFrom"] is JsonObject from ? ValueOf(name, from, manifests) : Expand((string?)variable["value"] ?? "", known);
            if (value.Contains('\n', StringComparison.Ordinal)) throw new InvalidOperationException($"The value of {name} has more than one line: podman's file of variables holds one.");
            known[name] = value;
            all.Add(KeyValuePair.Create(name, value));
        }
        return all;
    }

    private static string ValueOf(string name, JsonObject from, Manifests manifests)
    {
        var (kind, source) = from["secretKeyRef"] is { } secret ? ("Secret", secret) : ("ConfigMap", from["configMapKeyRef"]
            ?? throw new NotSupportedException($"{name} comes from {from.ToJsonString()}, which the stand-in of the kubelet does not know."));
        return manifests.EntriesOf(kind, (string)source["name"]!)[(string)source["key"]!];
    }

    /// <summary><c>$(NAME)</c> of a variable before it; one that is not known stays, as in Kubernetes.</summary>
    private static string Expand(string value, Dictionary<string, string> known) =>
        Reference().Replace(value, m => known.GetValueOrDefault(m.Groups["name"].Value, m.Value));

    [GeneratedRegex(@"\$\((?<name>[A-Za-z_][A-Za-z0-9_]*)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();

    private static IEnumerable<string> RightsOf(JsonNode pod, JsonNode container)
    {
        yield return "--user";
        yield return $"{(string?)pod["runAsUser"]}:{(string?)pod["runAsGroup"]}";
        foreach (var dropped in container["capabilities"]?["drop"] as JsonArray ?? [])
        {
            yield return "--cap-drop";
            yield return (string)dropped!;
        }
        if ((string?)container["readOnlyRootFilesystem"] == "true")
        {
            yield return "--read-only";
            yield return "--read-only-tmpfs=false";
        }
        if ((string?)container["allowPrivilegeEscalation"] == "false") yield return "--security-opt=no-new-privileges";
        yield return (string?)pod["seccompProfile"]?["type"] == "RuntimeDefault" ? "--security-opt=seccomp=/usr/share/containers/seccomp.json" : "--security-opt=seccomp=unconfined";
    }

    private static IEnumerable<string> LimitsOf(JsonNode limits) =>
    [
        "--memory", $"{Bytes((string)limits["memory"]!)}b",
        "--cpus", Cores((string)limits["cpu"]!).ToString(CultureInfo.InvariantCulture),
    ];

    private static long Bytes(string quantity) => quantity[^2..] switch
    {
        "Ki" => long.Parse(quantity[..^2], CultureInfo.InvariantCulture) << 10,
        "Mi" => long.Parse(quantity[..^2], CultureInfo.InvariantCulture) << 20,
        "Gi" => long.Parse(quantity[..^2], CultureInfo.InvariantCulture) << 30,
        _ => long.Parse(quantity, CultureInfo.InvariantCulture),
    };

    private static decimal Cores(string quantity) =>
        quantity.EndsWith('m') ? decimal.Parse(quantity[..^1], CultureInfo.InvariantCulture) / 1000 : decimal.Parse(quantity, CultureInfo.InvariantCulture);

    /// <summary>A Deployment that is scaled has no number of its own: then as many as it is scaled down to.</summary>
    private static string? LeastOf(string name, Manifests manifests) => manifests.OfKind("HorizontalPodAutoscaler")
        .Where(h => (string?)h["spec"]!["scaleTargetRef"]!["name"] == name).Select(h => (string?)h["spec"]!["minReplicas"]).FirstOrDefault();

    private static string? ProbeOf(JsonObject container)
    {
        if (container["readinessProbe"]?["httpGet"] is not { } get) return null;
        var port = (string)get["port"]!;
        var number = container["ports"]!.AsArray().FirstOrDefault(p => (string?)p!["name"] == port)?["containerPort"];
        return $":{(string?)number ?? port}{(string)get["path"]!}";
    }
}
