using System.Text;
using Consent.ServiceDefaults;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// For the controller, with a token of scope <c>consent</c> that opens the site: <c>GET /pages/{site}/register</c> (HTML; also as
/// <c>register.csv</c> and <c>register.json</c>) and <c>GET /pages/{site}/warnings</c> (JSON), of the version in force or of
/// <c>?version=</c>. Kept by no cache.
/// </summary>
internal static class ServeRegister
{
    public static void MapRegister(this IEndpointRouteBuilder endpoints, IDeclarations declarations)
    {
        Map("/pages/{site}/register", page => TypedResults.Content(RenderRegister.Document(page), "text/html", Encoding.UTF8));
        Map("/pages/{site}/register.csv", Csv);
        Map("/pages/{site}/register.json", page => JsonAnswer.Of(RegisterOfProcessing.Of(page)));
        Map("/pages/{site}/warnings", page => JsonAnswer.Of(new Answer(
            page.Declaration.Site, page.Shown.Version, page.Shown.Hash,
            DeclarationWarnings.Of(page.History.ByVersion(page.Shown.Version - 1), page.Shown), RegisterOfProcessing.Unsaid(page.Declaration))));

        void Map(string path, Func<Page, IResult> answer) => endpoints.MapGet(path, (string site, string? lang, string? version, HttpContext context) =>
        {
            if (declarations.Open(context.User, site) is null) return Problems.UnknownSite();
            var (page, problem) = FindPage.Of(declarations, context.Request, site, lang, version);
            if (page is null) return problem!;
            var headers = context.Response.Headers;
            headers.CacheControl = "no-store";
            headers.ContentLanguage = page.Language;
            headers.ContentSecurityPolicy = PageFrame.ContentSecurityPolicy;
            headers["Referrer-Policy"] = "no-referrer";
            headers.XContentTypeOptions = "nosniff";
            return answer(page);
        }).RequireScope("consent");
    }

    private static IResult Csv(Page page) => TypedResults.File(
        Encoding.UTF8.GetBytes(RegisterCsv.Of(page)), "text/csv; charset=utf-8; header=present", $"register-{page.Declaration.Site}-{page.Shown.Version}.csv");

    /// <param name="Version">Of the version that the warnings are about.</param>
    private sealed record Answer(
        string Site, int Version, string Hash, IReadOnlyList<DeclarationWarning> Warnings, IReadOnlyList<RegisterOfProcessing.Part> NotDeclared);
}
