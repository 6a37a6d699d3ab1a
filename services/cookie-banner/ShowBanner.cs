using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Consent.CookieBanner.Pages;
using Consent.ServiceDefaults;
using Microsoft.Net.Http.Headers;

namespace Consent.CookieBanner;

/// <summary>
/// <c>GET /banner/{site}/shown/{hash}?lang=…&amp;layout=…&amp;build=…&amp;element=…&amp;gpc=1</c>: what a person was shown on whose receipt these stand, as a page without script. The declaration is
/// the one of that hash, whatever is in force now. It names nobody, and says as much as <c>/pages</c> does to everybody. May be framed by pages of its own origin.
/// </summary>
internal static partial class ShowBanner
{
    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(RenderShownBanner.Css)))}'; img-src data:; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'self'; sandbox";

    public static void MapShowBanner(this IEndpointRouteBuilder endpoints)
    {
        var declarations = endpoints.ServiceProvider.GetRequiredKeyedService<IDeclarations>(CookieBannerSetup.Service);
        endpoints.MapGet("/banner/{site}/shown/{hash}", IResult (
            string site, string hash, string? lang, string? layout, string? build, string? element, string? gpc, HttpContext context) =>
        {
            if (declarations.InForce(site) is null) return Problems.UnknownSite();
            if (declarations.ByHash(site, hash) is not { } published)
                return Problems.Because(404, "unknown-declaration", "The site has no such declaration.", "Send the hash that the receipt names: 64 hexadecimal digits.");

            var language = published.Declaration.Languages.FirstOrDefault(l => l.Equals(lang, StringComparison.OrdinalIgnoreCase)) ?? published.Declaration.Languages[0];
            // The page's own words are for who looks, not for who was shown.
            var words = PageLanguage.Choose(null, context.Request.Headers.AcceptLanguage, ["en", "nl"]) == "nl" ? ShownWords.Dutch : ShownWords.English;
            var page = RenderShownBanner.Page(published, new Shown(language, Label(layout), Label(build), Label(element), gpc == "1"), words);
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.ContentLanguage = words.Language;
            headers.CacheControl = CompressedAnswer.ShortLived;
            headers.Vary = HeaderNames.AcceptLanguage;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            return TypedResults.Text(page, "text/html", Encoding.UTF8);
        });
    }

    /// <summary>As receipts have them; whatever else stands in the address is not repeated.</summary>
    private static string? Label(string? given) => given is not null && Labels().IsMatch(given) ? given : null;

    [GeneratedRegex(@"^[A-Za-z0-9.-]{1,64}\z")]
    private static partial Regex Labels();
}

/// <summary>How a receipt says that the choice was made; null for what it does not say.</summary>
/// <param name="Language">One of the declaration's.</param>
/// <param name="Gpc">Global Privacy Control was on.</param>
internal sealed record Shown(string Language, string? Layout, string? Build, string? Element, bool Gpc);
