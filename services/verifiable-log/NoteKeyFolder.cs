using System.Globalization;

namespace Consent.VerifiableLog;

/// <summary>
/// The private keys of one signer of notes over time: in a folder the files <c>{name}.{algorithm}.{version}.key</c> (<see cref="NoteKeyFile"/>), of each algorithm versions from 1 on,
/// the highest the newest. None is ever replaced or removed. Several processes may share the folder.
/// </summary>
public sealed class NoteKeyFolder(string folder, string name)
{
    private const string Ending = ".key";

    /// <summary>Those that keys can be made and used of on this machine, Ed25519 first where there is OpenSSL 3.</summary>
    public static IReadOnlyList<NoteKeyType> Algorithms { get; } = Ed25519NoteSigner.IsAvailable ? [NoteKeyType.Ed25519, NoteKeyType.Ecdsa] : [NoteKeyType.Ecdsa];

    /// <summary>The versions that are there, ascending.</summary>
    public IReadOnlyList<int> Versions(NoteKeyType algorithm)
    {
        if (!Directory.Exists(folder)) return [];
        var (begin, found) = ($"{name}.{WordOf(algorithm)}.", new List<int>());
        foreach (var file in Directory.EnumerateFiles(folder, $"{begin}*{Ending}"))
        {
            var version = Path.GetFileName(file)[begin.Length..^Ending.Length];
            if (int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0) found.Add(number);
        }

        found.Sort();
        return found;
    }

    public bool Has(NoteKeyType algorithm, int version) => File.Exists(FileOf(algorithm, version));

    /// <summary>Throws <see cref="IOException"/> where there is none, and what <see cref="NoteKeyFile.Parse"/> throws.</summary>
    public INoteSigner Open(NoteKeyType algorithm, int version)
    {
        var file = FileOf(algorithm, version);
        return NoteKeyFile.OpenOrMake(file, () => throw new FileNotFoundException("There is no such key.", file));
    }

    /// <summary>Makes this version, on the disk when it returns; where it is there, or another process makes it at once, that is the one.</summary>
    /// <param name="keyName">See <see cref="NoteVerifierKey.Name"/>.</param>
    public INoteSigner Make(NoteKeyType algorithm, int version, string keyName)
    {
        Directory.CreateDirectory(folder);
        return NoteKeyFile.OpenOrMake(FileOf(algorithm, version), () => algorithm == NoteKeyType.Ed25519 ? NoteKeyFile.NewEd25519(keyName) : NoteKeyFile.NewEcdsa(keyName));
    }

    private static string WordOf(NoteKeyType algorithm) => algorithm == NoteKeyType.Ed25519 ? "ed25519" : "ecdsa";

    private string FileOf(NoteKeyType algorithm, int version) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}.{WordOf(algorithm)}.{version}{Ending}"));
}
