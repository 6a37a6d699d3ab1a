using System.Security.Cryptography;
using System.Text;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// What was pressed on one page, from its first button on. The page holds a random secret, the log its hash: whoever has the secret can take
/// back, for ten minutes, what was stopped with it, and nothing else. The link alone can only reduce.
/// </summary>
/// <param name="Hash">32 hexadecimal digits.</param>
public sealed record PagePress(string Hash)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private const int SecretLength = 32;

    /// <summary>For a page that begins anew.</summary>
    public static string NewSecret() => RandomId.New();

    /// <summary>Null for what is no secret of a page: a press with it counts, and cannot be taken back.</summary>
    public static PagePress? Of(string? secret) =>
        secret is { Length: SecretLength } && secret.All(char.IsAsciiHexDigitLower)
            ? new PagePress(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret)))[..SecretLength])
            : null;

    /// <summary>Whether this press made the entry, and may still take it back.</summary>
    public bool CanUndo(TopicEntry? entry, DateTimeOffset now) => entry?.Press == Hash && entry.UndoableUntil >= now;
}
