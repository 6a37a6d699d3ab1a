using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Consent.CookieBanner.Pages;
using Consent.ServiceDefaults;
using Microsoft.Net.Http.Headers;

namespace Consent.CookieBanner;

/// <summary>
/// <c>GET /banner/{site}/shown/{hash}?lang=…&amp;layout=…&amp;build=…&amp;element=…&amp;gpc=1&amp;action=…&amp;decided=…&amp;earlier=…&amp;held=…</c>: what a person was shown on whose receipt these stand, as a page
/// without script. The declaration is the one of that hash, whatever is in force now. It names nobody, and says as much as <c>/pages</c> does to everybody. May be framed by pages of its own
/// origin. <c>decided</c>: ids of purposes, by commas; <c>earlier</c>: the hash on which the person had chosen before; <c>held</c>: how that stood, as <c>statistics:{meaning},marketing:no</c>.
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
            string site, string hash, string? lang, HttpContext context) =>
        {
            if (declarations.InForce(site) is null) return Problems.UnknownSite();
            if (declarations.ByHash(site, hash) is not { } published)
                return Problems.Because(404, "unknown-declaration", "The site has no such declaration.", "Send the hash that the receipt names: 64 hexadecimal digits.");

            var named = published.Declaration.Languages.FirstOrDefault(l => l.Equals(lang, StringComparison.OrdinalIgnoreCase));
            // The page's own words are for who looks, not for who was shown.
            var words = PageLanguage.Choose(null, context.Request.Headers.AcceptLanguage, ["en", "nl"]) == "nl" ? ShownWords.Dutch : ShownWords.English;
            var page = RenderShownBanner.Page(published, ShownBy(context.Request.Query, named ?? published.Declaration.Languages[0], named is not null), words);
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

    private static Shown ShownBy(IQueryCollection query, string language, bool isNamed)
    {
        return new Shown(language, Label(One("layout")), Label(One("build")), Label(One("element")), One("gpc") == "1")
        {
            IsNamed = isNamed,
            Action = Label(One("action")),
            Decided = (One("decided") ?? "").Split(',').ToHashSet(StringComparer.Ordinal),
            Earlier = Label(One("earlier")),
            Held = One("held") is { } held ? Held(held) : null,
        };

        string? One(string name) => query.TryGetValue(name, out var value) ? value.ToString() : null;
    }

    /// <summary>What is malformed is not held; ids that the declaration does not have are looked up by nobody.</summary>
    private static Dictionary<string, string> Held(string given) => given.Split(',').Select(one => one.Split(':')).Where(one => one.Length == 2)
        .DistinctBy(one => one[0], StringComparer.Ordinal).ToDictionary(one => one[0], one => one[1], StringComparer.Ordinal);

    /// <summary>As receipts have them; whatever else stands in the address is not repeated.</summary>
    private static string? Label(string? given) => given is not null && Labels().IsMatch(given) ? given : null;

    [GeneratedRegex(@"^[A-Za-z0-9.-]{1,64}\z")]
    private static partial Regex Labels();
}

/// <summary>How a receipt says that the choice was made; null for what it does not say.</summary>
/// <param name="Language">One of the declaration's.</param>
/// <param name="Gpc">Global Privacy Control was on.</param>
internal sealed record Shown(string Language, string? Layout, string? Build, string? Element, bool Gpc)
{
    /// <summary>In the place of a meaning, of what was refused.</summary>
    public const string No = "no";

    /// <summary>Whether the receipt names the language; where not, it is one of the declaration's.</summary>
    public bool IsNamed { get; init; } = true;

    /// <summary>What the person did, such as <c>withdraw</c>.</summary>
    public string? Action { get; init; }

    /// <summary>The purposes that the decision was on; none where they are not told.</summary>
    public IReadOnlySet<string> Decided { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Hash of the declaration on which the person had chosen before, or another word where that receipt names none; null where no receipt was before this one.</summary>
    public string? Earlier { get; init; }

    /// <summary>Purpose → the meaning for which it was given, or <see cref="No"/>, as the choice before stood and still counted; null where that is not known.</summary>
    public IReadOnlyDictionary<string, string>? Held { get; init; }

    /// <summary>Whether it is known how things stood before: nothing was allowed where no receipt was before, but a withdrawal tells that there was a choice.</summary>
    public bool IsKnown => Held is not null || (Earlier is null && Action != "withdraw");
}
