using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.Net.Http.Headers;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// <c>GET /pages/{site}/…</c>: what the public may read of a site's declaration. <c>cookies</c> (also as <c>cookies.fragment.html</c> and
/// <c>cookies.json</c>, for pages of the declaration's origins) and <c>privacy</c>, each in a language (<c>?lang=</c>, else as the browser
/// asks) and of a version (<c>?version=</c>, else the one in force). No answer depends on who asks.
/// </summary>
internal static class ServePages
{
    private const string HtmlType = "text/html; charset=utf-8";
    private const string JsonType = "application/json; charset=utf-8";

    public static void MapPages(this IEndpointRouteBuilder endpoints)
    {
        var declarations = endpoints.ServiceProvider.GetRequiredKeyedService<IDeclarations>(CookieBannerSetup.Service);
        var rendered = new RenderedPages();
        Map("/pages/{site}/privacy", HtmlType, RenderPrivacyStatement.Document);
        Map("/pages/{site}/cookies", HtmlType, RenderCookieTable.Document);
        Map("/pages/{site}/cookies.fragment.html", HtmlType, RenderCookieTable.Fragment).RequireSiteCors(CookieBannerSetup.Service);
        Map("/pages/{site}/cookies.json", JsonType, page => JsonSerializer.Serialize(CookieTable.Of(page), ContractJson.Options))
            .RequireSiteCors(CookieBannerSetup.Service);
        endpoints.MapRegister(declarations);

        RouteHandlerBuilder Map(string path, string type, Func<Page, string> render) => endpoints.MapMethods(
            path, [HttpMethods.Get, HttpMethods.Head], IResult (string site, string? lang, string? version, HttpContext context) =>
            {
                var (page, problem) = FindPage.Of(declarations, context.Request, site, lang, version);
                if (page is null) return problem!;
                var headers = context.Response.Headers;
                headers.ContentLanguage = page.Language;
                headers.ContentSecurityPolicy = PageFrame.ContentSecurityPolicy;
                headers["Referrer-Policy"] = "no-referrer";
                // A copy without the header that admits one origin must not be given to a page of another.
                return rendered.Get(page, path, type, render).For(context, vary: $"{HeaderNames.AcceptEncoding}, {HeaderNames.AcceptLanguage}, {HeaderNames.Origin}");
            });
    }
}
