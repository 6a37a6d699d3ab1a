using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Consent.Cli.Scan;
using Consent.Contracts;
using static Consent.Cli.Tests.SampleScan;

namespace Consent.Cli.Tests;

public sealed class RenderReportTests
{
    private static readonly Dictionary<Phase, string> Pictures = new() { [Phase.Accepted] = "QUND", [Phase.Before] = "QkVG" };

    private static readonly Observed Leaky = Seen(
        Cookie("<img src=x>", 400, Phase.Before), Cookie("_count_7", 400, Phase.Refused), Cookie("escape\u001b[2J", 1, Phase.Accepted) with { Host = "a&b.example" },
        Party("counter.example", Phase.Accepted), Party("tracker.example", Phase.Accepted));

    private static readonly ScanReport Report = ScanReport.Of(Declared, Vendors, Leaky with { Unvisited = ["/gone: answered 404"] }, Now);

    [Theory]
    [InlineData("nl", "Niet verklaard", "vóór een keuze, op /", "400 dagen", "Andere partij")]
    [InlineData("en", "Undeclared", "before a choice on /", "400 days", "Third party")]
    public void The_page_tells_every_finding_in_the_language_asked(string language, params string[] told)
    {
        var page = RenderHtml.Of(Report, Pictures, language);
        Assert.Contains($"<html lang=\"{language}\">", page, StringComparison.Ordinal);
        foreach (var text in told) Assert.Contains(text, page, StringComparison.Ordinal);
        var read = WebUtility.HtmlDecode(page);
        foreach (var finding in Report.Findings) Assert.Contains($"<code>{finding.Name}</code>", read, StringComparison.Ordinal);
        Assert.Contains("/gone: answered 404", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_holds_no_script_nothing_from_elsewhere_and_no_name_as_markup()
    {
        var page = RenderHtml.Of(Report, Pictures, "nl");
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img src=x>", page, StringComparison.Ordinal);
        Assert.Contains("a&amp;b.example", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex("(src|href)=\"(?!data:image/jpeg;base64,)"), page);
        Assert.DoesNotContain("url(", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_pictures_stand_in_the_order_of_the_visits() => Assert.Equal(
        ["QkVG", "QUND"], Regex.Matches(RenderHtml.Of(Report, Pictures, "en"), "base64,(?<picture>[^\"]*)").Select(m => m.Groups["picture"].Value));

    [Fact]
    public void A_guessed_vendor_is_said_to_be_one()
    {
        Assert.Equal(new MatchedVendor("counter", Guessed: true), Report.Vendors["counter.example"]);
        Assert.Contains("counter, probably", RenderHtml.Of(Report, Pictures, "en"), StringComparison.Ordinal);
        var given = ScanReport.Of(Declared, Vendors with { Given = [("counter", "counter.example")] }, Report.Seen, Now);
        Assert.DoesNotContain("probably", RenderHtml.Of(given, Pictures, "en"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nl", "Verklaard, maar zonder doel")]
    [InlineData("en", "Declared for no purpose")]
    public void A_vendor_without_a_purpose_and_a_host_that_was_never_asked_are_told_with_the_vendor(string language, string title)
    {
        var vendors = Vendors with { Vendors = [.. Declared.Vendors, new DeclaredVendor("lost", null) { Hosts = ["lost.example", "*.far.example"] }] };
        var report = ScanReport.Of(Declared, vendors, Seen(new ThirdParty("lost.example", ["lost.example"], ["script"], In(Phase.Accepted))), Now);
        Assert.Equal(1, report.Wrong);
        var text = RenderText.Of(report);
        Assert.Contains("lost.example (lost): after accepting on /", text, StringComparison.Ordinal);
        Assert.Contains("*.far.example (lost)", text, StringComparison.Ordinal);
        var page = RenderHtml.Of(report, Pictures, language);
        Assert.Contains($"<h2>{title}</h2>", page, StringComparison.Ordinal);
        Assert.Contains("<td>lost.example</td><td>lost</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td>(lost)</td></tr>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clean_report_says_so_in_every_form()
    {
        var clean = ScanReport.Of(Declared, Vendors, Seen(Cookie("session", null, Phase.Before)), Now);
        Assert.EndsWith("Nothing departs from the declaration.", RenderText.Of(clean), StringComparison.Ordinal);
        Assert.Contains("class=\"verdict clean\"", RenderHtml.Of(clean, Pictures, "en"), StringComparison.Ordinal);
        Assert.Contains("Niets week af", RenderHtml.Of(clean, Pictures, "nl"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_names_each_finding_once_and_lets_no_name_steer_the_terminal()
    {
        var text = RenderText.Of(Report);
        Assert.Contains("_count_7 of www.baker.example stays 400 days, declared is 30 days for statistics", text, StringComparison.Ordinal);
        Assert.Contains("_count_7 of www.baker.example for statistics: after refusing on /", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
        Assert.EndsWith($"{Report.Wrong} things depart from the declaration.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_json_uses_the_words_of_the_declaration()
    {
        var json = JsonNode.Parse(ContractJson.Write(Report))!;
        var early = Assert.Single(json["findings"]!.AsArray(), f => (string)f!["kind"]! == "too-early")!;
        Assert.Equal(("cookie", "_count_7", "refused"), ((string)early["what"]!, (string)early["name"]!, (string)early["seen"]![0]!["phase"]!));
        Assert.Equal("www.baker.example", (string)json["seen"]!["stored"]![0]!["host"]!);
    }
}
