using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace Consent.VerifiableLog;

/// <summary>
/// Ed25519 (RFC 8032) by OpenSSL 3, which .NET 10 leans on under Linux but has no class for. Where the library is not there, or was built without
/// Ed25519, <see cref="HasEd25519"/> is false and nothing else here may be called. All of it throws <see cref="CryptographicException"/> when
/// OpenSSL refuses. Safe for many threads: a key is only read, and each call has a context of its own.
/// </summary>
internal static partial class LibCrypto
{
    /// <summary>Bytes of a public key, and of the seed that is the private one (RFC 8032, 5.1.5).</summary>
    public const int KeyBytes = 32;
    public const int SignatureBytes = 64;
    private const string Library = "libcrypto.so.3";

    /// <summary>NID_ED25519 of OpenSSL's obj_mac.h.</summary>
    private const int Ed25519 = 1087;

    /// <summary>Whether this process can sign and verify: found out once, by doing both.</summary>
    public static bool HasEd25519 { get; } = Works(SignsAndVerifies);

    public static Key PrivateKey(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != KeyBytes) throw new ArgumentException("An Ed25519 private key is a seed of 32 bytes.", nameof(seed));
        var key = NewPrivateKey(Ed25519, 0, seed, (nuint)seed.Length);
        return key.IsInvalid ? throw Failed() : key;
    }

    public static byte[] PublicKeyOf(Key key)
    {
        var publicKey = new byte[KeyBytes];
        var length = (nuint)publicKey.Length;
        return GetPublicKey(key, publicKey, ref length) == 1 && length == KeyBytes ? publicKey : throw Failed();
    }

    public static byte[] Sign(Key key, ReadOnlySpan<byte> message)
    {
        var signature = new byte[SignatureBytes];
        var length = (nuint)signature.Length;
        using var context = NewContext();
        if (context.IsInvalid || BeginSign(context, 0, 0, 0, key) != 1) throw Failed();
        return DigestSign(context, signature, ref length, message, (nuint)message.Length) == 1 && length == SignatureBytes ? signature : throw Failed();
    }

    /// <summary>False for a public key that is no point as well.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != KeyBytes || signature.Length != SignatureBytes) return false;
        using var key = NewPublicKey(Ed25519, 0, publicKey, (nuint)publicKey.Length);
        using var context = NewContext();
        if (key.IsInvalid || context.IsInvalid || BeginVerify(context, 0, 0, 0, key) != 1) throw Failed();
        var isValid = DigestVerify(context, signature, (nuint)signature.Length, message, (nuint)message.Length) == 1;
        // What it has to say of a signature it keeps for the thread, where .NET's own calls would find it.
        if (!isValid) ClearErrors();
        return isValid;
    }

    /// <summary>False as well where the library is not there, has no such function, is for another processor, or does not know Ed25519.</summary>
    public static bool Works(Func<bool> attempt)
    {
        try
        {
            return attempt();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or CryptographicException)
        {
            return false;
        }
    }

    private static bool SignsAndVerifies()
    {
        using var key = PrivateKey(new byte[KeyBytes]);
        return Verify(PublicKeyOf(key), "note"u8, Sign(key, "note"u8));
    }

    private static CryptographicException Failed()
    {
        ClearErrors();
        return new CryptographicException("OpenSSL could not do this with an Ed25519 key.");
    }

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new_raw_private_key")]
    private static partial Key NewPrivateKey(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    private static partial Key NewPublicKey(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_get_raw_public_key")]
    private static partial int GetPublicKey(Key key, Span<byte> publicKey, ref nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_free")]
    private static partial void FreeKey(nint key);

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_new")]
    private static partial Context NewContext();

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_DigestSignInit")]
    private static partial int BeginSign(Context context, nint keyContext, nint digest, nint engine, Key key);

    [LibraryImport(Library, EntryPoint = "EVP_DigestSign")]
    private static partial int DigestSign(Context context, Span<byte> signature, ref nuint signatureLength, ReadOnlySpan<byte> message, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerifyInit")]
    private static partial int BeginVerify(Context context, nint keyContext, nint digest, nint engine, Key key);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerify")]
    private static partial int DigestVerify(Context context, ReadOnlySpan<byte> signature, nuint signatureLength, ReadOnlySpan<byte> message, nuint length);

    [LibraryImport(Library, EntryPoint = "ERR_clear_error")]
    private static partial void ClearErrors();

    /// <summary>An EVP_PKEY, wiped by OpenSSL when it is let go.</summary>
    internal sealed class Key() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            FreeKey(handle);
            return true;
        }
    }

    /// <summary>An EVP_MD_CTX.</summary>
    internal sealed class Context() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            FreeContext(handle);
            return true;
        }
    }
}
