using System.Buffers;
using System.Text;

namespace Consent.ConsentService;

/// <summary>Writes small values in few bytes; <see cref="CompactReader"/> reads them back.</summary>
internal ref struct CompactWriter(Span<byte> room)
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private Span<byte> _room = room;
    private int _at;

    public ReadOnlySpan<byte> Written => _room[.._at];

    public void Number(long value)
    {
        // Zigzag, then seven bits to a byte: numbers near zero take one.
        var rest = (ulong)((value << 1) ^ (value >> 63));
        Ensure(10);
        while (rest >= 0x80)
        {
            _room[_at++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        _room[_at++] = (byte)rest;
    }

    /// <summary>A text, or null. What is written in lower-case hexadecimal digits takes half.</summary>
    public void Text(string? text)
    {
        if (text is null)
        {
            Number(0);
            return;
        }

        var hex = IsHex(text);
        var length = hex ? text.Length / 2 : Encoding.UTF8.GetByteCount(text);
        Number(1 + (((long)length << 1) | (hex ? 1L : 0)));
        Ensure(length);
        if (hex) Convert.FromHexString(text, _room[_at..], out _, out _);
        else Encoding.UTF8.GetBytes(text, _room[_at..]);
        _at += length;
    }

    private static bool IsHex(string text) => text.Length >= 8 && text.Length % 2 == 0 && !text.AsSpan().ContainsAnyExcept(HexDigits);

    private void Ensure(int more)
    {
        if (_room.Length - _at >= more) return;
        var larger = new byte[Math.Max(2 * _room.Length, _at + more)];
        _room[.._at].CopyTo(larger);
        _room = larger;
    }
}

internal ref struct CompactReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public long Number()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return (long)(value >> 1) ^ -(long)(value & 1);
        }
    }

    public string? Text()
    {
        var head = Number();
        if (head == 0) return null;
        var length = (int)((head - 1) >> 1);
        var text = _rest[..length];
        _rest = _rest[length..];
        return ((head - 1) & 1) == 1 ? Convert.ToHexStringLower(text) : Encoding.UTF8.GetString(text);
    }
}
