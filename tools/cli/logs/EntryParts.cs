namespace Consent.Cli.Logs;

/// <summary>An entry of a log in its parts, by its bytes and without copying any: millions are looked at in a row. See services/audit, README.</summary>
internal readonly ref struct EntryParts
{
    private const int CommitmentLength = 43;

    private EntryParts(ReadOnlySpan<byte> at, ReadOnlySpan<byte> its, ReadOnlySpan<byte> value)
    {
        At = at;
        Class = its;
        Value = value;
    }

    /// <summary>As <c>2026-11-26T21:00:00Z</c>, so that the earlier of two has the lower bytes.</summary>
    public ReadOnlySpan<byte> At { get; }

    public ReadOnlySpan<byte> Class { get; }

    /// <summary>The commitment in base64url; of class <c>key</c> a verifier key.</summary>
    public ReadOnlySpan<byte> Value { get; }

    public bool IsKey => Class.SequenceEqual("key"u8);

    /// <summary>False for anything that is not written exactly as a log of Consent writes it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> entry, out EntryParts parts)
    {
        parts = default;
        var rest = entry;
        if (!TrySkip(ref rest, "{\"at\":\""u8) || rest.Length < EntryTimes.Length || !IsTime(rest[..EntryTimes.Length])) return false;
        var at = rest[..EntryTimes.Length];
        rest = rest[EntryTimes.Length..];
        if (!TrySkip(ref rest, "\",\"class\":\""u8)) return false;
        var end = rest.IndexOf((byte)'"');
        if (end <= 0) return false;
        var its = rest[..end];
        rest = rest[end..];
        var isKey = its.SequenceEqual("key"u8);
        if (!TrySkip(ref rest, isKey ? "\",\"key\":\""u8 : "\",\"commitment\":\""u8) || !rest.EndsWith("\"}"u8)) return false;
        var value = rest[..^2];
        if (its.IndexOfAnyExceptInRange((byte)'a', (byte)'z') >= 0 || value.IndexOfAny((byte)'"', (byte)'\\') >= 0) return false;
        if (!isKey && value.Length != CommitmentLength) return false;
        parts = new EntryParts(at, its, value);
        return true;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> rest, scoped ReadOnlySpan<byte> literal)
    {
        if (!rest.StartsWith(literal)) return false;
        rest = rest[literal.Length..];
        return true;
    }

    private static bool IsTime(ReadOnlySpan<byte> at)
    {
        var form = "0000-00-00T00:00:00Z"u8;
        for (var i = 0; i < form.Length; i++)
        {
            if (form[i] == '0' ? !char.IsAsciiDigit((char)at[i]) : at[i] != form[i]) return false;
        }
        return true;
    }
}
