using Consent.Tests.Support;

namespace Consent.Cli.Tests;

public sealed class ScanSiteTests(ScannedSite scanned) : IClassFixture<ScannedSite>
{
    [Fact]
    public void Every_departure_from_the_declaration_is_found_and_nothing_else()
    {
        Assert.Equal(
        [
            "never-seen cookie never",
            "too-early cookie early",
            "too-long-lived cookie _stats_1",
            "undeclared cache-storage larder",
            "undeclared cookie second",
            "undeclared cookie spite",
            "undeclared cookie stranger",
            "undeclared indexed-db base",
            "undeclared local-storage framed",
            "undeclared local-storage hidden",
            "undeclared service-worker /worker.js",
            "undeclared session-storage hidden",
            "undeclared third-party deep.localhost",
        ], scanned.Findings.Order(StringComparer.Ordinal));
        Assert.Equal(4, scanned.Code);
    }

    [Fact]
    public void Each_thing_is_told_with_the_phases_and_the_page_that_showed_it_first()
    {
        Assert.Equal(["before /", "refused /", "accepted /"], ScannedSite.Seen(scanned.Stored("cookie", "session")));
        Assert.Equal(["refused /"], ScannedSite.Seen(scanned.Stored("cookie", "spite")));
        Assert.Equal(["accepted /"], ScannedSite.Seen(scanned.Stored("cookie", "_stats_1")));
        Assert.Equal(["before /second", "refused /second", "accepted /second"], ScannedSite.Seen(scanned.Stored("cookie", "second")));
        Assert.Equal(["accepted /"], ScannedSite.Seen(Party("counter.localhost")));
    }

    [Fact]
    public void A_cookie_is_told_with_who_set_it_whether_scripts_read_it_and_how_long_it_stays()
    {
        var (session, stranger, early) = (scanned.Stored("cookie", "session"), scanned.Stored("cookie", "stranger"), scanned.Stored("cookie", "early"));
        Assert.Equal(("header", true, null), ((string)session["setBy"]!, (bool)session["httpOnly"]!, (double?)session["lifetimeDays"]));
        Assert.Equal(("script", false), ((string)early["setBy"]!, (bool)early["httpOnly"]!));
        // Two years, as the header asked: the browser itself keeps it for 400 days.
        Assert.Equal(730, (double)stranger["lifetimeDays"]!, 0.1);
    }

    [Fact]
    public void Requests_of_frames_of_other_parties_are_seen_and_what_the_browser_held_back_is_not()
    {
        Assert.Equal(["document", "image"], Party("counter.localhost")["types"]!.AsArray().Select(t => (string)t!));
        Assert.Equal(["counter.localhost", "deep.localhost"], scanned.Report["seen"]!["thirdParties"]!.AsArray().Select(p => (string)p!["host"]!));
        Assert.Equal("framed", (string)scanned.Stored("local-storage", "framed")["name"]!);
    }

    [Fact]
    public void Links_of_the_origin_are_followed_and_no_others()
    {
        Assert.Equal(["/", "/second"], scanned.Report["seen"]!["pages"]!.AsArray().Select(p => (string)p!));
        Assert.Equal(["/away: leads to elsewhere.localhost", "/gone: answered 404", "/file: no page"], scanned.Report["seen"]!["unvisited"]!.AsArray().Select(p => (string)p!));
        foreach (var left in (string[])["localhost/logout", "localhost/paper.pdf", "unrelated.localhost/"]) Assert.DoesNotContain(left, scanned.Site.Asked);
        // Where a link led away to, is another site's affair.
        Assert.DoesNotContain("elsewhere", scanned.Report["seen"]!["stored"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_value_is_in_what_is_told()
    {
        Assert.DoesNotContain("secret-value", scanned.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-value", scanned.Page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_for_people_has_a_picture_of_each_phase()
    {
        Assert.Equal(3, scanned.Page.Split("<img src=\"data:image/jpeg;base64,/9j/").Length - 1);
        Assert.Contains("Niet verklaard", scanned.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_for_programs_names_a_picture_file_of_each_phase()
    {
        var named = scanned.Report["screenshots"]!.AsArray();
        Assert.Equal(["before before.jpg", "refused refused.jpg", "accepted accepted.jpg"], named.Select(s => $"{s!["phase"]} {s["file"]}"));
        foreach (var shot in named)
        {
            var picture = await File.ReadAllBytesAsync(Path.Combine(scanned.Screenshots, (string)shot!["file"]!));
            Assert.StartsWith("FFD8FF", Convert.ToHexString(picture), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Progress_is_told_as_it_goes()
    {
        foreach (var line in (string[])["before a choice: page 1 of 9", "after refusing: page 2 of 2, /second", "after accepting: page 2 of 2, /second"])
            Assert.Contains(line, scanned.Progress, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_banner_is_answered_by_the_buttons_that_were_named()
    {
        var (code, output, errors) = await ScanAsync("/foreign", "--refuse-selector", ".no", "--accept-selector", ".yes");
        Assert.True(code == 4, output + errors);
        Assert.Contains("answered_no of localhost: after refusing on /foreign", output, StringComparison.Ordinal);
        Assert.Contains("answered_yes of localhost: after accepting on /foreign", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/bare", "--refuse-selector and --accept-selector")]
    [InlineData("/bare", "answers to --refuse-selector [", "--refuse-selector", "[", "--accept-selector", "[")]
    [InlineData("/gone", "answered 404")]
    [InlineData("/", "no browser at", "--chromium", "/nowhere/chromium")]
    public async Task What_cannot_be_scanned_says_what_to_do(string path, string says, params string[] more)
    {
        var (code, output, errors) = await ScanAsync(path, [.. more, "--timeout", "20"]);
        Assert.Equal((5, ""), (code, output));
        Assert.Contains(says, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_site_that_does_not_answer_is_not_scanned()
    {
        var (code, _, errors) = await CommandLine.RunAsync("scan", $"http://localhost:{FreePorts.Take(1)[0]}/", "--declaration", scanned.Declaration);
        Assert.Equal(5, code);
        Assert.Contains("could not be reached", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_is_asked_one_visit_is_enough_and_strict_counts_what_was_not_met()
    {
        using var folder = new TemporaryFolder();
        var declaration = folder.File("quiet.yaml");
        await File.WriteAllTextAsync(declaration, "site: quiet\npurposes: [{ id: shop, legalBasis: contract }]\ncookies: [{ name: basket, kind: cookie, purpose: shop }]");
        string[] scan = ["scan", scanned.Site.Address + "/bare", "--declaration", declaration, "--linger", "0"];
        var (code, output, _) = await CommandLine.RunAsync(scan);
        Assert.Equal(0, code);
        Assert.Contains("1 page, 1 visit.", output, StringComparison.Ordinal);
        Assert.Contains("basket, for shop", output, StringComparison.Ordinal);
        Assert.Equal(4, (await CommandLine.RunAsync([.. scan, "--strict"])).Code);
    }

    [Fact]
    public async Task A_scan_that_is_stopped_leaves_no_browser_and_no_profile_behind()
    {
        using var folder = new TemporaryFolder();
        await using var tool = new ServiceProcess("scan", Repository.Program("tools/cli"), new Uri(scanned.Site.Address), new Dictionary<string, string> { ["TMPDIR"] = folder.Path })
        {
            Arguments = ["scan", scanned.Site.Address + "/hang", "--declaration", scanned.Declaration, "--timeout", "600"],
        };
        tool.Start();
        await Eventually.IsSoAsync("the page is asked for", () => Task.FromResult(scanned.Site.Asked.Contains("localhost/hang")), TimeSpan.FromSeconds(90), tool.LastLines);
        Assert.NotEmpty(Directory.GetDirectories(folder.Path));

        Assert.True(await tool.StopAsync());
        Assert.Empty(Directory.GetDirectories(folder.Path));
        // Killed all of them, of which one that waits for a core still stands there for a moment.
        await Eventually.IsSoAsync("no process of it is left", () => Task.FromResult(!Array.Exists(
            Directory.GetFiles("/proc", "cmdline", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true }), IsIts)));

        bool IsIts(string file)
        {
            try
            {
                return File.ReadAllText(file).Contains(folder.Path, StringComparison.Ordinal);
            }
            catch (IOException)
            {
                // Ended meanwhile.
                return false;
            }
        }
    }

    [Theory]
    [InlineData(2, "http or https", "ftp://site.example/", "--site", "x")]
    [InlineData(2, "http or https", "site.example", "--site", "x")]
    [InlineData(2, "name or password", "https://me:secret@site.example/", "--site", "x")]
    [InlineData(2, "--declaration", "https://site.example/")]
    [InlineData(2, "--pages", "https://site.example/", "--site", "x", "--pages", "501")]
    [InlineData(2, "from 0 to 60", "https://site.example/", "--site", "x", "--linger", "61")]
    [InlineData(2, "from 0 to 60", "https://site.example/", "--site", "x", "--linger", "-1")]
    [InlineData(2, "from 0 to 60", "https://site.example/", "--site", "x", "--linger", "2.5")]
    [InlineData(2, "from 0 to 60", "https://site.example/", "--site", "x", "--linger", "soon")]
    [InlineData(2, "names a folder", "https://site.example/", "--site", "x", "--screenshots", "/etc/passwd")]
    [InlineData(2, "--vendor-host", "https://site.example/", "--site", "x", "--vendor-host", "counter")]
    [InlineData(2, "two buttons", "https://site.example/", "--site", "x", "--refuse-selector", "button")]
    [InlineData(2, "no folder", "https://site.example/", "--site", "x", "--html", "/nowhere/report.html")]
    [InlineData(3, "gateway", "https://site.example/", "--site", "x", "--gateway", "http://127.0.0.1:1")]
    public async Task A_command_line_that_says_too_little_is_refused(int code, string says, params string[] arguments)
    {
        var (ended, output, errors) = await CommandLine.RunAsync(["scan", .. arguments]);
        Assert.Equal((code, ""), (ended, output));
        Assert.Contains(says, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vendor_that_is_not_declared_is_a_slip_of_the_command_line()
    {
        var (code, _, errors) = await ScanAsync("/", "--vendor-host", "stranger=stranger.example");
        Assert.Equal(2, code);
        Assert.Contains("counter, idle", errors, StringComparison.Ordinal);
    }

    private Task<(int Code, string Output, string Errors)> ScanAsync(string path, params string[] more) =>
        CommandLine.RunAsync(["scan", scanned.Site.Address + path, "--declaration", scanned.Declaration, "--pages", "0", "--linger", "0", .. more]);

    private global::System.Text.Json.Nodes.JsonNode Party(string host) =>
        scanned.Report["seen"]!["thirdParties"]!.AsArray().Single(p => (string)p!["host"]! == host)!;
}
