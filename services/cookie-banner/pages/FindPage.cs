using System.Globalization;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.CookieBanner.Pages;

/// <summary>What of a site a request asks to see: which version, in which language.</summary>
internal static class FindPage
{
    /// <param name="version">A version number; the version in force when absent.</param>
    public static (Page? Page, ProblemHttpResult? Problem) Of(IDeclarations declarations, HttpRequest request, string site, string? lang, string? version)
    {
        if (declarations.InForce(site) is not { } inForce) return (null, Problems.UnknownSite());
        var history = declarations.Of(site);
        var shown = version is null ? inForce : Version(history, version);
        if (shown is null)
        {
            return (null, Problems.Because(404, "unknown-declaration", "The site has no such version.",
                $"Ask for a version from 1 to {history.Newest?.Version ?? 1}."));
        }

        var language = PageLanguage.Choose(lang, request.Headers.AcceptLanguage, shown.Declaration.Languages);
        return (new Page(shown, inForce, history, language), null);
    }

    private static PublishedDeclaration? Version(DeclarationHistory history, string version) =>
        int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? history.ByVersion(number) : null;
}
