using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Consent.VerifiableLog;

/// <summary>The types of signature that are known here, as signed-note numbers them.</summary>
public enum NoteKeyType
{
    Ed25519 = 1,

    /// <summary>On P-256, over SHA-256. The other curves that signed-note allows are not known here.</summary>
    Ecdsa = 2,

    /// <summary>A witness's Ed25519 signature with a time (C2SP tlog-cosignature): see <see cref="VerifiableLog.Cosignature"/>.</summary>
    Cosignature = 4,
}

/// <summary>
/// The public half of a key that signs notes, as its owner gives it out: <c>name+id+key</c> (C2SP signed-note, Verifier keys). Trust in it comes from
/// where it was had; nothing here gives any. Safe for many threads.
/// </summary>
public sealed class NoteVerifierKey
{
    internal const string NoName = "The name of a key is not empty and has no space, no plus and no control character.";

    /// <summary>Far more than any key of a known type with a reasonable name needs.</summary>
    private const int MostCharacters = 4096;
    private const int P256Bytes = 91;
    private readonly byte[] _publicKey;

    private NoteVerifierKey(string name, NoteKeyType type, byte[] publicKey)
    {
        (Name, Type, _publicKey) = (name, type, publicKey);
        // Of ECDSA the key alone, of the others name and type too (C2SP signed-note, Signature types).
        byte[] identity = type == NoteKeyType.Ecdsa ? publicKey : [.. Encoding.UTF8.GetBytes(name), (byte)'\n', (byte)type, .. publicKey];
        Id = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(identity));
    }

    /// <summary>By habit an address without a scheme, such as <c>consent.example/log/bakkers</c>; no space, no plus, no control character.</summary>
    public string Name { get; }

    /// <summary>The first bytes of a hash, as the type says: an aid to find the key, no proof of it.</summary>
    public uint Id { get; }

    public NoteKeyType Type { get; }

    /// <summary>Ed25519: the 32 bytes of RFC 8032. ECDSA: a SubjectPublicKeyInfo in DER.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>False for Ed25519 where OpenSSL is missing: <see cref="Verifies"/> then says no to every note.</summary>
    public bool CanVerify => Type == NoteKeyType.Ecdsa || LibCrypto.HasEd25519;

    /// <summary>What every P-256 key in DER begins with (RFC 5480, 2): the two identifiers, and the mark of an uncompressed point.</summary>
    private static ReadOnlySpan<byte> P256 =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
        0x03, 0x42, 0x00, 0x04,
    ];

    /// <summary>Throws <see cref="ArgumentException"/> for a name that is none, and a key that is none of that type.</summary>
    public static NoteVerifierKey Of(string name, NoteKeyType type, ReadOnlySpan<byte> publicKey)
    {
        if (!IsName(name)) throw new ArgumentException(NoName, nameof(name));
        if (FaultOf(type, publicKey) is { } fault) throw new ArgumentException(fault, nameof(publicKey));
        return new NoteVerifierKey(name, type, publicKey.ToArray());
    }

    /// <summary>What <see cref="ToString"/> gives. Throws <see cref="FormatException"/> for anything else, an id that is not the key's included.</summary>
    public static NoteVerifierKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MostCharacters) throw new FormatException("A verifier key has at most 4,096 characters.");
        if (text.Split('+', 3) is not [var name, var id, var base64]) throw new FormatException("A verifier key is a name, an id and a key with a plus between them.");
        if (!CanonicalBase64.TryDecode(base64, out var bytes)) throw new FormatException("The key of a verifier key is written in base64 with padding.");
        if (bytes.Length == 0) throw new FormatException("The key of a verifier key begins with a byte that says its type.");
        if (!IsName(name)) throw new FormatException(NoName);
        if (FaultOf((NoteKeyType)bytes[0], bytes.AsSpan(1)) is { } fault) throw new FormatException(fault);
        var key = new NoteVerifierKey(name, (NoteKeyType)bytes[0], bytes[1..]);
        return string.Equals(key.HexId, id, StringComparison.Ordinal) ? key
            : throw new FormatException("The id of a verifier key is eight lower-case hexadecimal digits that follow from its key: these do not.");
    }

    /// <summary>
    /// Whether this key signed the note: at least one of its lines names the key, and the signature of each line that does is valid. (The specification
    /// leaves open what a second, wrong line means; here a note with one is refused.)
    /// </summary>
    public bool Verifies(SignedNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        if (!CanVerify) return false;
        var mine = note.Signatures.Where(IsNamedIn).ToArray();
        if (mine.Length == 0) return false;
        var text = Encoding.UTF8.GetBytes(note.Text);
        return mine.All(line => Accepts(text, line.Signature.Span));
    }

    public override string ToString()
    {
        byte[] key = [(byte)Type, .. _publicKey];
        return $"{Name}+{HexId}+{Convert.ToBase64String(key)}";
    }

    internal string HexId => Id.ToString("x8", CultureInfo.InvariantCulture);

    internal bool IsNamedIn(NoteSignature line) => line.KeyId == Id && string.Equals(line.Name, Name, StringComparison.Ordinal);

    internal bool Accepts(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) => Type switch
    {
        NoteKeyType.Ecdsa => EcdsaNoteSigner.Verify(_publicKey, text, signature),
        NoteKeyType.Cosignature => Cosignature.Verify(_publicKey, text, signature),
        _ => LibCrypto.Verify(_publicKey, text, signature),
    };

    internal static bool IsName(string? name) =>
        !string.IsNullOrEmpty(name) && SignedNote.IsLine(name) && !name.Contains('+', StringComparison.Ordinal) && !name.Any(char.IsWhiteSpace);

    private static string? FaultOf(NoteKeyType type, ReadOnlySpan<byte> publicKey) => type switch
    {
        NoteKeyType.Ed25519 or NoteKeyType.Cosignature => publicKey.Length == LibCrypto.KeyBytes ? null : "An Ed25519 public key has 32 bytes.",
        NoteKeyType.Ecdsa => IsP256(publicKey) ? null : "An ECDSA public key is a point on P-256 that is not compressed, as a SubjectPublicKeyInfo of 91 bytes.",
        _ => "The type of a key is 1 (Ed25519), 2 (ECDSA) or 4 (cosignature with Ed25519): others are not known here.",
    };

    private static bool IsP256(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != P256Bytes || !publicKey.StartsWith(P256)) return false;
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            return read == publicKey.Length;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
