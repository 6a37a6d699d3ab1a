using System.Collections.Concurrent;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.CookieBanner;

/// <summary>
/// <c>GET /banner/{site}.js</c>: the site's banner in all languages of its declaration; <c>?lang=nl</c>: in one. It is the short-lived pointer: a
/// minute in caches is how long a changed declaration may take to reach visitors; the consent service drops a grant to what is no longer
/// in force. <c>GET /banner/{site}/{language}/{part}.{tag}.js</c>: the rest, and what looks after embeds, which never change under their tag. Each is rendered and
/// compressed once per declaration.
/// </summary>
internal static class ServeBanner
{
    private const string ForEver = "public, max-age=31536000, immutable";
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    internal static void MapServeBanner(this IEndpointRouteBuilder endpoints)
    {
        var declarations = endpoints.ServiceProvider.GetRequiredKeyedService<IDeclarations>(CookieBannerSetup.Service);
        var banners = new ConcurrentDictionary<(string Site, string? Language), Rendered>();
        var parts = new ConcurrentDictionary<(string Site, string Part), Rendered>();

        endpoints.MapMethods("/banner/{site}.js", Methods, Results<FileContentHttpResult, ProblemHttpResult> (string site, string? lang, HttpContext context) =>
        {
            // A script that is not found does nothing to its page.
            if (declarations.InForce(site) is not { } inForce) return Problems.UnknownSite();
            var language = inForce.Declaration.Languages.FirstOrDefault(l => l.Equals(lang, StringComparison.OrdinalIgnoreCase));
            return Answer(Current(banners, (site, language), inForce, () => RenderBanner.Script(inForce, language)), CompressedAnswer.ShortLived, context);
        });

        // Under an old tag what is right now is served, for pages that hold an old pointer, but not kept: it is not what the tag names.
        endpoints.MapMethods("/banner/{site}/{language}/{part}.{tag}.js", Methods, Results<FileContentHttpResult, ProblemHttpResult> (
            string site, string language, string part, string tag, HttpContext context) =>
        {
            if (declarations.InForce(site) is not { } inForce || !inForce.Declaration.Languages.Contains(language, StringComparer.Ordinal)) return Problems.UnknownSite();
            Func<string>? script = part switch
            {
                "rest" => () => RenderRest.Script(inForce, language),
                "embeds" => () => RenderRest.Embeds(inForce.Declaration, language),
                _ => null,
            };
            if (script is null) return Problems.UnknownSite();
            var current = Current(parts, (site, language + part), inForce, script);
            return Answer(current, current.Tag.StartsWith(tag, StringComparison.Ordinal) ? ForEver : CompressedAnswer.ShortLived, context);
        });
    }

    private static CompressedAnswer Current<TKey>(ConcurrentDictionary<TKey, Rendered> rendered, TKey key, PublishedDeclaration inForce, Func<string> script) where TKey : notnull =>
        rendered.TryGetValue(key, out var known) && known.Hash == inForce.Hash
            ? known.Answer
            : (rendered[key] = new Rendered(inForce.Hash, new CompressedAnswer(script(), "text/javascript; charset=utf-8"))).Answer;

    private static FileContentHttpResult Answer(CompressedAnswer answer, string caching, HttpContext context)
    {
        var headers = context.Response.Headers;
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        // A module is fetched with CORS; it is the same for everybody.
        headers.AccessControlAllowOrigin = "*";
        return answer.For(context, caching);
    }

    private sealed record Rendered(string Hash, CompressedAnswer Answer);
}
