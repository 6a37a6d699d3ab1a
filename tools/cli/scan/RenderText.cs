namespace Consent.Cli.Scan;

/// <summary>The report for a terminal: findings only, each with what it is, whose, and when it was seen.</summary>
internal static class RenderText
{
    private static readonly ReportTexts Words = ReportTexts.In("en");

    public static string Of(ScanReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var lines = new List<string>
        {
            $"{report.Seen.Address.GetLeftPart(UriPartial.Path)} against the declaration of {report.Site}: {Count(report.Seen.Pages.Count, "page")}, {Count(report.Seen.Phases.Count, "visit")}.",
        };
        if (report.Seen.Phases.Count == 1) lines.Add("No banner appeared and the declaration asks nothing: only what comes without a choice was seen.");
        foreach (var kind in report.Findings.GroupBy(f => f.Kind))
        {
            lines.Add("");
            lines.Add($"{Words.Title(kind.Key)} ({kind.Count()}). {Words.Explanation(kind.Key)}");
            lines.AddRange(kind.Select(f => $"  {f.What,-15} {f.Name}{About(f)}"));
        }

        if (report.Seen.Unvisited.Count > 0)
        {
            lines.Add("");
            lines.Add("Not visited:");
            lines.AddRange(report.Seen.Unvisited.Select(page => $"  {page}"));
        }

        lines.Add("");
        lines.Add(Words.Verdict(report.Wrong));
        return string.Join(Environment.NewLine, lines.Select(Harmless));
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static string About(Finding finding)
    {
        if (finding.Kind == FindingKind.NeverSeen) return (finding.Purpose is null ? "" : ",") + Whose(finding);
        var parts = new List<string> { finding.What == "third-party" && finding.Hosts is [var only] && only == finding.Name ? "" : $" of {string.Join(", ", finding.Hosts)}" };
        if (finding.Kind == FindingKind.TooLongLived) parts.Add($" stays {Words.Days(finding.Lifetime)}, declared is {Words.Days(finding.Declared)}");
        return $"{string.Concat(parts)}{Whose(finding)}: {Words.When(finding.Seen)}";
    }

    private static string Whose(Finding finding) =>
        (finding.Purpose is null ? "" : $" for {finding.Purpose}") + (finding.Vendor is null ? "" : $" ({finding.Vendor})");

    /// <summary>A site names its cookies as it likes; none of them steers the terminal.</summary>
    private static string Harmless(string line) => string.Concat(line.Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
