using System.Text.RegularExpressions;
using Consent.Contracts;

namespace Consent.CookieBanner.Pages;

/// <summary>Every text of a declaration with its place, as a JSON Pointer (RFC 6901) such as <c>/purposes/2/description</c>.</summary>
internal static partial class DeclarationTexts
{
    public static IEnumerable<(string At, Texts Texts)> Of(Declaration declaration)
    {
        yield return ("/scopeOfStatement", declaration.ScopeOfStatement);
        yield return ("/announcementOfChanges", declaration.AnnouncementOfChanges);
        foreach (var (c, i) in declaration.DataCategories.Select((c, i) => (c, i)))
        {
            yield return ($"/dataCategories/{i}/name", c.Name);
            if (c.Source is { } source) yield return ($"/dataCategories/{i}/source", source);
        }

        foreach (var (p, i) in declaration.Purposes.Select((p, i) => (p, i)))
        {
            yield return ($"/purposes/{i}/name", p.Name);
            yield return ($"/purposes/{i}/description", p.Description);
            if (p.Interest is { } interest) yield return ($"/purposes/{i}/interest", interest);
            if (p.DataSubjects is { } subjects) yield return ($"/purposes/{i}/dataSubjects", subjects);
            yield return ($"/purposes/{i}/retention/description", p.Retention.Description);
        }

        foreach (var (v, i) in declaration.Vendors.Select((v, i) => (v, i)))
            if (v.Conditions is { } conditions) yield return ($"/vendors/{i}/conditions", conditions);
        foreach (var (c, i) in declaration.Cookies.Select((c, i) => (c, i))) yield return ($"/cookies/{i}/description", c.Description);
        foreach (var (t, i) in declaration.Topics.Select((t, i) => (t, i)))
        {
            yield return ($"/topics/{i}/name", t.Name);
            yield return ($"/topics/{i}/description", t.Description);
            foreach (var (f, j) in (t.Frequencies ?? []).Select((f, j) => (f, j))) yield return ($"/topics/{i}/frequencies/{j}/name", f.Name);
        }

        yield return ("/rights/identityCheck/description", declaration.Rights.IdentityCheck.Description);
        yield return ("/rights/procedure", declaration.Rights.Procedure);
        foreach (var (s, i) in declaration.Disclosures.Select((s, i) => (s, i))) yield return ($"/disclosures/{i}/text", s.Text);
        foreach (var (s, i) in declaration.Measures.Select((s, i) => (s, i))) yield return ($"/measures/{i}/text", s.Text);
        foreach (var (s, i) in (declaration.AutomatedDecisions ?? []).Select((s, i) => (s, i))) yield return ($"/automatedDecisions/{i}/text", s.Text);
        foreach (var (language, own) in declaration.BannerTexts ?? new Dictionary<string, OwnBannerTexts>())
            foreach (var (name, text) in own) yield return ($"/bannerTexts/{language}/{name.Replace('.', '/')}", new Texts { [language] = text });
    }

    /// <summary>The purposes that a text is about, by its place: none of a recipient or category that no purpose names; null for what is said of everything.</summary>
    public static IReadOnlyList<Purpose>? PurposesOf(Declaration declaration, string at) => at.Split('/') switch
    {
        [_, "purposes", var i, ..] => [declaration.Purposes[int.Parse(i)]],
        [_, "cookies", var i, ..] => Where(declaration, p => p.Id == declaration.Cookies[int.Parse(i)].Purpose),
        [_, "topics", var i, ..] => Where(declaration, p => p.Id == declaration.Topics[int.Parse(i)].Purpose),
        [_, "vendors", var i, ..] => Where(declaration, p => p.Vendors.Contains(declaration.Vendors[int.Parse(i)].Id, StringComparer.Ordinal)),
        [_, "dataCategories", var i, ..] => Where(declaration, p => p.DataCategories.Contains(declaration.DataCategories[int.Parse(i)].Id, StringComparer.Ordinal)),
        _ => null,
    };

    private static List<Purpose> Where(Declaration declaration, Func<Purpose, bool> holds) => [.. declaration.Purposes.Where(holds)];

    /// <summary>Whether a sentence of the texts holds, in whatever language it is written.</summary>
    public static bool AnySentence(this Texts texts, Func<string, bool> holds) => texts.Values.SelectMany(text => EndOfSentence().Split(text)).Any(holds);

    [GeneratedRegex(@"[.;!?]\s+|\n")]
    private static partial Regex EndOfSentence();
}
