using System.Globalization;
using System.Text;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.CookieBanner.Statistics;

/// <summary>
/// <c>POST /banner/{site}/count</c>, as <c>text/plain</c>: a word and the hash of the declaration that was shown, such as
/// <c>shown 3f…</c>. Who sent it is neither asked nor kept, so anybody can raise the sums: they are an indication, and no proof of
/// anything; what was decided stands in the receipts.
/// </summary>
internal static class CountBanner
{
    private const int Longest = 100;

    internal static void MapCountBanner(this IEndpointRouteBuilder endpoints)
    {
        var declarations = endpoints.ServiceProvider.GetRequiredKeyedService<IDeclarations>(CookieBannerSetup.Service);
        var counts = endpoints.ServiceProvider.GetRequiredService<GatherCounts>();
        endpoints.MapPost("/banner/{site}/count", async Task<Results<NoContent, ProblemHttpResult>> (string site, HttpContext context, TimeProvider time) =>
        {
            if (declarations.InForce(site) is not { } inForce) return Problems.UnknownSite();
            if (SiteCors.ForeignOrigin(context.Request, inForce.Declaration) is { } foreign) return foreign;
            var today = time.Now().UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var said = await ReadAsync(context.Request);
            return said.Split(' ') is [var what, var hash] && declarations.ByHash(site, hash) is { } shown && counts.TryCount(site, today, shown.Version, what)
                ? TypedResults.NoContent()
                : Problems.Because(400, "bad-count", "This cannot be counted.",
                    "Send shown, accept-all, refuse-all, save or withdraw, a space, and the hash of one of the site's declarations, as text.");
        }).RequireSiteCors(CookieBannerSetup.Service);
    }

    /// <summary>Empty for what is too long.</summary>
    private static async Task<string> ReadAsync(HttpRequest request)
    {
        var body = new byte[Longest + 1];
        var length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        return length <= Longest ? Encoding.UTF8.GetString(body, 0, length) : "";
    }
}
