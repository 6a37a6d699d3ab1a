using System.Globalization;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Consent.ConsentService;

/// <summary>What a site says, and what it said: by version, by hash, by date; public. And the list of sites, for those who have a token.</summary>
internal static partial class ReadPublishedDeclaration
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/v1/sites/{site}/declaration", Read).RequireSiteCors(ConsentSetup.Service);
        endpoints.MapGet("/v1/sites/{site}/notices/{hash}", Notice).RequireSiteCors(ConsentSetup.Service);
        endpoints.MapGet("/v1/sites", List).RequireScope("consent");
    }

    /// <summary>By version number or hash; null for neither.</summary>
    public static PublishedDeclaration? Find(DeclarationHistory history, string version) =>
        int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? history.ByVersion(number) : history.ByHash(version);

    public static ProblemHttpResult UnknownVersion(DeclarationHistory history) => Problems.Because(
        404, "unknown-declaration", "The site has no such version.", $"Ask for a version from 1 to {history.Newest?.Version ?? 1}, or for a hash.");

    /// <param name="version">Version number, or hash.</param>
    /// <param name="at">A moment, or a day, which stands for its end (UTC): the version that was in force then.</param>
    private static IResult Read(string site, string? version, string? at, HttpContext http, DeclarationLog declarations, TimeProvider time)
    {
        if (declarations.InForce(site) is not { } inForce) return Problems.UnknownSite();
        var history = declarations.Of(site);
        if (version is not null && at is not null)
            return Problems.Because(400, "two-questions", "One version was asked for in two ways.", "Send version, or at, but not both.");
        var asked = inForce;
        if (version is not null)
        {
            if (Find(history, version) is not { } found) return UnknownVersion(history);
            asked = found;
        }
        else if (at is not null)
        {
            if (!Moments.TryRead(at, out var moment)) return Moments.Malformed("at");
            if (moment > time.Now().AddDays(1)) return Moments.NotYet("at");
            if (history.InForce(moment) is not { } then)
            {
                return Problems.Because(404, "unknown-declaration", "Nothing was published by then.",
                    $"Ask for a time from {history.Versions[0].PublishedAt:yyyy-MM-dd'T'HH:mm:ss'Z'}, when the first version was published.");
            }

            asked = then;
        }

        // What a hash names never changes; what is in force may, at any moment.
        return Tagged(http, asked, TypedResults.Ok(asked.ToJson()), immutable: version == asked.Hash);
    }

    /// <summary>The text that a person was shown, in one language, by its hash: for ever.</summary>
    private static IResult Notice(string site, string hash, string? language, HttpContext http, DeclarationLog declarations)
    {
        if (declarations.InForce(site) is null) return Problems.UnknownSite();
        if (!Hash().IsMatch(hash) || declarations.Of(site).ByHash(hash) is not { } found)
            return Problems.Because(404, "unknown-declaration", "No text of this site has that hash.", "Ask for the hash that stands in the receipt.");
        var shown = language ?? found.Declaration.Languages[0];
        if (!found.Declaration.Languages.Contains(shown))
        {
            return Problems.Because(404, "unknown-language", "The text was not published in that language.",
                $"Ask for language={string.Join(" or ", found.Declaration.Languages)}.");
        }

        return Tagged(http, found, TypedResults.Ok(NoticeText.Of(found, shown)), immutable: true);
    }

    private static IResult List(HttpContext http, DeclarationLog declarations) =>
        TypedResults.Ok(declarations.Sites.Where(site => declarations.Open(http.User, site) is not null));

    private static IResult Tagged(HttpContext http, PublishedDeclaration declaration, IResult answer, bool immutable)
    {
        var tag = $"\"{declaration.Hash}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = immutable ? "public, max-age=31536000, immutable" : "public, no-cache";
        var held = http.Request.GetTypedHeaders().IfNoneMatch;
        return held.Any(h => h.Compare(new EntityTagHeaderValue(tag), useStrongComparison: false)) ? TypedResults.StatusCode(304) : answer;
    }

    [GeneratedRegex("^[0-9a-f]{64}\\z")]
    private static partial Regex Hash();
}
