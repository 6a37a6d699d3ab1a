using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.CookieBanner;

/// <summary>
/// The rest of a site's banner in one language, as a module: what the settings need of the declaration, as JSON, ahead of the built bundle
/// (<c>script/dist/rest.js</c>). Pure, as <see cref="RenderBanner"/>.
/// </summary>
public static class RenderRest
{
    private const int TagLength = 8;

    /// <summary>The bundle stands behind the first line, byte for byte.</summary>
    public static string Script(PublishedDeclaration published, string language)
    {
        ArgumentNullException.ThrowIfNull(published);
        var bundle = published.Declaration.Purposes.Any(p => p.Signals is { Count: > 0 }) ? Bundles.RestWithSignals : Bundles.Rest;
        return $"const DETAILS={JsonSerializer.Serialize(Of(published.Declaration, language), RenderBanner.Json)};\n{bundle}";
    }

    /// <summary>The part for embeds: the same for every site that has no texts of its own for it.</summary>
    public static string Embeds(Declaration declaration, string language) =>
        $"const TEXTS={JsonSerializer.Serialize(BannerTexts.Embeds(declaration, language), RenderBanner.Json)};\n{Bundles.Embeds}";

    /// <summary>Changes with every byte of the script, so that it may be kept in caches for as long as they like.</summary>
    public static string TagOf(string script) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(script)))[..TagLength];

    internal static DetailsData Of(Declaration declaration, string language)
    {
        var purposes = declaration.Purposes.Where(p => declaration.Cookies.Any(c => c.Purpose == p.Id)).ToList();
        var vendors = declaration.Vendors.Where(v => purposes.Any(p => p.Vendors.Contains(v.Id)) || declaration.Cookies.Any(c => c.Vendor == v.Id));
        var texts = BannerTexts.Rest(declaration, language);
        if (!purposes.Exists(p => p.Advertising && p.LegalBasis == LegalBasis.Consent)) texts.Remove("gpc");
        texts.Remove("basis", out var bases);
        return new DetailsData(
            texts, TagOf(Embeds(declaration, language)),
            purposes.ToDictionary(p => p.Id, p => PurposeOf(declaration, p, language, bases)),
            vendors.ToDictionary(v => v.Id, v => new VendorDetails(v.Name, v.Country, v.PrivacyPolicy)));
    }

    private static PurposeDetails PurposeOf(Declaration declaration, Purpose purpose, string language, JsonNode? bases) => new(
        purpose.Name.In(language), purpose.Description.In(language),
        purpose.LegalBasis == LegalBasis.Consent ? null : (string?)bases?[JsonNamingPolicy.KebabCaseLower.ConvertName(purpose.LegalBasis.ToString())],
        purpose.Vendors.Count == 0 ? null : purpose.Vendors,
        [.. declaration.Cookies.Where(c => c.Purpose == purpose.Id).Select(c => new KeyDetails(
            KindLetter(c.Kind), c.Name, c.Vendor, c.Lifetime is { } life ? [life.Years, life.Months, life.Days] : null, c.Description.In(language)))],
        purpose.Signals);

    private static char KindLetter(CookieKind kind) => kind switch
    {
        CookieKind.LocalStorage => 'l',
        CookieKind.SessionStorage => 's',
        _ => 'c',
    };

    /// <summary>Mirrors <c>Details</c> in <c>script/details.ts</c>.</summary>
    internal sealed record DetailsData(JsonObject Texts, string Embeds, Dictionary<string, PurposeDetails> Purposes, Dictionary<string, VendorDetails> Vendors);

    internal sealed record PurposeDetails(
        string Name, string Text, string? Basis, IReadOnlyList<string>? Vendors, KeyDetails[] Keys, IReadOnlyList<string>? Signals);

    internal sealed record VendorDetails(string Name, string Country, string? Privacy);

    internal sealed record KeyDetails(char Kind, string Name, string? Vendor, int[]? Life, string Text);
}
