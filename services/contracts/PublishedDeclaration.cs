using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Contracts;

/// <summary>A declaration with its place in the site's history. Never changes.</summary>
/// <param name="Version">Gapless count of the site's declarations, from 1.</param>
/// <param name="Hash">SHA-256 of the canonical form (RFC 8785) of <paramref name="Declaration"/>, 64 hexadecimal digits.</param>
/// <param name="Meanings">Purpose → what it means; see <see cref="Meaning"/>.</param>
public sealed record PublishedDeclaration(
    int Version, string Hash, DateTimeOffset PublishedAt, Declaration Declaration, IReadOnlyDictionary<string, string> Meanings)
{
    public static string HashOf(Declaration declaration) => CanonicalJson.Hash(declaration);

    /// <summary>The declaration as the version after <paramref name="before"/>, or as the first.</summary>
    public static PublishedDeclaration After(PublishedDeclaration? before, Declaration declaration, DateTimeOffset publishedAt) =>
        new((before?.Version ?? 0) + 1, HashOf(declaration), publishedAt, declaration, Meaning.OfAll(declaration, before));

    /// <summary>What the purpose, or the purpose of the topic, means here; null for an id that is not declared.</summary>
    public string? MeaningOf(string id) => Declaration.PurposeBehind(id) is { } purpose ? Meanings.GetValueOrDefault(purpose.Id) : null;

    /// <summary>The declaration's own members, with <c>version</c>, <c>hash</c>, <c>publishedAt</c> and <c>meanings</c> beside them: what the API answers.</summary>
    public JsonObject ToJson()
    {
        var json = JsonSerializer.SerializeToNode(Declaration, ContractJson.Options)!.AsObject();
        json["version"] = Version;
        json["hash"] = Hash;
        json["publishedAt"] = JsonSerializer.SerializeToNode(PublishedAt, ContractJson.Options);
        json["meanings"] = JsonSerializer.SerializeToNode(Meanings, ContractJson.Options);
        return json;
    }
}
