using Consent.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>What is held back stays the page's own, and one that cannot be run or is marked wrongly stops no other.</summary>
public class HeldBackRobustTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";

    private const string TwoScripts = """
        <script type="text/plain" nonce="abc" data-purpose="statistics" onload="window.bad = 1" data-src="/one.js"></script>
        <script type="text/plain" nonce="abc" data-purpose="statistics">window.ran = 1</script>
        <iframe title="Uitleg" data-purpose="media" data-src="https://kijkdoos.example/1"></iframe>
        """;

    [Fact]
    public async Task AP8_A_withdrawal_leaves_the_page_its_own_elements_and_a_script_that_ran_stays_where_it_was()
    {
        await using var visitor = await OpenAsync("""
            <iframe title="Uitleg" data-purpose="media" data-src="https://kijkdoos.example/1"></iframe>
            <img alt="" data-purpose="media" data-src="https://kijkdoos.example/2">
            <video data-purpose="media" data-src="https://kijkdoos.example/3"></video>
            <link rel="stylesheet" data-purpose="media" data-href="https://kijkdoos.example/4">
            <script type="text/plain" data-purpose="media">window.ran = (window.ran ?? 0) + 1</script>
            <script>
              window.mine = [...document.querySelectorAll('[data-purpose]')];
              window.loads = () => mine.filter(e => e.hasAttribute('src') || e.hasAttribute('href')).length;
            </script>
            """);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.ran === 1 && loads() === 4");
        await visitor.SentAsync();
        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles weigeren");
        await visitor.Page.WaitForFunctionAsync("() => loads() === 0");
        Assert.Equal("IFRAME IMG VIDEO LINK SCRIPT", await visitor.Page.EvaluateAsync<string>("() => mine.filter(e => e.isConnected).map(e => e.tagName).join(' ')"));
        Assert.True(await visitor.Page.EvaluateAsync<bool>("() => [...document.querySelectorAll('[data-purpose]:not(script)')].every((e, i, all) => e === mine[i] && all.length === 4)"));
        Assert.Equal(1, await visitor.Page.EvaluateAsync<int>("() => window.ran"));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task A_frame_that_the_page_takes_out_takes_its_note_along_and_gets_one_again_when_it_is_put_back()
    {
        await using var visitor = await OpenAsync("""<iframe title="Uitleg" data-purpose="media" data-src="https://kijkdoos.example/1"></iframe>""");
        await Expect(visitor.Note("Uitleg")).ToBeVisibleAsync();
        await visitor.Page.EvaluateAsync("() => { window.frame = document.querySelector('iframe'); window.frame.remove() }");
        await Expect(visitor.Page.Locator(".kz-n")).ToHaveCountAsync(0);
        await visitor.Page.EvaluateAsync("() => document.body.append(window.frame)");
        await Expect(visitor.Note("Uitleg")).ToBeVisibleAsync();
        Assert.Empty(visitor.Requests("kijkdoos.example"));
        Assert.Empty(visitor.Errors);
    }

    /// <summary>As one that works all the time, or in a tab that nobody looks at: the browser calls nobody then who said no time.</summary>
    [Fact]
    public async Task On_a_page_that_is_never_idle_what_is_held_back_says_so_all_the_same()
    {
        await using var visitor = await OpenAsync("""
            <script>window.requestIdleCallback = (callback, options) => { if (options?.timeout) setTimeout(callback, options.timeout) }</script>
            <iframe title="Uitleg" data-purpose="media" data-src="https://kijkdoos.example/1"></iframe>
            """);
        await Expect(visitor.Note("Uitleg")).ToBeVisibleAsync();
        Assert.Empty(visitor.Errors);
    }

    [Theory]
    [InlineData("nomodule")]
    [InlineData("data-type=\"text/template\"")]
    public async Task A_script_that_no_browser_loads_does_not_stop_the_next(string attribute)
    {
        await using var visitor = await OpenAsync($"""
            <script type="text/plain" {attribute} data-purpose="statistics" data-src="/never"></script>
            <script type="text/plain" data-purpose="statistics">window.ran = 1</script>
            """);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.ran === 1");
        await visitor.RoundTripAsync();
        Assert.Empty(visitor.Requests("/never"));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task A_held_back_script_may_have_its_address_in_src()
    {
        await using var visitor = await OpenAsync("""<script type="text/plain" data-purpose="statistics" src="/own.js"></script>""");
        await visitor.ServeAsync(Home + "own.js", "window.ran = (window.ran ?? 0) + 1");
        await visitor.RoundTripAsync();
        Assert.Empty(visitor.Requests("/own.js"));
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.ran === 1");
        Assert.Single(visitor.Requests("/own.js"));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task Under_trusted_types_that_refuse_ours_each_script_is_tried_by_itself_also_behind_one_with_an_attribute_that_is_code()
    {
        await using var visitor = await OpenAsync(TwoScripts, policy: "trusted-types other");
        var said = visitor.ListenToConsole();
        Assert.Equal(201, (await visitor.DecideAsync("Alles accepteren")).Status);
        await Eventually.IsSoAsync("both are refused", () => Task.FromResult(said.Count(s => s.Contains("refuses a held-back script", StringComparison.Ordinal)) == 2));
        await Eventually.IsSoAsync("the frame is loaded", () => Task.FromResult(visitor.Requests("kijkdoos.example/1").Count == 1));
        Assert.Equal("undefined,undefined", await visitor.Page.EvaluateAsync<string>("() => [typeof window.ran, typeof window.bad].join()"));
        Assert.Empty(visitor.Errors);
    }

    /// <summary>The page judges by itself what its default policy lets through.</summary>
    [Fact]
    public async Task Under_trusted_types_with_a_default_policy_of_the_page_one_script_that_it_refuses_does_not_stop_the_next()
    {
        const string Judge = """
            <script nonce="abc">trustedTypes.createPolicy('default', { createScript: text => text.includes('bad') ? null : text, createScriptURL: url => url })</script>
            """;
        await using var visitor = await OpenAsync(TwoScripts, Judge, "trusted-types default");
        Assert.Equal(201, (await visitor.DecideAsync("Alles accepteren")).Status);
        await visitor.Page.WaitForFunctionAsync("() => window.ran === 1");
        Assert.Equal("undefined", await visitor.Page.EvaluateAsync<string>("() => typeof window.bad"));
        Assert.Empty(visitor.Requests("/one.js"));
        Assert.Empty(visitor.Errors);
    }

    [Theory]
    [InlineData("""<iframe title="Eerste" data-purpose="mdeia" data-src="/wrong/1"></iframe><iframe title="Tweede" data-purpose="mdeia" data-src="/wrong/2"></iframe>""")]
    [InlineData("""<script type="text/plain" data-purpose="mdeia" data-src="/wrong/1"></script><script type="text/plain" data-purpose="mdeia">window.bad = 1</script>""")]
    public async Task A_purpose_that_is_misspelt_is_told_in_the_console_once_and_what_is_marked_with_it_stays_held_back(string misspelt)
    {
        await using var visitor = await host.VisitorAsync();
        var said = visitor.ListenToConsole();
        await LoadAsync(visitor, misspelt + """
            <script type="text/plain" data-purpose="media">window.ran = 1</script><iframe title="Uitleg" data-purpose="media" data-src="https://kijkdoos.example/1"></iframe>
            """);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.ran === 1");
        await Eventually.IsSoAsync("what is marked rightly is loaded", () => Task.FromResult(visitor.Requests("kijkdoos.example/1").Count == 1));
        await visitor.ComesBackAsync();
        await visitor.RoundTripAsync();
        Assert.Single(said, s => s.StartsWith("warning: consent: no purpose \"mdeia\"", StringComparison.Ordinal));
        Assert.Empty(visitor.Requests("/wrong/"));
        Assert.Equal("undefined", await visitor.Page.EvaluateAsync<string>("() => typeof window.bad"));
        Assert.Empty(visitor.Errors);
    }

    private async Task<Visitor> OpenAsync(string body, string head = "", string? policy = null)
    {
        var visitor = await host.VisitorAsync();
        await LoadAsync(visitor, body, head, policy is null ? null : $"connect-src {host.Gateway}; script-src 'nonce-abc'; require-trusted-types-for 'script'; {policy}");
        return visitor;
    }

    private static async Task LoadAsync(Visitor visitor, string body, string head = "", string? policy = null)
    {
        await visitor.ServeAsync("https://kijkdoos.example/**", "<!doctype html><p>video", "text/html");
        await visitor.ServePageAsync(Home, Site, body, head, policy, visitor.Tag(Site, "nonce=\"abc\""));
        await visitor.GoAsync(Home);
        await visitor.PartsAsync("rest");
    }
}
