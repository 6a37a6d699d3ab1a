using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Consent.VerifiableLog;

/// <summary>
/// A private key that signs notes, as one line of ASCII in a file of its own: <c>PRIVATE+KEY+name+id+key</c>, the form of Go's note package, where the key
/// is the byte of its type and then the seed (Ed25519) or the key in PKCS#8 (ECDSA, which Go does not read). Whoever has the line can sign.
/// </summary>
public static partial class NoteKeyFile
{
    private const string Begin = "PRIVATE+KEY+";
    private const int MostCharacters = 4096;

    /// <summary>A new key on P-256 from the CSPRNG. Throws <see cref="ArgumentException"/> for a name that is none, or is not ASCII.</summary>
    public static string NewEcdsa(string name)
    {
        using var signer = new EcdsaNoteSigner(Ascii(name), ECDsa.Create(ECCurve.NamedCurves.nistP256));
        return Text(signer.Key, signer.ExportPrivateKey());
    }

    /// <summary>A new seed from the CSPRNG. Throws as <see cref="NewEcdsa"/> does, and <see cref="PlatformNotSupportedException"/> without OpenSSL 3.</summary>
    public static string NewEd25519(string name)
    {
        var seed = RandomNumberGenerator.GetBytes(LibCrypto.KeyBytes);
        using var signer = new Ed25519NoteSigner(Ascii(name), seed);
        return Text(signer.Key, seed);
    }

    /// <summary>
    /// The signer of such a line; white space around it is let go. Throws <see cref="FormatException"/>, which does not repeat it, for anything else, and
    /// <see cref="PlatformNotSupportedException"/> for an Ed25519 key without OpenSSL 3.
    /// </summary>
    public static INoteSigner Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MostCharacters) throw new FormatException("A private key has at most 4,096 characters.");
        var line = text.Trim();
        if (!line.StartsWith(Begin, StringComparison.Ordinal) || line[Begin.Length..].Split('+', 3) is not [var name, var id, var base64])
            throw new FormatException("A private key is PRIVATE+KEY, a name, an id and a key with a plus between them.");
        if (!NoteVerifierKey.IsName(name)) throw new FormatException(NoteVerifierKey.NoName);
        if (!CanonicalBase64.TryDecode(base64, out var key) || key.Length == 0)
            throw new FormatException("A private key is written in base64 with padding, its type first.");
        var signer = SignerOf(name, (NoteKeyType)key[0], key.AsSpan(1));
        CryptographicOperations.ZeroMemory(key);
        return string.Equals(signer.Key.HexId, id, StringComparison.Ordinal) ? signer
            : throw new FormatException("The id of a private key is eight lower-case hexadecimal digits that follow from its public key: these do not.");
    }

    /// <summary>
    /// The signer whose key is in the file. Where no file is, one is made, readable by its owner only: whole or not at all, on disk before it is used, and
    /// by one process alone; when another was first, its key is the key.
    /// </summary>
    /// <param name="make"><see cref="NewEcdsa"/> or <see cref="NewEd25519"/> with a name.</param>
    public static INoteSigner OpenOrMake(string file, Func<string> make)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(make);
        if (!File.Exists(file)) Make(file, make());
        using var reader = new StreamReader(file, Encoding.ASCII);
        var text = new char[MostCharacters + 1];
        return Parse(new string(text, 0, reader.ReadBlock(text)));
    }

    private static void Make(string file, string text)
    {
        var aside = $"{file}.{RandomNumberGenerator.GetHexString(32, lowercase: true)}.new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var stream = new FileStream(aside, options))
            {
                stream.Write(Encoding.ASCII.GetBytes(text + "\n"));
                stream.Flush(flushToDisk: true);
            }
            GiveName(aside, file);
        }
        catch (IOException) when (File.Exists(file))
        {
            // Another process was first; what it wrote is what holds.
        }
        finally
        {
            File.Delete(aside);
        }
        // Once more, so that the name too is on disk before the first use is: the journal carries both.
        using var named = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        named.Flush(flushToDisk: true);
    }

    /// <summary>Fails when the name is taken; a rename could replace a key that is in use already.</summary>
    private static void GiveName(string aside, string file)
    {
        if (OperatingSystem.IsWindows()) File.Move(aside, file, overwrite: false);
        else if (Link(aside, file) != 0) throw new IOException($"{Path.GetFileName(file)} could not be made: error {Marshal.GetLastPInvokeError()} of link(2).");
    }

    private static INoteSigner SignerOf(string name, NoteKeyType type, ReadOnlySpan<byte> key)
    {
        if (type == NoteKeyType.Ed25519)
            return key.Length == LibCrypto.KeyBytes ? new Ed25519NoteSigner(name, key) : throw new FormatException("An Ed25519 private key is a seed of 32 bytes.");
        if (type != NoteKeyType.Ecdsa) throw new FormatException("The type of a private key is 1 (Ed25519) or 2 (ECDSA): others are not known here.");
        var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportPkcs8PrivateKey(key, out var read);
            var signer = new EcdsaNoteSigner(name, ecdsa);
            // PKCS#8 holds the public key too, and nothing else makes sure that the two belong together.
            if (read == key.Length && signer.Key.Accepts("note"u8, signer.Sign("note"u8))) return signer;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            ecdsa.Dispose();
            throw new FormatException("An ECDSA private key is one on P-256, in PKCS#8.", e);
        }
        ecdsa.Dispose();
        throw new FormatException("An ECDSA private key goes with its public key, and nothing follows it in PKCS#8.");
    }

    private static string Ascii(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return System.Text.Ascii.IsValid(name) ? name : throw new ArgumentException("The name of a key in a file is ASCII.", nameof(name));
    }

    private static string Text(NoteVerifierKey key, byte[] secret)
    {
        byte[] bytes = [(byte)key.Type, .. secret];
        var text = $"{Begin}{key.Name}+{key.HexId}+{Convert.ToBase64String(bytes)}";
        CryptographicOperations.ZeroMemory(bytes);
        CryptographicOperations.ZeroMemory(secret);
        return text;
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string from, string to);
}
