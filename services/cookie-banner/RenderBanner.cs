using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Consent.Contracts;

namespace Consent.CookieBanner;

/// <summary>
/// A site's banner as a script: what the first layer needs of the declaration, as JSON, ahead of the built bundle
/// (<c>script/dist/banner.js</c>). A pure function of the declaration, so that its result can be cached and tagged by its hash.
/// </summary>
public static class RenderBanner
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Besides what JSON demands, escapes < > & ' + ` and the line separators, so that no text ends the script or its string.
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    /// <summary>The bundle stands between the first and the last line, byte for byte, so that whoever keeps a script can tell its build.</summary>
    /// <param name="language">The only one that the script speaks; all of the declaration's unless given.</param>
    public static string Script(PublishedDeclaration published, string? language = null) =>
        $"/*! Consent, Apache-2.0 */(()=>{{const SITE={JsonSerializer.Serialize(Of(published, language), Json)};\n{Bundles.Banner}}})()";

    internal static SiteData Of(PublishedDeclaration published, string? language = null)
    {
        ArgumentNullException.ThrowIfNull(published);
        var declaration = published.Declaration;
        IReadOnlyList<string> languages = language is null ? declaration.Languages : [language];
        return new SiteData(
            declaration.Site, published.Hash, Bundles.Build, declaration.Controller.Name, languages, [.. languages.Select(l => BannerTexts.FirstLayer(declaration, l))],
            RenderParts.TagOf(published.Declaration),
            [(12 * declaration.ConsentValidFor.Years) + declaration.ConsentValidFor.Months, declaration.ConsentValidFor.Days],
            CommonDomain.Of(declaration.Origins) is { Count: > 0 } domains ? domains : null,
            [.. declaration.Purposes.Select(p => PurposeOf(published, p, languages)).OfType<PurposeData>()]);
    }

    /// <summary>Null for a consent that is not the banner's to ask: see <see cref="BannerPurposes"/>.</summary>
    private static PurposeData? PurposeOf(PublishedDeclaration published, Purpose purpose, IReadOnlyList<string> languages)
    {
        if (purpose.LegalBasis != LegalBasis.Consent) return new PurposeData(purpose.Id, null, null, null);
        if (!BannerPurposes.Has(published.Declaration, purpose)) return null;
        return new PurposeData(
            purpose.Id, published.MeaningOf(purpose.Id), [.. languages.Select(purpose.Name.In)], purpose.Advertising ? true : null);
    }

    /// <summary>Mirrors <c>Site</c> in <c>script/site.ts</c>.</summary>
    internal sealed record SiteData(
        string Site, string Hash, string Build, string Controller, IReadOnlyList<string> Languages, JsonObject[] Texts, string Parts, int[] Term, IReadOnlyList<string>? Domains,
        PurposeData[] Purposes);

    /// <param name="Meaning">Only for purposes that the banner asks.</param>
    internal sealed record PurposeData(string Id, string? Meaning, string[]? Name, bool? Advertising);
}
