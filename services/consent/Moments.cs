using System.Globalization;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.ConsentService;

/// <summary>Moments in addresses: RFC 3339 with an offset, or a day, which stands for its last millisecond in UTC.</summary>
internal static class Moments
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public static bool TryRead(string text, out DateTimeOffset moment)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            moment = new DateTimeOffset(day.ToDateTime(new TimeOnly(23, 59, 59, 999)), TimeSpan.Zero);
            return true;
        }

        // A plus sign that was not escaped arrives as a blank.
        var escaped = text.Replace(' ', '+');
        return DateTimeOffset.TryParseExact(escaped, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out moment)
            && (escaped.EndsWith('Z') || escaped.LastIndexOfAny(['+', '-']) > 10);
    }

    public static ProblemHttpResult Malformed(string name) => Problems.Because(400, "malformed-time", $"The time in '{name}' could not be read.",
        $"Send {name} as a day, such as 2026-05-24, or as a moment with its offset, such as 2026-05-24T12:00:00Z.");

    public static ProblemHttpResult NotYet(string name) => Problems.Because(400, "time-to-come", $"The time in '{name}' has not come.",
        "Ask for a time up to now: what will be known then is not known.");
}
