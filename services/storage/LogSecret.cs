using System.Security.Cryptography;
using System.Text;

namespace Consent.Storage;

/// <summary>
/// What one secret of 256 bits gives a log: the names of its streams, the ids of its records, and hashes of idempotency keys.
/// An id is the AES-256 encryption of (stream, epoch, version) in one block: 128 bits that nobody can guess, unique by
/// construction, and found again by decrypting it, so that no index of random ids has to be kept. Whoever loses the secret can
/// address nothing any more. Safe for many threads.
/// </summary>
public sealed class LogSecret : IDisposable
{
    /// <summary>A stream has at most this many versions: what three bytes of an id count.</summary>
    public const long MostVersions = 0xFFFFFF;

    /// <summary>Epochs are counted in three bytes of an id as well.</summary>
    public const int LastEpoch = 0xFFFFFF;

    [ThreadStatic]
    private static LogSecret? _lastOwner;
    [ThreadStatic]
    private static string? _lastStream;
    [ThreadStatic]
    private static StreamKey _lastKey;
    private readonly byte[] _streams;
    private readonly byte[] _keys;
    private readonly Aes _ids;
    private readonly ThreadLocal<(ICryptoTransform Encrypt, ICryptoTransform Decrypt)> _transforms;

    /// <param name="secret">32 bytes from the CSPRNG, kept apart from the data and from its backups.</param>
    public LogSecret(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != 32) throw new ArgumentException("A log's secret has 256 bits.", nameof(secret));
        _streams = Derive(secret, "consent log: names of streams");
        _keys = Derive(secret, "consent log: idempotency keys");
        _ids = Aes.Create();
        _ids.Key = Derive(secret, "consent log: ids of records");
        _ids.Mode = CipherMode.ECB;
        _ids.Padding = PaddingMode.None;
        _transforms = new(() => (_ids.CreateEncryptor(), _ids.CreateDecryptor()), trackAllValues: true);
    }

    public StreamKey KeyOf(string stream)
    {
        // One decision asks several times for the same stream, on one thread or two.
        if (ReferenceEquals(_lastOwner, this) && ReferenceEquals(_lastStream, stream)) return _lastKey;
        Span<byte> hash = stackalloc byte[32];
        Hash(_streams, stream, hash);
        (_lastOwner, _lastStream, _lastKey) = (this, stream, StreamKey.Read(hash));
        return _lastKey;
    }

    /// <summary>64 bits that stand for an idempotency key, or for the hash of a request: compared within one stream only.</summary>
    internal byte[] Fingerprint(string text)
    {
        Span<byte> hash = stackalloc byte[32];
        Hash(_keys, text, hash);
        return hash[..8].ToArray();
    }

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public string IdOf(StreamKey stream, int epoch, long version)
    {
        var block = new byte[16];
        stream.Write(block);
        WriteThree(block.AsSpan(10), epoch);
        WriteThree(block.AsSpan(13), version);
        var id = new byte[16];
        _transforms.Value.Encrypt.TransformBlock(block, 0, 16, id, 0);
        return Convert.ToHexStringLower(id);
    }

    /// <summary>False for a text that is no id at all; any 32 hexadecimal digits give some place, where then nothing stands.</summary>
    public bool TryPlace(string id, out StreamKey stream, out int epoch, out long version)
    {
        ArgumentNullException.ThrowIfNull(id);
        (stream, epoch, version) = (default, 0, 0);
        var bytes = new byte[16];
        if (id.Length != 32 || id.AsSpan().ContainsAnyInRange('A', 'F') || Convert.FromHexString(id, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;
        var block = new byte[16];
        _transforms.Value.Decrypt.TransformBlock(bytes, 0, 16, block, 0);
        stream = StreamKey.Read(block);
        epoch = (int)ReadThree(block.AsSpan(10));
        version = ReadThree(block.AsSpan(13));
        return true;
    }

    public void Dispose()
    {
        foreach (var (encrypt, decrypt) in _transforms.Values)
        {
            encrypt.Dispose();
            decrypt.Dispose();
        }

        _transforms.Dispose();
        _ids.Dispose();
    }

    private static byte[] Derive(ReadOnlySpan<byte> secret, string use)
    {
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, [], Encoding.ASCII.GetBytes(use));
        return key;
    }

    private static void Hash(byte[] key, string text, Span<byte> hash)
    {
        const int Short = 256;
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = most <= Short ? stackalloc byte[Short] : new byte[most];
        HMACSHA256.HashData(key, bytes[..Encoding.UTF8.GetBytes(text, bytes)], hash);
    }

    private static void WriteThree(Span<byte> to, long value)
    {
        (to[0], to[1], to[2]) = ((byte)(value >> 16), (byte)(value >> 8), (byte)value);
    }

    private static long ReadThree(ReadOnlySpan<byte> from) => (from[0] << 16) | (from[1] << 8) | from[2];
}
