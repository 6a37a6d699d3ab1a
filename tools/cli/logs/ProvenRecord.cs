using System.Text.Json;

namespace Consent.Cli.Logs;

/// <summary>
/// What <c>GET /v1/audit/proofs/{id}</c> answers (services/audit, README). Everything in it is a claim until it is checked. For a <c>.tlog-proof</c> the same without
/// <c>proof</c>: the entry and its opening, which such a file does not carry.
/// </summary>
/// <param name="Successions">See <see cref="KeySuccessions"/>; absent where the first keys of the log are in force.</param>
internal sealed record ProvenRecord(
    string? Status, string? Class, DateTimeOffset? At, long? Index, byte[]? Entry, Opening? Opening, ToldAmong? Told, string? Proof, IReadOnlyList<string?>? Successions = null)
{
    /// <summary>Bytes of a file; a record that is proved has far fewer.</summary>
    public const long LargestFile = 16 << 20;

    /// <summary>Throws <see cref="FormatException"/> with a sentence.</summary>
    public static ProvenRecord Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<ProvenRecord>(json, GatewayClient.Json) ?? throw new FormatException("The proof is null.");
        }
        catch (JsonException e)
        {
            throw new FormatException("This is not what /v1/audit/proofs/{id} answers: " + e.Message, e);
        }
    }
}

/// <summary>What a commitment was made of.</summary>
/// <param name="Body">Byte for byte as it was heard.</param>
internal sealed record Opening(string? Kind, DateTimeOffset HeardAt, byte[]? Body, byte[]? Salt);

/// <summary>Of an acknowledgement: where its commitment stands in the tree whose root is the commitment of the entry (RFC 6962, 2.1.1).</summary>
internal sealed record ToldAmong(long Index, long Size, byte[]? Root, IReadOnlyList<byte[]>? Proof);
