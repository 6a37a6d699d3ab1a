using System.Text.RegularExpressions;

namespace Consent.CookieBanner.Pages;

/// <summary>A text with places for what is known only where it is shown: <c>This statement changes on {day}.</c></summary>
internal static partial class Template
{
    /// <summary>In one go: what is filled in is no template, whatever braces it has.</summary>
    public static string Fill(this string template, params (string Place, string Text)[] texts) =>
        Place().Replace(template, found => texts.Single(t => t.Place == found.Groups["place"].Value).Text);

    [GeneratedRegex(@"\{(?<place>[a-zA-Z]+)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();
}
