using System.Diagnostics;
using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Microsoft.Playwright;
using static Consent.Browser.Tests.IntegrationGuide;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>
/// Pages that PHP prints with the WordPress plugin, set up as INTEGRATE.md says. WordPress is a stand-in (<c>wordpress/stand-in.php</c>):
/// what is tried is the plugin's own code, and what a browser makes of the marks that it sets.
/// </summary>
public class WordPressTests(RunningHost host)
{
    private const string Menu = "window.ran = ['menu'];";

    [Fact]
    public async Task The_banner_appears_and_named_scripts_and_hosts_wait_for_their_purpose_and_then_run_once_and_in_order()
    {
        await using var visitor = await host.VisitorAsync();
        var home = await ServeAsync(visitor, Menu);
        await visitor.GoAsync(home);
        await Expect(visitor.Banner).ToContainClassAsync("kz-corner");
        await RanAsync(visitor, "menu,content");
        Assert.Single(visitor.Requests("//notyoutube.com/"));
        Assert.All((string[])["googletagmanager.com", "youtube-nocookie.com", ".youtube.com"], held => Assert.Empty(visitor.Requests(held)));
        await Expect(visitor.Page.Locator("link[rel=dns-prefetch]")).ToHaveCountAsync(1);
        await Expect(visitor.Page.Locator("link[href*=google]")).ToHaveCountAsync(0);
        Assert.Empty(visitor.Requests("/guard.js"));

        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").CheckAsync();
        await visitor.DecideAsync("Keuze opslaan");
        await RanAsync(visitor, "menu,content,before,gtag,after");
        Assert.Empty(visitor.Requests("youtube-nocookie.com"));

        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles accepteren");
        await RanAsync(visitor, "menu,content,before,gtag,after,player");
        await Expect(visitor.Page.FrameLocator("iframe[title=Film]").Locator("p")).ToHaveTextAsync("film");
        Assert.Single(visitor.Requests("googletagmanager.com"));
        Assert.Equal("https://www.youtube-nocookie.com/embed/1?a=1&b=2", Assert.Single(visitor.Requests("youtube-nocookie.com")).Url);

        await visitor.ReloadAsync();
        await RanAsync(visitor, "menu,content,before,gtag,after,player");
        Assert.Equal(2, visitor.Requests("googletagmanager.com").Count);
        Assert.Empty(visitor.Errors);
    }

    [Theory]
    [InlineData("true", "menu,www.meter.example,held,content")]
    [InlineData("'replay'", "menu,www.meter.example,content")]
    public async Task With_the_guard_it_is_the_first_script_and_holds_what_nobody_marked(string guard, string before)
    {
        await using var visitor = await host.VisitorAsync();
        var setting = BlockAfter("With the [guard](#a-net-under-it-the-guard):").Replace("true", guard, StringComparison.Ordinal);
        var everybody = new Dictionary<string, string> { ["Access-Control-Allow-Origin"] = "*" };
        await visitor.Context.RouteAsync("https://www.meter.example/hit", route => route.FulfillAsync(new() { Headers = everybody }));
        var home = await ServeAsync(visitor, Menu + """
            addEventListener('consent:request-held', e => ran.push(e.detail.host));
            fetch('https://www.meter.example/hit').then(() => ran.push('hit'), () => ran.push('held'));
            """, setting);
        await visitor.GoAsync(home);
        Assert.EndsWith("/guard.js", await visitor.Page.EvaluateAsync<string>("() => document.scripts[0].src"), StringComparison.Ordinal);
        Assert.Equal(before.Split(',').Order(), (await visitor.Page.EvaluateAsync<string[]>("() => ran")).Order());
        Assert.Empty(visitor.Requests("meter.example"));

        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => ran.includes('player')");
        var isReplayed = guard != "true";
        if (isReplayed) await visitor.Page.WaitForFunctionAsync("() => ran.includes('hit')");
        Assert.Equal(isReplayed ? 1 : 0, visitor.Requests("meter.example").Count);
        Assert.Single(visitor.Requests("googletagmanager.com"));
        Assert.Empty(visitor.Errors);
    }

    private static Task<IJSHandle> RanAsync(Visitor visitor, string what) => visitor.Page.WaitForFunctionAsync("what => ran.join() === what", what);

    /// <summary>Publishes the site, and serves its page, with all that the page may ask for.</summary>
    private async Task<string> ServeAsync(Visitor visitor, string menu, string more = "")
    {
        var home = await host.PublishLikeAsync("koppelhuis", "word-press", declaration =>
            declaration["vendors"]!.AsArray().Single(v => (string)v!["id"]! == "google-analytics")!["hosts"] = new JsonArray("*.meter.example"));
        await visitor.ServeAsync(home, await RenderAsync(more), "text/html; charset=utf-8");
        await visitor.ServeAsync(home + "menu.js?ver=6.9", menu);
        await visitor.ServeAsync("https://www.googletagmanager.com/gtag/js?id=G-1", "ran.push('gtag')");
        await visitor.ServeAsync("https://m.youtube.com/player.js", "ran.push('player')");
        await visitor.ServeAsync("https://www.youtube-nocookie.com/embed/1?a=1&b=2", "<!doctype html><p>film", "text/html");
        await visitor.ServeAsync("https://notyoutube.com/map", "<!doctype html><p>map", "text/html");
        return home;
    }

    private async Task<string> RenderAsync(string more)
    {
        using var site = new TemporaryFolder();
        var (config, functions) = (site.File("wp-config.php"), site.File("functions.php"));
        var named = BlockAfter("In `wp-config.php`:").At(host.Gateway).Replace(IntegrationGuide.Site, "word-press", StringComparison.Ordinal);
        await File.WriteAllTextAsync(config, $"<?php\n{named}\n{more}\n");
        await File.WriteAllTextAsync(functions, $"<?php\n{BlockAfter("another file in `mu-plugins`:")}\n");
        // No setting of the machine's; whatever PHP has to say is a fault.
        string[] arguments =
        [
            "-n", "-d", "error_reporting=-1", "-d", "display_errors=stderr",
            Beside("wordpress", "page.php"), Beside("wordpress", "stand-in.php"), Integration("wordpress", "consent-banner.php"), config, functions,
        ];
        var start = new ProcessStartInfo("php", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var php = Process.Start(start)!;
        var page = php.StandardOutput.ReadToEndAsync();
        Assert.Equal("", await php.StandardError.ReadToEndAsync());
        await php.WaitForExitAsync();
        Assert.Equal(0, php.ExitCode);
        return await page;
    }
}
