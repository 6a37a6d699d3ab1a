using System.Diagnostics.CodeAnalysis;

namespace Consent.VerifiableLog;

/// <summary>
/// Base64 (RFC 4648, 4) in its one spelling: with padding, without white space, and with zeros in the bits that no byte needs. Another spelling of the
/// same bytes is refused, so that a note has no second form with the same signature.
/// </summary>
internal static class CanonicalBase64
{
    public static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        var room = new byte[text.Length / 4 * 3];
        if (text.Length % 4 != 0 || !Convert.TryFromBase64String(text, room, out var length)) return false;
        if (!string.Equals(Convert.ToBase64String(room.AsSpan(0, length)), text, StringComparison.Ordinal)) return false;
        bytes = room[..length];
        return true;
    }

    public static bool TryDecodeHash(string text, out NodeHash hash)
    {
        hash = default;
        if (text.Length != (NodeHash.Length + 2) / 3 * 4 || !TryDecode(text, out var bytes) || bytes.Length != NodeHash.Length) return false;
        hash = NodeHash.Of(bytes);
        return true;
    }
}
