using Microsoft.Net.Http.Headers;

namespace Consent.MarketingUnsubscribe;

/// <summary>Which of the languages of the pages a person reads.</summary>
public static class PageLanguage
{
    /// <summary>The first that the pages have: as chosen on the page, as the mail was, as the browser asks, as the site is; else English.</summary>
    public static string Choose(string? chosen, string? ofMail, string? acceptLanguage, string? ofSite)
    {
        var asked = StringWithQualityHeaderValue.TryParseList([acceptLanguage ?? ""], out var parsed) ? parsed : [];
        return new[] { chosen, ofMail }
            .Concat(asked.Where(v => v.Quality is not 0).OrderByDescending(v => v.Quality ?? 1).Select(v => v.Value.Value))
            .Append(ofSite)
            .Select(Known).FirstOrDefault(l => l is not null) ?? "en";
    }

    private static string? Known(string? tag) =>
        PageWords.Known.FirstOrDefault(language => string.Equals(tag?.Split('-')[0], language, StringComparison.OrdinalIgnoreCase));
}
