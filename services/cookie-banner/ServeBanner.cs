using System.Collections.Concurrent;
using System.Text;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.CookieBanner;

/// <summary>
/// <c>GET /banner/{site}.js</c>: the site's banner in all languages of its declaration; <c>?lang=nl</c>: in one. It is the short-lived pointer: a
/// minute in caches is how long a changed declaration may take to reach visitors; the consent service drops a grant to what is no longer
/// in force. So is <c>GET /banner/{site}/guard.js</c>. <c>GET /banner/{site}/{language}/{part}.{tag}.js</c>: the files it asks for
/// (<see cref="RenderParts"/>), which never change under their tag. Each is rendered and
/// compressed once per declaration. They are the same for everybody, so nothing stands between routing and the answer,
/// neither sign-in nor what makes a problem of an exception.
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
        var tags = new ConcurrentDictionary<string, (string Hash, string Tag)>(StringComparer.Ordinal);

        endpoints.MapMethods("/banner/{site}.js", Methods, IResult (string site, string? lang, HttpContext context) =>
        {
            if (declarations.InForce(site) is not { } inForce) return NotThere(site, context);
            var language = inForce.Declaration.Languages.FirstOrDefault(l => l.Equals(lang, StringComparison.OrdinalIgnoreCase));
            return Answer(Current(banners, (site, language), inForce, () => RenderBanner.Script(inForce, language)), CompressedAnswer.ShortLived, context);
        }).ShortCircuit();

        endpoints.MapMethods("/banner/{site}/guard.js", Methods, IResult (string site, HttpContext context) =>
            declarations.InForce(site) is { } inForce
                ? Answer(Current(parts, (site, "guard"), inForce, () => RenderGuard.Script(inForce)), CompressedAnswer.ShortLived, context)
                : NotThere(site, context)).ShortCircuit();

        // Under an old tag what is right now is served, for pages that hold an old pointer, but not kept: it is not what the tag names.
        endpoints.MapMethods("/banner/{site}/{language}/{part}.{tag}.js", Methods, IResult (
            string site, string language, string part, string tag, HttpContext context) =>
        {
            if (declarations.InForce(site) is not { } inForce || !inForce.Declaration.Languages.Contains(language, StringComparer.Ordinal) || !RenderParts.Names.Contains(part))
                return Problems.UnknownSite();
            if (!tags.TryGetValue(site, out var own) || own.Hash != inForce.Hash) tags[site] = own = (inForce.Hash, RenderParts.TagOf(inForce.Declaration));
            var current = Current(parts, (site, language + part), inForce, () => RenderParts.Script(inForce.Declaration, part, language));
            return Answer(current, own.Tag == tag ? ForEver : CompressedAnswer.ShortLived, context);
        }).ShortCircuit();
    }

    private static CompressedAnswer Current<TKey>(ConcurrentDictionary<TKey, Rendered> rendered, TKey key, PublishedDeclaration inForce, Func<string> script) where TKey : notnull =>
        rendered.TryGetValue(key, out var known) && known.Hash == inForce.Hash
            ? known.Answer
            : (rendered[key] = new Rendered(inForce.Hash, new CompressedAnswer(script(), "text/javascript; charset=utf-8"))).Answer;

    private static IResult Answer(CompressedAnswer answer, string caching, HttpContext context)
    {
        var headers = context.Response.Headers;
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        // A module is fetched with CORS; it is the same for everybody.
        headers.AccessControlAllowOrigin = "*";
        return answer.For(context, caching);
    }

    /// <summary>A page whose tag names no site is told so where its author looks, and is left alone; browsers run no script that is not found.</summary>
    private static IResult NotThere(string site, HttpContext context)
    {
        if (context.Request.Headers["Sec-Fetch-Dest"] != "script") return Problems.UnknownSite();
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Text(
            $"console.error(\"consent: there is no site '{Problems.Shown(site)}' here: look at the address of the script, or publish the site's declaration\")", "text/javascript", Encoding.UTF8);
    }

    private sealed record Rendered(string Hash, CompressedAnswer Answer);
}
