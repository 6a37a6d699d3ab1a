using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Consent.Contracts;
using static Consent.ConsentService.Shapes;

namespace Consent.ConsentService;

/// <summary>
/// How a site's own texts of the banner are written: under a language of the declaration, by a name that the banner knows, with the
/// placeholders that the banner fills in there.
/// </summary>
internal static partial class DeclarationBannerTexts
{
    private static readonly Shape _texts = NotEmpty(Object([.. OwnBannerTexts.Known.GroupBy(text => text.Key.Split('.')[0]).Select(MemberOf)]));

    /// <param name="languages">Those of the declaration; none when it does not say.</param>
    public static Shape In(IReadOnlyCollection<string> languages) => NotEmpty((node, path) =>
        Object([.. (languages.Count > 0 ? languages : (node as JsonObject ?? []).Select(m => m.Key)).Select(language => May(language, _texts))])(node, path));

    /// <summary>A text, or a map of those whose names begin alike.</summary>
    private static Member MemberOf(IGrouping<string, KeyValuePair<string, string[]>> texts) => May(texts.Key, texts.First().Key == texts.Key
        ? Text(texts.First().Value)
        : NotEmpty(Object([.. texts.Select(text => May(text.Key[(texts.Key.Length + 1)..], Text(text.Value)))])));

    private static Shape Text(string[] placeholders)
    {
        var braces = placeholders.Select(name => $"{{{name}}}").ToHashSet();
        var expected = braces.Count > 0 ? $"{string.Join(" and ", braces)} and no other" : "no";
        return TextThat(
            text => IsPlain(text) && braces.SetEquals(Braces().Matches(text).Select(m => m.Value)),
            $"one line of plain text of 1 to {OwnBannerTexts.Longest} characters, with {expected} braces");
    }

    private static bool IsPlain(string text) =>
        !string.IsNullOrWhiteSpace(text) && text.EnumerateRunes().Count() <= OwnBannerTexts.Longest && !text.Any(char.IsControl);

    private static Shape NotEmpty(Shape shape) => (node, path) =>
        node is JsonObject { Count: 0 } ? [new DeclarationFault(path, "Give a text at least, or leave the member out.")] : shape(node, path);

    [GeneratedRegex(@"\{[^{}]*\}|[{}]")]
    private static partial Regex Braces();
}
