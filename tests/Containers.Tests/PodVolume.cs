using System.Text.Json.Nodes;

namespace Consent.Containers.Tests;

/// <summary>A mount of a container and what lies there.</summary>
/// <param name="Claim">Name of the claim: one folder, shared by all who name it. Null where the folder is the pod's own and begins empty.</param>
/// <param name="Files">Files by their path below the mount, of a Secret or a ConfigMap; null for a folder that is written.</param>
internal sealed record PodVolume(string Path, bool ReadOnly, string Name, string? Claim, IReadOnlyDictionary<string, string>? Files)
{
    public static PodVolume Of(JsonNode mount, JsonArray volumes, Manifests manifests)
    {
        ArgumentNullException.ThrowIfNull(mount);
        var name = (string)mount["name"]!;
        var volume = volumes.Single(v => (string?)v!["name"] == name)!;
        IReadOnlyDictionary<string, string>? files = null;
        if (volume["secret"] is { } secret) files = Pick(manifests.EntriesOf("Secret", (string)secret["secretName"]!), secret["items"] as JsonArray);
        else if (volume["configMap"] is { } map) files = Pick(manifests.EntriesOf("ConfigMap", (string)map["name"]!), map["items"] as JsonArray);
        else if (volume["emptyDir"] is null && volume["persistentVolumeClaim"] is null)
            throw new NotSupportedException($"The volume {volume.ToJsonString()} is of a kind which the stand-in of the kubelet does not know.");
        return new PodVolume((string)mount["mountPath"]!, (string?)mount["readOnly"] == "true" || files is not null, name, (string?)volume["persistentVolumeClaim"]?["claimName"], files);
    }

    private static Dictionary<string, string> Pick(IReadOnlyDictionary<string, string> entries, JsonArray? items) =>
        items is null
            ? new Dictionary<string, string>(entries, StringComparer.Ordinal)
            : items.ToDictionary(i => (string)i!["path"]!, i => entries[(string)i!["key"]!], StringComparer.Ordinal);
}
