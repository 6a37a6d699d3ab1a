using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Demo;

/// <summary>
/// Pages of the sample sites, on an origin of their own as a real site would be: the banner, a script, a frame and a form come
/// from or go to the gateway, cross-origin, under a content security policy without inline scripts or styles.
/// </summary>
public static class DemoSite
{
    private static readonly Dictionary<string, string> MediaTypes = new()
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    public static void MapDemo(this IEndpointRouteBuilder endpoints, DemoSettings settings)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(settings);
        var declarations = new ReadDeclarations(settings.Gateway);

        endpoints.MapGet("/", async (string? lang, HttpContext context) =>
        {
            var known = await declarations.AllAsync(settings.Sites, context.RequestAborted);
            return Page(context, settings, RenderPage.Index(known, LanguageOf(lang)));
        });
        endpoints.MapGet("/{site}", async Task<Results<ContentHttpResult, NotFound>> (string site, string? lang, HttpContext context) =>
        {
            if (!settings.Sites.Contains(site, StringComparer.Ordinal)) return TypedResults.NotFound();
            var declaration = await declarations.OneAsync(site, context.RequestAborted);
            return declaration is null
                ? Page(context, settings, RenderPage.Waiting(LanguageOf(lang)), StatusCodes.Status503ServiceUnavailable)
                : Page(context, settings, RenderPage.Site(declaration, settings.Gateway, LanguageOf(lang)));
        });
        endpoints.MapGet("/assets/{file}", Results<ContentHttpResult, NotFound> (string file, HttpContext context) =>
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            if (file == "video.html") return Framed(context);
            return MediaTypes.TryGetValue(Path.GetExtension(file), out var type) && Asset(file) is { } text
                ? TypedResults.Text(text, type)
                : TypedResults.NotFound();
        });
        endpoints.MapSink();
    }

    internal static string? Asset(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(file);
        if (stream is null) return null;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string LanguageOf(string? asked) => asked == "en" ? "en" : "nl";

    private static ContentHttpResult Page(HttpContext context, DemoSettings settings, string html, int status = StatusCodes.Status200OK)
    {
        var gateway = settings.Gateway;
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'self' {gateway}; connect-src 'self' {gateway}; style-src 'self'; img-src 'self'; " +
            $"frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Text(html, "text/html; charset=utf-8", statusCode: status);
    }

    private static ContentHttpResult Framed(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; frame-ancestors 'self'";
        return TypedResults.Text(Asset("video.html")!, "text/html; charset=utf-8");
    }
}
