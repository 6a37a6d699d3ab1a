using System.Security.Cryptography;
using System.Text;

namespace Consent.CookieBanner;

/// <summary>The built scripts (<c>script/dist</c>), as they stand in this assembly.</summary>
internal static class Bundles
{
    /// <summary>What shows the first layer.</summary>
    public static readonly string Banner = Read("banner.js");

    /// <summary>All that the first layer can do without.</summary>
    public static readonly string Rest = Read("rest.js");

    /// <summary>What follows from a choice.</summary>
    public static readonly string Act = Read("act.js");

    /// <summary>The same, for a site of which a purpose grants something to the tags of Google, Microsoft or Matomo.</summary>
    public static readonly string ActWithSignals = Read("act-signals.js");

    /// <summary>What looks after frames and the like: for pages that have some.</summary>
    public static readonly string Embeds = Read("embeds.js");

    /// <summary>What holds requests of a page's scripts: for sites that have it on their pages. It collects no choice.</summary>
    public static readonly string Guard = Read("guard.js");

    /// <summary>
    /// Names all of them but the guard in receipts: the start of the SHA-256 of the files one behind the other. Computed from what is served, and not
    /// written down by the scripts' build: a changed bundle cannot pass under the name of another.
    /// </summary>
    public static readonly string Build = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Banner + Rest + Act + ActWithSignals + Embeds)))[..12];

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(Bundles).Assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
