using System.Text.RegularExpressions;

namespace Consent.Audit.Pages;

/// <summary>A sentence with places, such as <c>{site}</c>, for what is known only where it is shown.</summary>
internal static partial class Template
{
    /// <summary>In one go: what is filled in is no template, whatever braces it has.</summary>
    public static string Fill(this string template, params (string Place, string? Text)[] texts) =>
        Place().Replace(template, found => texts.Single(t => t.Place == found.Groups["place"].Value).Text ?? "");

    [GeneratedRegex(@"\{(?<place>[a-zA-Z]+)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();
}
