using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Consent.ServiceDefaults;

/// <summary>
/// The keys with which a service signs what it hands out: ECDSA P-256, in versions 1, 2, 3 …, each a file of its own,
/// <c>{name}.{version}.pem</c> (PKCS#8, mode 0600), which is never removed: what an old key signed must still verify. The newest
/// version signs, in every process that shares the folder, from its next request on. Of an older version the public half suffices:
/// its file may be replaced by one that holds only that (SubjectPublicKeyInfo, PEM). Safe for use by many threads.
/// </summary>
public sealed class SigningKeys(string folder, string name)
{
    private readonly Lock _loading = new();
    private volatile SigningKey[] _versions = [];

    /// <summary>The keys of the consent service, with which it signs the documents of receipts.</summary>
    public static SigningKeys OfReceipts(IConfiguration configuration) =>
        new(Path.GetDirectoryName(ServiceData.KeyFileOf(configuration, "consent", "receipts"))!, "receipts");

    /// <summary>The key that signs now; made here at first need. Throws <see cref="IOException"/> when a key cannot be read or made.</summary>
    public SigningKey Current => All[^1];

    /// <summary>Every version, oldest first: those that verify. Looks for versions that another process has added since.</summary>
    public IReadOnlyList<SigningKey> All
    {
        get
        {
            if (Load() is { Length: > 0 } held) return held;
            Create(1);
            return Load();
        }
    }

    /// <summary>Adds a version, which signs from now on. Two that do so at once add one.</summary>
    public SigningKey Rotate()
    {
        Create(Load().Length + 1);
        return Current;
    }

    private SigningKey[] Load()
    {
        var held = _versions;
        if (!File.Exists(FileOf(held.Length + 1))) return held;
        lock (_loading)
        {
            List<SigningKey> all = [.. _versions];
            while (File.Exists(FileOf(all.Count + 1))) all.Add(Read(FileOf(all.Count + 1)));
            return _versions = [.. all];
        }
    }

    private string FileOf(int version) => Path.Combine(folder, $"{name}.{version}.pem");

    private void Create(int version)
    {
        using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        SecretFile.CreateOnce(FileOf(version), fresh.ExportPkcs8PrivateKeyPem());
    }

    private static SigningKey Read(string file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            return new SigningKey(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new IOException($"{Path.GetFileName(file)} does not hold a key of the curve P-256 in PEM. Put the key back from its own backup.", e);
        }
    }
}
