using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.ServiceDefaults;

/// <summary>
/// Why an auditor or a privacy officer looks at somebody: asked for before a person is found by address. It comes in the body of a request, and is kept with the note that he looked.
/// </summary>
public static class Reasons
{
    public const int Shortest = 10, Longest = 500;

    /// <summary>In one line, without blanks around it; null when it is absent, or has not 10 to 500 characters.</summary>
    public static string? Read(string? given)
    {
        var reason = string.Join(' ', (given ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return reason.Length is >= Shortest and <= Longest && !reason.Any(char.IsControl) ? reason : null;
    }

    public static ProblemHttpResult Required() => Problems.Because(403, "reason-required", "A reason is needed to look somebody up.",
        $"Add reason to the body, {Shortest} to {Longest} characters that say why you must know and name nobody; it is kept with the note that you looked.");
}
