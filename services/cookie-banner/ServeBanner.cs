using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Consent.CookieBanner;

/// <summary>
/// <c>GET /banner/{site}.js</c>: the site's banner in all languages of its declaration; <c>?lang=nl</c>: in one. It is the short-lived pointer: a
/// minute in caches is how long a changed declaration may take to reach visitors; the consent service drops a grant to what is no longer
/// in force. <c>GET /banner/{site}/{language}/{part}.{tag}.js</c>: the rest, and what looks after embeds, which never change under their tag. Each is rendered and
/// compressed once per declaration.
/// </summary>
internal static class ServeBanner
{
    private const string Pointer = "public, max-age=60";
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
            return Answer(Current(banners, (site, language), inForce, () => RenderBanner.Script(inForce, language)), Pointer, context);
        });

        // Under an old tag what is right now is served, for pages that hold an old pointer, but not kept: it is not what the tag names.
        endpoints.MapMethods("/banner/{site}/{language}/{part}.{tag}.js", Methods, Results<FileContentHttpResult, ProblemHttpResult> (
            string site, string language, string part, string tag, HttpContext context) =>
        {
            if (declarations.InForce(site) is not { } inForce || !inForce.Declaration.Languages.Contains(language, StringComparer.Ordinal)) return Problems.UnknownSite();
            Func<string>? script = part switch
            {
                "rest" => () => RenderRest.Script(inForce, language),
                "embeds" => () => RenderRest.Embeds(language),
                _ => null,
            };
            if (script is null) return Problems.UnknownSite();
            var current = Current(parts, (site, language + part), inForce, script);
            return Answer(current, current.Tag.StartsWith(tag, StringComparison.Ordinal) ? ForEver : Pointer, context);
        });
    }

    private static Rendered Current<TKey>(ConcurrentDictionary<TKey, Rendered> rendered, TKey key, PublishedDeclaration inForce, Func<string> script) where TKey : notnull =>
        rendered.TryGetValue(key, out var known) && known.Hash == inForce.Hash ? known : rendered[key] = Rendered.Of(inForce.Hash, script());

    private static FileContentHttpResult Answer(Rendered rendered, string caching, HttpContext context)
    {
        var brotli = context.Request.GetTypedHeaders().AcceptEncoding
            .Any(e => e.Value.Equals("br", StringComparison.OrdinalIgnoreCase) && e.Quality is not 0);
        var headers = context.Response.Headers;
        headers.CacheControl = caching;
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        // A module is fetched with CORS; it is the same for everybody.
        headers.AccessControlAllowOrigin = "*";
        if (brotli) headers.ContentEncoding = "br";
        var (bytes, tag) = brotli ? (rendered.Brotli, rendered.Tag + "-br") : (rendered.Plain, rendered.Tag);
        return TypedResults.Bytes(bytes, "text/javascript; charset=utf-8", entityTag: new EntityTagHeaderValue($"\"{tag}\""));
    }

    private sealed record Rendered(string Hash, byte[] Plain, byte[] Brotli, string Tag)
    {
        public static Rendered Of(string hash, string script)
        {
            var plain = Encoding.UTF8.GetBytes(script);
            var brotli = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
            if (!BrotliEncoder.TryCompress(plain, brotli, out var length, quality: 11, window: 22))
                throw new InvalidOperationException("The largest possible length did not suffice.");
            return new Rendered(hash, plain, brotli[..length], Convert.ToHexStringLower(SHA256.HashData(plain))[..32]);
        }
    }
}
