using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Consent.ServiceDefaults;

/// <summary>
/// Secret keys of 256 bits, in rings of versions 1, 2, 3 …: one ring per controller for the hashes of addresses, one per
/// service for its tokens. Each version is a file of its own, <c>{ring}.{version}.key</c> (base64, mode 0600), which never changes
/// and is never removed: a hash under an old key must still be found. The newest version makes new hashes and tokens.
/// Several processes may share the folder. Whoever loses the folder loses every hash and token made with it; keep it out of
/// the backups of the data.
/// </summary>
public sealed partial class IdentifierKeys(string folder)
{
    private static readonly TimeSpan ClocksApart = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, KeyRing> _rings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public static IdentifierKeys Of(IConfiguration configuration, string service) =>
        new(Path.GetDirectoryName(ServiceData.KeyFileOf(configuration, service, "ring"))!);

    /// <summary>The ring under which addresses known to a controller are hashed.</summary>
    public KeyRing Addresses(string controller) => Ring($"address-{controller}");

    /// <summary>Whether the controller has a key for addresses, under which there may be some; none is made.</summary>
    public bool HasAddresses(string controller) => CountOf($"address-{controller}") > 0;

    /// <summary>
    /// The ring as it stands now, with versions that another process has added since; its first key is made here at first need.
    /// Throws <see cref="IOException"/> when a key cannot be read or made, <see cref="ArgumentException"/> for a name that is no
    /// file name: lower-case letters, digits, hyphens and dots, at most 100.
    /// </summary>
    public KeyRing Ring(string name)
    {
        if (!RingName().IsMatch(name)) throw new ArgumentException("A key ring's name is made of a-z, 0-9, '-' and '.'.", nameof(name));
        var ring = WithNewVersions(name, _rings.GetValueOrDefault(name) ?? KeyRing.Empty);
        if (ring.Count == 0)
        {
            Create(FileOf(name, 1));
            ring = WithNewVersions(name, ring);
        }
        return _rings[name] = ring;
    }

    /// <summary>
    /// How many versions the ring has, made by whichever process; 0 where there is none, and then none is made. No key is read: one that is damaged counts.
    /// </summary>
    public int CountOf(string name)
    {
        if (!RingName().IsMatch(name)) throw new ArgumentException("A key ring's name is made of a-z, 0-9, '-' and '.'.", nameof(name));
        var count = _counts.GetValueOrDefault(name);
        while (File.Exists(FileOf(name, count + 1))) count++;
        return _counts[name] = count;
    }

    /// <summary>Adds a version, which all processes use from their next request on. Earlier versions stay for look-ups.</summary>
    public KeyRing Succeed(string name)
    {
        Create(FileOf(name, Ring(name).Count + 1));
        return Ring(name);
    }

    /// <summary>
    /// Whether the version had a successor at that moment already, by the time of the successor's file: what names the version and says that it was made then was
    /// not made by a process that has this folder. False for the newest version. A minute is left for clocks that differ.
    /// </summary>
    public bool WasSucceededBefore(string name, int version, DateTimeOffset at) =>
        version >= 1 && version < Ring(name).Count && at > new DateTimeOffset(File.GetLastWriteTimeUtc(FileOf(name, version + 1))) + ClocksApart;

    private KeyRing WithNewVersions(string name, KeyRing ring)
    {
        while (File.Exists(FileOf(name, ring.Count + 1))) ring = ring.With(Read(FileOf(name, ring.Count + 1)));
        return ring;
    }

    private string FileOf(string name, int version) => Path.Combine(folder, $"{name}.{version}.key");

    private static byte[] Read(string file)
    {
        var key = new byte[KeyRing.KeyBytes];
        return Convert.TryFromBase64String(File.ReadAllText(file).Trim(), key, out var length) && length == key.Length
            ? key
            : throw new IOException($"{Path.GetFileName(file)} does not hold a key of 256 bits in base64. Put the key back from its own backup.");
    }

    private static void Create(string file) =>
        SecretFile.CreateOnce(file, Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyRing.KeyBytes)));

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.-]{0,99}\z")]
    private static partial Regex RingName();
}
