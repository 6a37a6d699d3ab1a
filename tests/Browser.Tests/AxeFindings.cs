using Microsoft.Playwright;

namespace Consent.Browser.Tests;

/// <summary>What axe finds on a page as it stands now.</summary>
internal static class AxeFindings
{
    private const string All = "['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']";
    private const string Colours = "{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }";

    /// <summary>By day, and its colours in the dark: the rest is the same there. Empty when there is nothing.</summary>
    /// <param name="axe">Text of axe-core's script.</param>
    /// <param name="where">The page or its state, in front of what is found.</param>
    public static async Task<string> ByDayAndNightAsync(this IPage page, string axe, string where)
    {
        // Not as a script of the page, which its own policy would not let in.
        await page.EvaluateAsync(axe);
        var byDay = await FoundAsync(All);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        var byNight = await FoundAsync(Colours);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        return string.Join('\n', ((string[])[.. byDay, .. byNight]).Select(found => $"{where}: {found}"));

        Task<string[]> FoundAsync(string only) => page.EvaluateAsync<string[]>(
            $"async () => (await axe.run(document, {{ runOnly: {only} }})).violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | '))");
    }
}
