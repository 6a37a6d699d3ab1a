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
    /// <summary>The bundle stands behind the first line, byte for byte.</summary>
    public static string Script(Declaration declaration, string language) =>
        $"const DETAILS={JsonSerializer.Serialize(Of(declaration, language), RenderBanner.Json)};\n{Bundles.Rest}";

    internal static DetailsData Of(Declaration declaration, string language)
    {
        var purposes = declaration.Purposes.Where(p => BannerPurposes.Has(declaration, p)).ToList();
        var vendors = declaration.Vendors.Where(v => purposes.Any(p => p.Vendors.Contains(v.Id)) || declaration.Cookies.Any(c => c.Vendor == v.Id));
        var texts = BannerTexts.Rest(declaration, language);
        if (!purposes.Exists(p => p.Advertising && p.LegalBasis == LegalBasis.Consent)) texts.Remove("gpc");
        texts.Remove("basis", out var bases);
        return new DetailsData(
            texts, RenderAct.TellsTags(declaration) ? true : null,
            purposes.ToDictionary(p => p.Id, p => PurposeOf(declaration, p, language, bases)),
            vendors.ToDictionary(v => v.Id, v => new VendorDetails(v.Name, v.Country, v.PrivacyPolicy)));
    }

    private static PurposeDetails PurposeOf(Declaration declaration, Purpose purpose, string language, JsonNode? bases) => new(
        // An interest as it was weighed is why the person is not asked.
        purpose.Name.In(language), purpose.Interest is { } interest ? $"{purpose.Description.In(language)} {interest.In(language)}" : purpose.Description.In(language),
        purpose.LegalBasis == LegalBasis.Consent ? null : (string?)bases?[JsonNamingPolicy.KebabCaseLower.ConvertName(purpose.LegalBasis.ToString())],
        purpose.Vendors.Count == 0 ? null : purpose.Vendors,
        [.. declaration.Cookies.Where(c => c.Purpose == purpose.Id).Select(c => new KeyDetails(
            c.Kind == CookieKind.Cookie ? null : RenderAct.KindLetter(c.Kind), c.Name, c.Lifetime is { } life ? [life.Years, life.Months, life.Days] : null, c.Description.In(language)))]);

    /// <summary>Mirrors <c>Details</c> in <c>script/details.ts</c>.</summary>
    internal sealed record DetailsData(JsonObject Texts, bool? Signals, Dictionary<string, PurposeDetails> Purposes, Dictionary<string, VendorDetails> Vendors);

    internal sealed record PurposeDetails(string Name, string Text, string? Basis, IReadOnlyList<string>? Vendors, KeyDetails[] Keys);

    internal sealed record VendorDetails(string Name, string Country, string? Privacy);

    internal sealed record KeyDetails(char? Kind, string Name, int[]? Life, string Text);
}
