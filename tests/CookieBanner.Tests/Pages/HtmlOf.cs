using System.Net;
using System.Text.RegularExpressions;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>Looks into a page as a reader would: its words without markup, its sections, its elements.</summary>
internal static partial class HtmlOf
{
    private static readonly string[] Void = ["meta", "link", "br", "!doctype"];

    public static string Words(string html) => Space().Replace(WebUtility.HtmlDecode(Tag().Replace(Style().Replace(html, ""), " ")), " ").Trim();

    /// <summary>The words of the section of that id.</summary>
    public static string Section(string html, string id)
    {
        var start = html.IndexOf($"<section aria-labelledby=\"{id}\">", StringComparison.Ordinal);
        Assert.True(start >= 0, $"There is no section {id}.");
        return Words(html[start..html.IndexOf("</section>", start, StringComparison.Ordinal)]);
    }

    public static bool HasSection(string html, string id) => html.Contains($"<section aria-labelledby=\"{id}\">", StringComparison.Ordinal);

    /// <summary>Every element is closed by its own end, and every id is the only one.</summary>
    public static void AssertSound(string html)
    {
        var open = new Stack<string>();
        foreach (Match tag in Tag().Matches(Style().Replace(html, "")))
        {
            var name = tag.Groups["name"].Value;
            if (Void.Contains(name)) continue;
            if (tag.Groups["end"].Success) Assert.Equal(open.Count > 0 ? open.Pop() : "nothing", name);
            else open.Push(name);
        }

        Assert.Empty(open);
        var ids = Id().Matches(html).Select(m => m.Groups["id"].Value).ToList();
        Assert.Equal(ids.Distinct(), ids);
        foreach (Match of in Labelled().Matches(html)) Assert.Contains(of.Groups["id"].Value, ids);
    }

    [GeneratedRegex(@"<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex Style();

    [GeneratedRegex(@"<(?<end>/)?(?<name>[a-z0-9!]+)[^>]*>", RegexOptions.ExplicitCapture)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\sid=""(?<id>[^""]*)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Id();

    [GeneratedRegex(@"(labelledby=""|href=""#)(?<id>[^""]*)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Labelled();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
