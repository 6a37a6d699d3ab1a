using System.Security.Cryptography;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.Subscriber;

/// <summary>What is in a declaration's row, if it is still what was kept. Pure.</summary>
internal static class HeldDeclarations
{
    public static string DigestOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));

    /// <summary>Null when it cannot be read, or somebody changed the row: then it is missing, until it is loaded again.</summary>
    public static PublishedDeclaration? Read(HeldDeclaration row)
    {
        // By the bytes, and not by the declaration's own hash: a newer publisher's may rest on members that are unknown here.
        if (row.Digest is { } digest && digest != DigestOf(row.Body)) return null;
        try
        {
            var read = ContractJson.Read<PublishedDeclaration>(row.Body);
            if (read.Declaration is null || (read.Declaration.Site, read.Version, read.Hash) != (row.Site, row.Version, row.Hash)) return null;
            // Kept before digests were.
            return row.Digest is not null || PublishedDeclaration.HashOf(read.Declaration) == read.Hash ? read : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
