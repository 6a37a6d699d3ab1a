using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Consent.Contracts;

namespace Consent.Audit.Logs;

/// <summary>
/// One entry of a log, as everybody reads it: UTF-8 JSON without blanks, with <c>at</c>, <c>class</c> and <c>commitment</c> (base64url, 32 bytes) in this order, or with
/// <c>key</c> (a verifier key in signed-note form) in the place of the last. It names nobody and no site.
/// </summary>
/// <param name="At">When the log took it: UTC, whole seconds, never less than of the entry before.</param>
/// <param name="Class">One of <see cref="LogClass"/>.</param>
internal sealed record LogEntry(DateTimeOffset At, string Class, byte[]? Commitment, string? Key = null)
{
    public byte[] Write()
    {
        var rest = Key is null ? $"\"commitment\":\"{Base64Url.EncodeToString(Commitment)}\"" : $"\"key\":\"{Key}\"";
        return Encoding.UTF8.GetBytes($$"""{"at":"{{At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}}","class":"{{Class}}",{{rest}}}""");
    }

    /// <summary>Throws <see cref="System.Text.Json.JsonException"/> or <see cref="FormatException"/> for what is no entry.</summary>
    public static LogEntry Read(ReadOnlySpan<byte> entry)
    {
        var read = ContractJson.Read<Members>(entry);
        return new LogEntry(read.At, read.Class, read.Commitment is null ? null : Base64Url.DecodeFromChars(read.Commitment), read.Key);
    }

    /// <summary>
    /// Binds an entry to what was heard: SHA-256 of salt (32 bytes), kind, line feed, time of hearing to the millisecond, line feed, and the body as it was heard.
    /// Without the salt, which goes with the person's key, nobody can tell what it was made of, or try.
    /// </summary>
    public static byte[] CommitmentTo(ReadOnlySpan<byte> salt, string kind, DateTimeOffset heardAt, ReadOnlySpan<byte> body)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(salt);
        sha.AppendData(Encoding.UTF8.GetBytes($"{kind}\n{heardAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}\n"));
        sha.AppendData(body);
        return sha.GetHashAndReset();
    }

    private sealed record Members(DateTimeOffset At, string Class, string? Commitment = null, string? Key = null);
}

/// <summary>What a reader of a log may know of what an entry is about.</summary>
internal static class LogClass
{
    public const string Declaration = "declaration";

    /// <summary>What a person said, to the consent service or to marketing.</summary>
    public const string Decision = "decision";

    /// <summary>Subscribers' acknowledgements: one entry for all of a round.</summary>
    public const string Delivery = "delivery";

    /// <summary>Without identity.</summary>
    public const string Erasure = "erasure";

    /// <summary>A data subject's request: that he be erased, or that what is held of him be restricted; and that a restriction was lifted.</summary>
    public const string Request = "request";

    /// <summary>A hold was placed, lifted or ended, and an erasure waits for that or was carried out behind it.</summary>
    public const string Hold = "hold";

    /// <summary>A subscriber was retired or readmitted.</summary>
    public const string Subscriber = "subscriber";

    /// <summary>Somebody looked at personal data.</summary>
    public const string Access = "access";

    /// <summary>A key with which checkpoints are signed from now on.</summary>
    public const string Key = "key";
}
