using System.Security.Cryptography;
using System.Text;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// A page that runs no script, asks nobody else for anything, is kept nowhere and found by no search engine; its address, which
/// holds a token, is told to no other site.
/// </summary>
/// <param name="framedBy">The origins whose pages may show it in a frame; none unless said.</param>
internal sealed class HtmlPage(int status, string language, string html, IReadOnlyList<string>? framedBy = null) : IResult
{
    private static readonly string ContentSecurityPolicy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(UnsubscribePage.Style)))}'; "
        + "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors ";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var (response, body) = (httpContext.Response, Encoding.UTF8.GetBytes(html));
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = body.Length;
        response.Headers.ContentLanguage = language;
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy + (framedBy is null ? "'none'" : string.Join(' ', framedBy));
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsHead(httpContext.Request.Method)) await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
