using System.Globalization;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Cli;

/// <summary>
/// <c>keys rotate --tokens</c> and <c>--addresses</c>: the next version of the secret of links, or of the keys under which addresses are hashed. Running services use
/// it from their next request on; earlier versions stay, because links and hashes that were made under them must still be found.
/// </summary>
internal static class RotateIdentifierKeys
{
    private const string Service = "marketing-unsubscribe";
    private const string Token = "token";
    private const string Address = "address-";

    /// <summary>A token names its version in one byte.</summary>
    private const int MostOfTokens = byte.MaxValue;

    /// <param name="Ring"><c>token</c>, or <c>address-</c> and the controller.</param>
    /// <param name="Version">Of the key by which new links, or hashes, are made from now on.</param>
    private sealed record Rotated(string Ring, int Version);

    /// <summary>The secret of which opt-out links, confirmation links and links to preferences are made.</summary>
    public static int Tokens(string data, bool json) => Tell(data, ring => ring == Token, "secret of tokens", json);

    /// <param name="controller">Null for all.</param>
    public static int Addresses(string data, string? controller, bool json) => Tell(
        data, ring => controller is null ? ring.StartsWith(Address, StringComparison.Ordinal) : ring == $"{Address}{controller}",
        controller is null ? "key of addresses" : $"key of addresses of {controller}", json);

    private static int Tell(string data, Func<string, bool> isMeant, string what, bool json)
    {
        try
        {
            var rotated = Rotate(Path.Combine(data, "keys", Service), isMeant, what);
            if (json) Console.WriteLine(System.Text.Encoding.UTF8.GetString(ContractJson.Write(rotated)));
            else foreach (var one in rotated) Console.WriteLine($"{one.Ring}: version {one.Version} from now on; older ones stay for what was made with them.");
            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Refused;
        }
    }

    /// <summary>Throws <see cref="IOException"/> where there is none, one is lost or cannot be read, or no more can be named: then nothing has changed.</summary>
    private static List<Rotated> Rotate(string folder, Func<string, bool> isMeant, string what)
    {
        List<KeyValuePair<string, int>> rings = Directory.Exists(folder) ? [.. NewestIn(folder).Where(ring => isMeant(ring.Key)).OrderBy(ring => ring.Key, StringComparer.Ordinal)] : [];
        if (rings.Count == 0)
            throw new IOException($"There is no {what} in {folder}: name with --data the data folder of {Service}, after its first use. It makes the first key itself.");
        var keys = new IdentifierKeys(folder);
        foreach (var (ring, newest) in rings)
        {
            // A version that was lost would be made anew under its number, and what was made with it be found by nobody.
            if (keys.CountOf(ring) != newest) throw new IOException($"A version of {ring} is missing in {folder}. Put it back from its own backup first; nothing was changed.");
            keys.Ring(ring);
            if (ring == Token && newest >= MostOfTokens) throw new IOException($"A token names its version in one byte, and {newest} are spent: no further one can be made.");
        }

        return rings.ConvertAll(ring => new Rotated(ring.Key, keys.Succeed(ring.Key).Count));
    }

    /// <summary>The highest version of each ring of which the folder has a file.</summary>
    private static Dictionary<string, int> NewestIn(string folder)
    {
        var newest = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*.key"))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var dot = name.LastIndexOf('.');
            if (dot < 1 || !int.TryParse(name.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version)) continue;
            newest[name[..dot]] = Math.Max(version, newest.GetValueOrDefault(name[..dot]));
        }
        return newest;
    }
}
