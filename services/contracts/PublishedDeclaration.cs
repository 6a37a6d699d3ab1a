using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Contracts;

/// <summary>A declaration with its place in the site's history. Never changes.</summary>
/// <param name="Version">Gapless count of the site's declarations, from 1.</param>
/// <param name="Hash">SHA-256 of the canonical form (RFC 8785) of <paramref name="Declaration"/>, 64 hexadecimal digits.</param>
public sealed record PublishedDeclaration(int Version, string Hash, DateTimeOffset PublishedAt, Declaration Declaration)
{
    public static string HashOf(Declaration declaration) => CanonicalJson.Hash(declaration);

    /// <summary>The declaration's own members, with <c>version</c>, <c>hash</c> and <c>publishedAt</c> beside them: what the API answers.</summary>
    public JsonObject ToJson()
    {
        var json = JsonSerializer.SerializeToNode(Declaration, ContractJson.Options)!.AsObject();
        json["version"] = Version;
        json["hash"] = Hash;
        json["publishedAt"] = JsonSerializer.SerializeToNode(PublishedAt, ContractJson.Options);
        return json;
    }
}
