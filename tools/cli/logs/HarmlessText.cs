using System.Globalization;
using System.Text;

namespace Consent.Cli.Logs;

/// <summary>
/// Words out of a file that nobody vouches for, as they may go to a terminal: control characters, which could clear it or hide what comes next, marks that turn or hide text, and line
/// separators become question marks. Pure.
/// </summary>
internal static class HarmlessText
{
    public static string Of(string text) => string.Concat(text.EnumerateRunes().Select(rune => IsHarmless(rune) ? rune.ToString() : "?"));

    public static IReadOnlyList<Checked> Of(IEnumerable<Checked> checks) => [.. checks.Select(check => check with { Says = Of(check.Says) })];

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
