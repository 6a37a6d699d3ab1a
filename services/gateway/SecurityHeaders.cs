using Microsoft.Net.Http.Headers;

namespace Consent.Gateway;

/// <summary>
/// Headers that every answer bears, whichever service made it. A page may not be framed (clickjacking of the opt-out button)
/// and passes no address on, since tokens stand in addresses.
/// </summary>
internal static class SecurityHeaders
{
    private const string NotFramed = "frame-ancestors 'none'";

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            Apply(context.Response.Headers);
            return Task.CompletedTask;
        });
        return next(context);
    });

    internal static void Apply(IHeaderDictionary headers)
    {
        headers.Remove(HeaderNames.Server);
        headers.XPoweredBy = default;
        headers.XContentTypeOptions = "nosniff";
        if (!headers.ContainsKey("Referrer-Policy")) headers["Referrer-Policy"] = "no-referrer";

        var isPage = headers.ContentType.ToString().StartsWith("text/html", StringComparison.OrdinalIgnoreCase);
        if (isPage && !headers.ContentSecurityPolicy.ToString().Contains("frame-ancestors", StringComparison.OrdinalIgnoreCase))
            headers.Append(HeaderNames.ContentSecurityPolicy, NotFramed);
    }
}
