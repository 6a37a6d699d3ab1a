using System.Security.Cryptography;
using System.Text;

namespace Consent.Storage;

/// <summary>
/// What the store holds of a record: its stream's name and its payload, one behind the other; of a stream that speaks of a person
/// encrypted under that stream's key (AES-256-GCM, random nonce first, tag last), bound to its stream, epoch and version.
/// </summary>
internal static class Seal
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private static ReadOnlySpan<byte> SaltUse => "consent/log-salt/1"u8;

    public static byte[] Close(byte[] key, string stream, ReadOnlySpan<byte> payload, StreamKey name, int epoch, long version)
    {
        var plain = Open(stream, payload);
        var closed = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = closed.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        Span<byte> place = stackalloc byte[StreamKey.Bytes + 12];
        WritePlace(place, name, epoch, version);
        using var gcm = new AesGcm(key, TagBytes);
        gcm.Encrypt(nonce, plain, closed.AsSpan(NonceBytes, plain.Length), closed.AsSpan(NonceBytes + plain.Length), place);
        return closed;
    }

    /// <summary>The same in clear, for a stream that names nobody.</summary>
    public static byte[] Open(string stream, ReadOnlySpan<byte> payload)
    {
        var name = Encoding.UTF8.GetByteCount(stream);
        var plain = new byte[2 + name + payload.Length];
        (plain[0], plain[1]) = ((byte)(name >> 8), (byte)name);
        Encoding.UTF8.GetBytes(stream, plain.AsSpan(2));
        payload.CopyTo(plain.AsSpan(2 + name));
        return plain;
    }

    /// <summary>Throws <see cref="AuthenticationTagMismatchException"/> when the bytes are not what was closed for this place.</summary>
    public static byte[] Break(byte[] key, ReadOnlySpan<byte> closed, StreamKey name, int epoch, long version)
    {
        if (closed.Length < NonceBytes + TagBytes + 2) throw new AuthenticationTagMismatchException("A sealed record is cut short.");
        var plain = new byte[closed.Length - NonceBytes - TagBytes];
        Span<byte> place = stackalloc byte[StreamKey.Bytes + 12];
        WritePlace(place, name, epoch, version);
        using var gcm = new AesGcm(key, TagBytes);
        gcm.Decrypt(closed[..NonceBytes], closed[NonceBytes..^TagBytes], closed[^TagBytes..], plain, place);
        return plain;
    }

    /// <summary>32 bytes for the place, which the key alone gives and which tell nothing of the key.</summary>
    public static byte[] Salt(byte[] key, StreamKey name, int epoch, long version)
    {
        Span<byte> info = stackalloc byte[SaltUse.Length + StreamKey.Bytes + 12];
        SaltUse.CopyTo(info);
        WritePlace(info[SaltUse.Length..], name, epoch, version);
        var salt = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, salt, [], info);
        return salt;
    }

    public static (string Stream, ReadOnlyMemory<byte> Payload) Parts(ReadOnlyMemory<byte> plain)
    {
        var name = (plain.Span[0] << 8) | plain.Span[1];
        return (Encoding.UTF8.GetString(plain.Span.Slice(2, name)), plain[(2 + name)..]);
    }

    private static void WritePlace(Span<byte> place, StreamKey name, int epoch, long version)
    {
        name.Write(place);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(place[StreamKey.Bytes..], epoch);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(place[(StreamKey.Bytes + 4)..], version);
    }
}
