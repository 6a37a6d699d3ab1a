using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Consent.Contracts;

namespace Consent.CookieBanner;

/// <summary>
/// A site's banner as one script: what the browser needs of the declaration, as JSON, ahead of the built bundle
/// (<c>script/dist/banner.js</c>). A pure function of the declaration, so that its result can be cached and tagged by its hash.
/// </summary>
public static class RenderBanner
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Besides what JSON demands, escapes < > & ' + ` and the line separators, so that no text ends the script or its string.
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    private static readonly byte[] Bundle = ReadBundle();

    /// <summary>
    /// Names the bundle in receipts: the start of its SHA-256. Computed from what is served, and not written down by the script's
    /// build: a changed bundle cannot pass under the name of another.
    /// </summary>
    internal static readonly string Build = Convert.ToHexStringLower(SHA256.HashData(Bundle))[..12];

    /// <summary>The bundle stands between the first and the last line, byte for byte, so that whoever keeps a script can name its build.</summary>
    public static string Script(PublishedDeclaration published) =>
        $"/*! Consent, Apache-2.0 */(()=>{{const SITE={JsonSerializer.Serialize(Of(published), Json)};\n{Encoding.UTF8.GetString(Bundle)}}})()";

    internal static SiteData Of(PublishedDeclaration published)
    {
        var declaration = published.Declaration;
        return new SiteData(
            declaration.Site, published.Hash, Build, declaration.Controller.Name, declaration.Languages,
            [(12 * declaration.ConsentValidFor.Years) + declaration.ConsentValidFor.Months, declaration.ConsentValidFor.Days],
            [.. declaration.Purposes.Select(p => PurposeOf(published, p)).OfType<PurposeData>()]);
    }

    /// <summary>
    /// The banner asks consent to what is stored or read in the browser. Any other consent (to a mailing, to keeping a form) is
    /// asked where its data are given, and is left out: null.
    /// </summary>
    private static PurposeData? PurposeOf(PublishedDeclaration published, Purpose purpose)
    {
        var declaration = published.Declaration;
        string[] keys = [.. declaration.Cookies.Where(c => c.Purpose == purpose.Id).Select(c => KindLetter(c.Kind) + c.Name)];
        if (purpose.LegalBasis != LegalBasis.Consent && keys.Length == 0) return new PurposeData(purpose.Id, null, null, null, null);
        if (keys.Length == 0) return null;
        return new PurposeData(
            purpose.Id,
            purpose.LegalBasis == LegalBasis.Consent ? published.MeaningOf(purpose.Id) : null,
            [.. declaration.Languages.Select(purpose.Name.In)],
            [.. declaration.Languages.Select(purpose.Description.In)],
            keys);
    }

    private static char KindLetter(CookieKind kind) => kind switch
    {
        CookieKind.LocalStorage => 'l',
        CookieKind.SessionStorage => 's',
        _ => 'c',
    };

    private static byte[] ReadBundle()
    {
        using var stream = typeof(RenderBanner).Assembly.GetManifestResourceStream("banner.js")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Mirrors <c>Site</c> in <c>script/site.ts</c>.</summary>
    internal sealed record SiteData(
        string Site, string Hash, string Build, string Controller, IReadOnlyList<string> Languages, int[] Term, PurposeData[] Purposes);

    /// <param name="Meaning">Only for purposes that the banner asks.</param>
    internal sealed record PurposeData(string Id, string? Meaning, string[]? Name, string[]? Text, string[]? Keys);
}
