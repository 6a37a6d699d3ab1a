using Microsoft.Net.Http.Headers;

namespace Consent.Audit.Pages;

/// <summary>In which of the languages of the pages somebody reads.</summary>
internal static class PageLanguage
{
    /// <summary>Holds a choice of language, and nothing else.</summary>
    public const string Cookie = "consent-audit-language";

    /// <summary>The first that there is: as chosen on the page, which is kept, as chosen before, as the browser asks (RFC 9110, 12.5.4); else English.</summary>
    public static Words Choose(HttpContext http)
    {
        var request = http.Request;
        if (Find(request.Query["lang"]) is { } chosen)
        {
            var isSecure = request.IsHttps || http.RequestServices.GetRequiredService<SignInSettings>().IsSecure == true;
            http.Response.Cookies.Append(
                Cookie, chosen.Language, new CookieOptions { Path = AuditPages.Root, HttpOnly = true, Secure = isSecure, SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Lax, MaxAge = TimeSpan.FromDays(365) });
            return chosen;
        }

        var asked = StringWithQualityHeaderValue.TryParseList([request.Headers.AcceptLanguage.ToString()], out var parsed) ? parsed : [];
        return asked.Where(v => v.Quality is not 0).OrderByDescending(v => v.Quality ?? 1).Select(v => v.Value.Value)
            .Prepend(request.Cookies[Cookie])
            .Select(Find).FirstOrDefault(found => found is not null) ?? Words.English;
    }

    private static Words? Find(string? tag) =>
        Words.All.FirstOrDefault(words => string.Equals(tag?.Split('-')[0], words.Language, StringComparison.OrdinalIgnoreCase));
}
