using System.Text.Json;
using Consent.Tests.Support;
using Microsoft.Playwright;

namespace Consent.Browser.Tests;

/// <summary>Programs that act for people: axe for those who hear or feel the page, and a browser's automatic consent client.</summary>
public class ClientsAndReadersTests(RunningHost host)
{
    private static readonly string Modules = Path.Combine(Repository.Root, "tests/browser/node_modules");

    [Theory]
    [InlineData("nl", 320)]
    [InlineData("nl", 1440)]
    [InlineData("en", 768)]
    public async Task W1_W3_W4_axe_finds_nothing_in_any_state(string language, int width)
    {
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await using var visitor = await host.VisitorAsync(width, 900, scheme: scheme);
            await visitor.OpenAsync("koppelhuis", language);
            await AxeAsync(visitor, "the first layer");
            await visitor.Banner.GetByRole(AriaRole.Button).Nth(2).ClickAsync();
            await visitor.Toggle("statistics").WaitForAsync();
            foreach (var more in await visitor.Banner.Locator("summary").AllAsync()) await more.ClickAsync();
            await AxeAsync(visitor, "the settings, all unfolded");
            await visitor.Banner.GetByRole(AriaRole.Button).Filter(new() { HasTextRegex = new("^(Alles weigeren|Reject all)$") }).ClickAsync();
            await visitor.Reopener.WaitForAsync();
            await AxeAsync(visitor, "the closed banner and the note at a frame");
        }
    }

    [Theory]
    [InlineData("nl")]
    [InlineData("en")]
    public async Task An_automatic_consent_client_recognises_the_banner_and_refuses(string language)
    {
        await using var visitor = await host.VisitorAsync();
        var messages = new List<string>();
        await visitor.Context.ExposeBindingAsync("autoconsentSendMessage", async (BindingSource source, JsonElement message) =>
        {
            var type = message.GetProperty("type").GetString()!;
            lock (messages) messages.Add(type == "optOutResult" ? $"{type} {message.GetProperty("result")}" : type);
            if (type == "init")
                await source.Frame.EvaluateAsync(
                    """
                    () => void window.autoconsentReceiveMessage({ type: 'initResp', rules: { autoconsent: [] }, config: {
                        enabled: true, autoAction: 'optOut', disabledCmps: [], enablePrehide: false, enableCosmeticRules: false, enableGeneratedRules: false,
                        enableHeuristicDetection: true, detectRetries: 20, heuristicMode: 'reject', logs: {} } })
                    """);
        });
        await visitor.Context.AddInitScriptAsync(scriptPath: Path.Combine(Modules, "@duckduckgo/autoconsent/dist/autoconsent.playwright.js"));
        await visitor.Page.GotoAsync(new Uri(host.Demo, $"/raadhuis?lang={language}").ToString());
        await Eventually.IsSoAsync("everything is refused", () => Task.FromResult(visitor.Requests("/decisions").Any(r => r.Method == "POST")),
            seen: () => { lock (messages) return string.Join(' ', messages); });

        var sent = visitor.Requests("/decisions").First(r => r.Method == "POST").PostDataJSON()!.Value;
        Assert.All(sent.GetProperty("purposes").EnumerateObject(), p => Assert.False(p.Value.GetBoolean()));
    }

    private static async Task AxeAsync(Visitor visitor, string state)
    {
        // Not as a script of the page, which its own policy would not let in.
        await visitor.Page.EvaluateAsync(await File.ReadAllTextAsync(Path.Combine(Modules, "axe-core/axe.min.js"), TestContext.Current.CancellationToken));
        var found = await visitor.Page.EvaluateAsync<JsonElement>(
            "async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })).violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | '))");
        Assert.True(found.GetArrayLength() == 0, $"{state}: {string.Join('\n', found.EnumerateArray())}");
    }
}
