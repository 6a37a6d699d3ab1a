using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Consent.ServiceDefaults;

namespace Consent.MailGate;

/// <summary>
/// With what streams sign in. Settings: <c>MailGate:Streams:0:Site</c>, <c>…:0:Stream</c>, <c>…:0:Password</c> and so on; one stream may have several, while
/// one password takes another's place. In the settings stands <c>{version}-{HMAC-SHA256}</c> of name and password, under that version of a key of
/// the gate's own (<c>{Data}/keys/mail-gate/credential.1.key</c>). Passwords are made here, of 256 random bits (<see cref="Make"/>), so that a fast
/// hash does.
/// </summary>
public sealed partial class StreamCredentials
{
    private const string RingName = "credential";
    private readonly KeyRing _ring;
    private readonly IReadOnlyList<(string User, int Version, byte[] Hash)> _known;

    private StreamCredentials(KeyRing ring, IReadOnlyList<(string User, int Version, byte[] Hash)> known) => (_ring, _known) = (ring, known);

    /// <summary>Throws <see cref="InvalidOperationException"/>, which says what to set, for an entry with which nobody could sign in.</summary>
    public static StreamCredentials Of(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var ring = RingOf(settings);
        return new StreamCredentials(ring, [.. settings.GetSection("MailGate:Streams").GetChildren().Select(entry => Read(ring, entry))]);
    }

    /// <summary>A new password of the stream, and what stands in the settings for it.</summary>
    public static (string Password, string Stored) Make(IConfiguration settings, string user)
    {
        var ring = RingOf(settings);
        var password = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyRing.KeyBytes));
        return (password, string.Create(CultureInfo.InvariantCulture, $"{ring.Count}-{Convert.ToHexStringLower(HashOf(ring.Newest, user, password))}"));
    }

    /// <summary>Every entry is compared, so that the time tells nothing of which names there are.</summary>
    public bool IsRight(string? user, string? password)
    {
        var isRight = false;
        foreach (var (name, version, hash) in _known)
            isRight |= CryptographicOperations.FixedTimeEquals(hash, HashOf(_ring.Key(version), user ?? "", password ?? "")) & name == user;
        return isRight;
    }

    private static KeyRing RingOf(IConfiguration settings) => IdentifierKeys.Of(settings, MailGateSetup.Service).Ring(RingName);

    private static (string User, int Version, byte[] Hash) Read(KeyRing ring, IConfigurationSection entry)
    {
        var user = SendingStream.UserOf(entry["Site"], entry["Stream"])
            ?? throw new InvalidOperationException($"Set {entry.Path}:Site and {entry.Path}:Stream to the ids of a site and of a sending stream.");
        var stored = Stored().Match(entry["Password"] ?? "");
        return stored.Success && int.TryParse(stored.Groups["version"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && !ring.Key(version).IsEmpty
            ? (user, version, Convert.FromHexString(stored.Groups["hash"].ValueSpan))
            : throw new InvalidOperationException($"Set {entry.Path}:Password to what '{MakeCredential.Word}' printed for it, with the folder of keys under which that was made.");
    }

    private static byte[] HashOf(ReadOnlySpan<byte> key, string user, string password) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{user}\0{password}"));

    [GeneratedRegex(@"^(?<version>[0-9]{1,9})-(?<hash>[0-9a-f]{64})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Stored();
}
