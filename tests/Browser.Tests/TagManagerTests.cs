using System.Collections.Concurrent;
using System.Text.Json;
using static Consent.Browser.Tests.IntegrationGuide;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>
/// The code of the Tag Manager template in a page, with the real banner. Tag Manager is a stand-in (<c>tag-manager/sandbox.js</c>), which takes
/// the gateway's plain address too; the form of the template asks for https.
/// </summary>
public class TagManagerTests(RunningHost host)
{
    private const string Site = "tagged";
    private const string Needed = "security_storage";

    /// <summary>Rows that the template must obey, and two that it must not: statistics are no advertising, and no consent is asked to showing work.</summary>
    private static readonly object[] Rows =
    [
        new { purpose = "statistics", type = "analytics_storage", advertising = "no" },
        new { purpose = "media", type = "ad_storage", advertising = "yes" },
        new { purpose = "statistics", type = "ad_user_data", advertising = "no" },
        new { purpose = "showing-work", type = "ad_personalization", advertising = "yes" },
        new { purpose = "necessary", type = Needed, advertising = "no" },
    ];

    [Fact]
    public async Task Everything_is_denied_once_before_the_banner_is_there_and_each_type_is_granted_by_the_choice_alone()
    {
        await using var visitor = await host.VisitorAsync();
        var console = new ConcurrentQueue<string>();
        visitor.Page.Console += (_, m) => console.Enqueue(m.Text);
        var home = await ServeAsync(visitor);
        await visitor.GoAsync(home);
        var told = await ToldAsync(visitor, "success");
        Assert.Equal(["default", "set", "set"], told.Take(3).Select(Name));
        Assert.Equal(7, told[0][1].EnumerateObject().Count(type => type.Value.ToString() == "denied"));
        Assert.Equal(500, told[0][1].GetProperty("wait_for_update").GetInt32());
        Assert.All(told.Skip(3).Where(t => Name(t) != "success"), t => Assert.Equal(("update", Needed), (Name(t), Granted(t))));
        Assert.Contains("ad_user_data", Assert.Single(console, line => line.Contains("\"statistics\" does not grant", StringComparison.Ordinal)), StringComparison.Ordinal);

        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").CheckAsync();
        await visitor.DecideAsync("Keuze opslaan");
        told = await ToldAsync(visitor, "tag");
        Assert.Equal($"analytics_storage {Needed}", Granted(told[^2]));
        Assert.Equal("analytics_storage", told[^1][1].GetString());

        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles accepteren");
        told = await GrantedAsync(visitor, $"ad_storage analytics_storage {Needed}");
        Assert.True(await visitor.PagePermitsAsync("statistics"));
        Assert.True(await visitor.PagePermitsAsync("showing-work"));
        Assert.Equal(["analytics_storage", "ad_storage"], told.Where(t => Name(t) == "tag").Select(t => t[1].GetString()));
        Assert.Single(told, t => Name(t) == "default");
        // The declaration has no signals, so nobody else speaks to Google's tags.
        Assert.False(await visitor.Page.EvaluateAsync<bool>("() => 'dataLayer' in window"));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task Who_comes_back_is_granted_what_was_chosen_after_the_default_and_a_withdrawal_denies_it()
    {
        await using var visitor = await host.VisitorAsync();
        var home = await ServeAsync(visitor);
        await visitor.GoAsync(home);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.ReloadAsync();
        var told = await ToldAsync(visitor, "success");
        Assert.Equal("default", Name(told[0]));
        var all = $"ad_storage analytics_storage {Needed}";
        Assert.All(told.Where(t => Name(t) == "update"), t => Assert.Equal(all, Granted(t)));
        Assert.Equal(2, told.Count(t => Name(t) == "tag"));

        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles weigeren");
        told = await GrantedAsync(visitor, Needed);
        Assert.Single(told, t => Name(t) == "default");
        await Expect(visitor.Banner).ToBeHiddenAsync();
        Assert.Empty(visitor.Errors);
    }

    private static string Name(JsonElement told) => told[0].GetString()!;

    private static string Granted(JsonElement told) =>
        string.Join(' ', told[1].EnumerateObject().Where(type => type.Value.ToString() == "granted").Select(type => type.Name).Order(StringComparer.Ordinal));

    /// <summary>What the container was told, as soon as this is among it.</summary>
    private static async Task<JsonElement[]> ToldAsync(Visitor visitor, string what)
    {
        await visitor.Page.WaitForFunctionAsync("what => tagManager.told.some(t => t[0] === what)", what);
        return JsonSerializer.Deserialize<JsonElement[]>(await visitor.Page.EvaluateAsync<string>("() => JSON.stringify(tagManager.told)"))!;
    }

    /// <summary>The same, as soon as the last update grants these types and no others.</summary>
    private static async Task<JsonElement[]> GrantedAsync(Visitor visitor, string types)
    {
        await visitor.Page.WaitForFunctionAsync(
            "types => Object.entries(tagManager.told.filter(t => t[0] === 'update').at(-1)[1]).filter(s => s[1] === 'granted').map(s => s[0]).sort().join(' ') === types", types);
        return await ToldAsync(visitor, "update");
    }

    private async Task<string> ServeAsync(Visitor visitor)
    {
        var home = await host.PublishLikeAsync("kabelaar", Site, declaration =>
            declaration["purposes"]!.AsArray().Single(p => (string)p!["id"]! == "media")!["advertising"] = true);
        var template = await File.ReadAllTextAsync(Integration("gtm", "template.tpl"));
        var code = template.Split("___SANDBOXED_JS_FOR_WEB_TEMPLATE___")[1].Split("___WEB_PERMISSIONS___")[0];
        var data = new { gateway = host.Gateway.ToString(), site = Site, waitForUpdate = "500", adsDataRedaction = true, urlPassthrough = false, mapping = Rows };
        var tags = $"""
            <script>{await File.ReadAllTextAsync(Beside("tag-manager", "sandbox.js"))}</script>
            <script>
              for (const type of ['ad_personalization', 'ad_storage', 'ad_user_data', 'analytics_storage']) tagManager.tag(type);
              tagManager.run({JsonSerializer.Serialize(code)}, {JsonSerializer.Serialize(data)});
            </script>
            """;
        await visitor.ServePageAsync(home, Site, tag: tags);
        return home;
    }
}
