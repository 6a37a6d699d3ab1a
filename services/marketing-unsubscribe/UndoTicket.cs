using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// What the page holds that answers a press of the button, and no other: with it the press can be taken back for ten minutes. Without it a
/// link can only reduce. A ticket is good for the link that it was made for and the records of that one press.
/// </summary>
/// <param name="From">Version of the stream before the press; 0 for none.</param>
/// <param name="To">Version that the press brought it to: whatever came later is not taken back.</param>
public sealed record UndoTicket(string SubjectId, long From, long To, DateTimeOffset Until)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private const int NumberBytes = 3 * sizeof(long);

    /// <param name="key">Of the installation, and of the version of the link's token.</param>
    /// <param name="token">The link's, as bytes.</param>
    public string Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> token)
    {
        var subject = Encoding.ASCII.GetBytes(SubjectId);
        var bytes = new byte[NumberBytes + subject.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, From);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(sizeof(long)), To);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(2 * sizeof(long)), Until.ToUnixTimeMilliseconds());
        subject.CopyTo(bytes, NumberBytes);
        return Base64Url.EncodeToString([.. HMACSHA256.HashData(key, [.. token, .. bytes]), .. bytes]);
    }

    /// <summary>Null for what is no ticket of this link, and for one that is too old.</summary>
    public static UndoTicket? Open(string? text, ReadOnlySpan<byte> key, ReadOnlySpan<byte> token, DateTimeOffset now)
    {
        if (text is null || text.Length > 400 || !Base64Url.IsValid(text)) return null;
        var whole = Base64Url.DecodeFromChars(text);
        if (whole.Length <= HMACSHA256.HashSizeInBytes + NumberBytes) return null;
        var bytes = whole.AsSpan(HMACSHA256.HashSizeInBytes);
        if (!CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, [.. token, .. bytes]), whole.AsSpan(0, HMACSHA256.HashSizeInBytes))) return null;
        var ticket = new UndoTicket(
            Encoding.ASCII.GetString(bytes[NumberBytes..]), BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[sizeof(long)..]),
            DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes[(2 * sizeof(long))..])));
        return now <= ticket.Until ? ticket : null;
    }
}
