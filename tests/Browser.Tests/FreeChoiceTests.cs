using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>A choice is free and informed: nothing is lost by refusing, each purpose is a choice of its own, and who is behind it can be read before.</summary>
public class FreeChoiceTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";
    private static readonly string[] Asked = ["recognition", "statistics", "media"];

    [Theory]
    [InlineData("Alles weigeren", false, false)]
    [InlineData("Alles weigeren", true, false)]
    [InlineData("Alles accepteren", false, true)]
    [InlineData("Alles accepteren", true, true)]
    public async Task AP6_TA_C1_On_both_layers_one_click_refuses_everything_and_one_accepts_it(string button, bool inSettings, bool grants)
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site);
        await visitor.GoAsync(Home);
        if (inSettings)
        {
            await visitor.Button("Instellingen").ClickAsync();
            await Expect(visitor.Toggle("statistics")).ToBeVisibleAsync();
        }

        var decided = (await visitor.DecideAsync(button)).Request.PostDataJSON()!.Value.GetProperty("purposes");
        await Expect(visitor.Banner).ToBeHiddenAsync();
        Assert.Equal(Asked.Select(p => (p, grants)), decided.EnumerateObject().Select(p => (p.Name, p.Value.GetBoolean())));
    }

    /// <summary>All eight combinations by one person, one after the other: what is ticked is what is sent, what the receipt holds, and what the page may do.</summary>
    [Fact]
    public async Task E3_Each_purpose_is_a_choice_of_its_own_and_every_combination_is_what_is_recorded()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site);
        await visitor.GoAsync(Home);
        for (var combination = 0; combination < 1 << Asked.Length; combination++)
        {
            var wanted = Asked.Select((purpose, i) => (purpose, (combination & (1 << i)) != 0)).ToList();
            if (combination > 0) await visitor.Reopener.ClickAsync();
            await visitor.Button("Instellingen").ClickAsync();
            foreach (var (purpose, isWanted) in wanted) await visitor.Toggle(purpose).SetCheckedAsync(isWanted);
            var answer = await visitor.DecideAsync("Keuze opslaan");

            Assert.Equal(201, answer.Status);
            var sent = answer.Request.PostDataJSON()!.Value.GetProperty("purposes");
            Assert.Equal(wanted, sent.EnumerateObject().Select(p => (p.Name, p.Value.GetBoolean())));
            var held = (await answer.JsonAsync())!.Value.GetProperty("purposes");
            await visitor.SentAsync();
            foreach (var (purpose, isWanted) in wanted)
            {
                Assert.Equal(isWanted, held.GetProperty(purpose).GetProperty("status").GetString() == "given");
                Assert.Equal(isWanted, await visitor.PagePermitsAsync(purpose));
            }
        }

        Assert.Empty(visitor.Errors);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task E2_TC_The_page_is_as_it_was_without_the_banner_after_refusing_and_can_be_used_before_answering(bool answered)
    {
        const string Content = """<main><p>Alles wat deze site te bieden heeft.</p><a href="/next">Verder lezen</a><div style="height: 3000px"></div><p>Het einde.</p></main>""";
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home + "plain", Site, Content, tag: "<meta>");
        await visitor.ServePageAsync(Home + "next", Site, Content);
        await visitor.ServePageAsync(Home, Site, Content);
        await visitor.Page.GotoAsync(Home + "plain");
        var (text, style) = (await TextAsync(visitor), await StyleAsync(visitor));

        await visitor.GoAsync(Home);
        if (answered)
        {
            await visitor.DecideAsync("Alles weigeren");
            await Expect(visitor.Banner).ToBeHiddenAsync();
            await Expect(visitor.Reopener).ToBeVisibleAsync();
            // Whatever one points at is the page's own, save the small button that reopens the banner.
            Assert.Equal(["", "Cookie-instellingen"], await visitor.Page.EvaluateAsync<string[]>("""
                () => {
                  const on = new Set();
                  for (let x = 5; x < innerWidth; x += 15) for (let y = 5; y < innerHeight; y += 15) on.add(document.elementFromPoint(x, y)?.closest('.kz')?.textContent ?? '');
                  return [...on].sort();
                }
                """));
        }

        Assert.Equal((text, style), (await TextAsync(visitor), await StyleAsync(visitor)));
        await Expect(visitor.Page.Locator("[inert], [aria-hidden=true], [aria-modal], dialog")).ToHaveCountAsync(0);
        await visitor.Page.Mouse.MoveAsync(300, 300);
        await visitor.Page.Mouse.WheelAsync(0, 1200);
        await visitor.Page.WaitForFunctionAsync("() => scrollY > 1000");
        await visitor.Page.Mouse.WheelAsync(0, -5000);
        await visitor.Page.Locator("a").ClickAsync();
        await Expect(visitor.Page).ToHaveURLAsync(Home + "next");
        Assert.Equal(text, await TextAsync(visitor));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task C4_The_recipients_of_every_purpose_that_is_asked_can_all_be_read_before_choosing(string site)
    {
        var declaration = await host.GetAsync(new Uri(host.Gateway, $"/v1/sites/{site}/declaration"));
        var stored = declaration.GetProperty("cookies").EnumerateArray().Select(c => c.GetProperty("purpose").GetString()).ToHashSet();
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(site);
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Banner.GetByRole(AriaRole.Checkbox).First.WaitForAsync();
        var seen = 0;
        foreach (var purpose in declaration.GetProperty("purposes").EnumerateArray().Where(p => p.GetProperty("legalBasis").GetString() == "consent"))
        {
            var id = purpose.GetProperty("id").GetString()!;
            if (!stored.Contains(id)) continue;
            var block = visitor.Banner.Locator(".kz-p").Filter(new() { Has = visitor.Page.Locator($"input[name={id}]") });
            await block.Locator("summary").ClickAsync();
            var vendors = purpose.TryGetProperty("vendors", out var ids) ? ids.EnumerateArray().Select(v => NameOf(declaration, v.GetString()!)).ToList() : [];
            if (vendors.Count == 0) await Expect(block).ToContainTextAsync($"Alleen {declaration.GetProperty("controller").GetProperty("name").GetString()}.");
            foreach (var vendor in vendors) await Expect(block.Locator("details li").Filter(new() { HasText = vendor }).First).ToBeVisibleAsync();
            seen++;
        }

        Assert.Equal(seen, await visitor.Banner.GetByRole(AriaRole.Checkbox).CountAsync());
        Assert.Empty(await visitor.Context.CookiesAsync());
        Assert.Empty(visitor.Requests("/decisions"));
    }

    public static TheoryData<string> Samples => [.. RunningHost.Samples];

    private static string NameOf(JsonElement declaration, string vendor) =>
        declaration.GetProperty("vendors").EnumerateArray().Single(v => v.GetProperty("id").GetString() == vendor).GetProperty("name").GetString()!;

    private static Task<string> TextAsync(Visitor visitor) => visitor.Page.Locator("main").InnerTextAsync();

    /// <summary>What locks a page, where something does.</summary>
    private static Task<string> StyleAsync(Visitor visitor) => visitor.Page.EvaluateAsync<string>(
        "() => [document.documentElement, document.body].map(e => { const s = getComputedStyle(e); return [s.overflow, s.position, s.pointerEvents, s.filter, s.opacity, s.userSelect].join() }).join('; ')");
}
