using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Consent.Cli.Logs;

/// <summary>One entry as it stands in a log (services/audit, README): when the log took it, what it is about, and the commitment, or the key that it announces.</summary>
internal sealed record LoggedEntry(DateTimeOffset At, string Class, byte[]? Commitment, string? Key)
{
    /// <summary>Throws <see cref="FormatException"/> for anything else, other spellings of the same included.</summary>
    public static LoggedEntry Read(ReadOnlySpan<byte> entry)
    {
        if (!EntryParts.TryRead(entry, out var parts)) throw new FormatException("The entry is not what a log of Consent holds.");
        if (!DateTimeOffset.TryParseExact(
            Encoding.ASCII.GetString(parts.At), "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
            throw new FormatException("The time of the entry is none.");
        var (its, value) = (Encoding.ASCII.GetString(parts.Class), Encoding.UTF8.GetString(parts.Value));
        if (parts.IsKey) return new LoggedEntry(at, its, null, value);
        var commitment = Base64Url.DecodeFromChars(value);
        return Base64Url.EncodeToString(commitment) == value ? new LoggedEntry(at, its, commitment, null)
            : throw new FormatException("The commitment of the entry is not 32 bytes in base64url.");
    }
}
