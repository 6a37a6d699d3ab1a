using Microsoft.Net.Http.Headers;

namespace Consent.CookieBanner.Pages;

/// <summary>In which of a declaration's languages a page is shown.</summary>
internal static class PageLanguage
{
    /// <summary>
    /// The first that the declaration has: as the address says, as the browser asks (RFC 9110, section 12.5.4), as the declaration
    /// begins. A language without region stands for one with a region, and the other way round.
    /// </summary>
    public static string Choose(string? chosen, string? acceptLanguage, IReadOnlyList<string> declared)
    {
        var asked = StringWithQualityHeaderValue.TryParseList([acceptLanguage ?? ""], out var parsed) ? parsed : [];
        return asked.Where(v => v.Quality is not 0).OrderByDescending(v => v.Quality ?? 1).Select(v => v.Value.Value)
            .Prepend(chosen)
            .Select(tag => Find(tag, declared)).FirstOrDefault(found => found is not null) ?? declared[0];
    }

    public static string Primary(string tag) => tag.Split('-')[0].ToLowerInvariant();

    private static string? Find(string? tag, IReadOnlyList<string> declared) => string.IsNullOrEmpty(tag)
        ? null
        : declared.FirstOrDefault(d => d.Equals(tag, StringComparison.OrdinalIgnoreCase)) ?? declared.FirstOrDefault(d => Primary(d) == Primary(tag));
}
