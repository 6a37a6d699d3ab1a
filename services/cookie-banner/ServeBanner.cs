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
/// <c>GET /banner/{site}.js</c>: the site's banner, rendered and compressed once per declaration. A minute in caches is how long a
/// changed declaration may take to reach visitors; the consent service drops a grant to what is no longer in force.
/// </summary>
internal static class ServeBanner
{
    internal static void MapServeBanner(this IEndpointRouteBuilder endpoints)
    {
        var declarations = endpoints.ServiceProvider.GetRequiredKeyedService<IDeclarations>(CookieBannerSetup.Service);
        var rendered = new ConcurrentDictionary<string, Rendered>(StringComparer.Ordinal);
        endpoints.MapMethods("/banner/{site}.js", [HttpMethods.Get, HttpMethods.Head], Results<FileContentHttpResult, ProblemHttpResult> (string site, HttpContext context) =>
        {
            // A script that is not found does nothing to its page.
            if (declarations.InForce(site) is not { } inForce) return Problems.UnknownSite();
            var current = rendered.AddOrUpdate(site, _ => Rendered.Of(inForce), (_, old) => old.Hash == inForce.Hash ? old : Rendered.Of(inForce));
            return Answer(current, context);
        });
    }

    private static FileContentHttpResult Answer(Rendered rendered, HttpContext context)
    {
        var brotli = context.Request.GetTypedHeaders().AcceptEncoding
            .Any(e => e.Value.Equals("br", StringComparison.OrdinalIgnoreCase) && e.Quality is not 0);
        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=60";
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (brotli) headers.ContentEncoding = "br";
        var (bytes, tag) = brotli ? (rendered.Brotli, rendered.Tag + "-br") : (rendered.Plain, rendered.Tag);
        return TypedResults.Bytes(bytes, "text/javascript; charset=utf-8", entityTag: new EntityTagHeaderValue($"\"{tag}\""));
    }

    private sealed record Rendered(string Hash, byte[] Plain, byte[] Brotli, string Tag)
    {
        public static Rendered Of(PublishedDeclaration declaration)
        {
            var plain = Encoding.UTF8.GetBytes(RenderBanner.Script(declaration));
            var brotli = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
            if (!BrotliEncoder.TryCompress(plain, brotli, out var length, quality: 11, window: 22))
                throw new InvalidOperationException("The largest possible length did not suffice.");
            return new Rendered(declaration.Hash, plain, brotli[..length], Convert.ToHexStringLower(SHA256.HashData(plain))[..32]);
        }
    }
}
