using Consent.Contracts;

namespace Consent.CookieBanner.Pages;

/// <summary>Every version of a declaration, newest first, each readable, with what changed in it (GDPR art. 12(1): changes are told).</summary>
internal static class VersionTable
{
    private const int LongestName = 60;

    public static string Of(Page page)
    {
        var words = page.Words.Changes;
        var versions = page.History.Versions;
        return Table.Of(Html.Text(words.Caption), [words.Version, words.InForce, words.What], Enumerable.Range(0, versions.Count).Reverse().Select(i =>
            (IReadOnlyList<string>)[Version(page, versions[i]), InForce(page, versions[i]), i == 0 ? Html.Text(words.First) : Changes(page, versions[i - 1], versions[i])]));
    }

    private static string Version(Page page, PublishedDeclaration version) => version == page.Shown
        ? $"<span aria-current=\"true\">{version.Version}</span>"
        : $"<a href=\"privacy?version={version.Version}&amp;lang={Html.Text(page.Language)}\">{version.Version} ({Html.Text(page.Words.Changes.Read)})</a>";

    private static string InForce(Page page, PublishedDeclaration version)
    {
        var words = page.Words.Changes;
        var state = version == page.InForce ? words.Current : version.Version > page.InForce.Version ? words.Future : null;
        return Html.Date(Page.InForceFrom(version), page.Words) + (state is null ? "" : $" ({Html.Text(state)})");
    }

    private static string Changes(Page page, PublishedDeclaration before, PublishedDeclaration after)
    {
        var words = page.Words.Changes;
        var difference = DeclarationDifference.Between(before, after);
        var lines = difference.Changes.Select(c => Line(page, before.Declaration, after.Declaration, c)).ToList();
        if (lines.Count == 0) return Html.Text(words.Nothing);
        var again = difference.AskAgain.Select(id => after.Declaration.FindPurpose(id)?.Name.In(page.Language) ?? id).ToList();
        return Html.List(lines) + (again.Count == 0 ? "" : $"<p>{Html.Text(words.AskAgain.Fill(("names", string.Join(", ", again))))}</p>");
    }

    private static string Line(Page page, Declaration before, Declaration after, DeclarationChange change)
    {
        var words = page.Words.Changes;
        var list = words.Lists.GetValueOrDefault(change.List, change.List);
        var what = change.What switch { "added" => words.Added, "removed" => words.Removed, _ => words.Changed };
        var subject = change.List == "declaration"
            ? list
            : words.Entry.Fill(("list", list), ("name", NameOf(change.What == "removed" ? before : after, change, page.Language)));
        var members = change.Members.Count == 0 ? "" : $" ({string.Join(", ", change.Members.Select(m => words.Members.GetValueOrDefault(m, m)))})";
        return Html.Text($"{subject}{page.Words.Colon}{what}{members}");
    }

    private static string NameOf(Declaration declaration, DeclarationChange change, string language) => change.List switch
    {
        "dataCategories" => declaration.DataCategories.FirstOrDefault(c => c.Id == change.Id)?.Name.In(language),
        "purposes" => declaration.FindPurpose(change.Id)?.Name.In(language),
        "vendors" => declaration.Vendors.FirstOrDefault(v => v.Id == change.Id)?.Name,
        "topics" => declaration.FindTopic(change.Id)?.Name.In(language),
        "disclosures" => Beginning(declaration.Disclosures, change.Id, language),
        "measures" => Beginning(declaration.Measures, change.Id, language),
        "automatedDecisions" => Beginning(declaration.AutomatedDecisions ?? [], change.Id, language),
        _ => null,
    } ?? change.Id;

    /// <summary>A statement has no name: its first words stand for it.</summary>
    private static string? Beginning(IReadOnlyList<Statement> statements, string id, string language)
    {
        var text = statements.FirstOrDefault(s => s.Id == id)?.Text.In(language);
        if (text is null || text.Length <= LongestName) return text;
        var end = text.LastIndexOf(' ', LongestName);
        return $"{text[..(end > 0 ? end : LongestName)]} …";
    }
}
