using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Consent.ConsentService;

/// <summary>
/// Which form an answer takes, by the caller's Accept header (RFC 9110, section 12.5.1): the most specific range gives a form its
/// quality, the highest quality wins, and of equals the one that is offered first. Parameters other than the quality are not looked at.
/// </summary>
internal static class ChooseMediaType
{
    /// <returns>Null when none is wanted; the first when nothing is said.</returns>
    public static string? Of(StringValues accept, IReadOnlyList<string> offered)
    {
        if (StringValues.IsNullOrEmpty(accept)) return offered[0];
        if (!MediaTypeHeaderValue.TryParseList([.. accept.OfType<string>()], out var ranges)) return null;
        var wanted = offered.Select(form => (Form: form, Quality: QualityOf(form, ranges))).Where(o => o.Quality > 0).ToList();
        return wanted.Count == 0 ? null : wanted.MaxBy(o => o.Quality).Form;
    }

    private static double QualityOf(string form, IEnumerable<MediaTypeHeaderValue> ranges)
    {
        var type = form[..form.IndexOf('/', StringComparison.Ordinal)];
        return ranges.Select(r => (Specific: Specificity(r.MediaType.Value ?? ""), Quality: r.Quality ?? 1))
            .Where(r => r.Specific > 0).OrderByDescending(r => r.Specific).Select(r => r.Quality).FirstOrDefault();

        int Specificity(string range) =>
            range.Equals(form, StringComparison.OrdinalIgnoreCase) ? 3 : range.Equals($"{type}/*", StringComparison.OrdinalIgnoreCase) ? 2 : range == "*/*" ? 1 : 0;
    }
}
