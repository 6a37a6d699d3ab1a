using System.Text.Json;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>What others wrote into the place of the choice, or of what waits to be sent: it grants nothing, breaks nothing, and the person can choose.</summary>
public class HostileStorageTests(RunningHost host)
{
    private const string Site = "weefgoed";
    /// <summary>Nobody else's: a receipt of another test would overrule.</summary>
    private const string Id = "fedcba9876543210fedcba9876543210";

    /// <summary>In these, MEANING is what statistics means in force, NOW this moment and LATER ten years from it, in milliseconds.</summary>
    [Theory]
    [InlineData("%E0%A4%A")]
    [InlineData("%00%01%02")]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("\"text\"")]
    [InlineData("[[[[[[]]]]]]")]
    [InlineData("not JSON; at all")]
    [InlineData("""{"v":1,"p":""")]
    [InlineData("""{"v":2,"d":"","p":{"statistics":["MEANING",NOW]}}""")]
    [InlineData("""{"v":"1","d":"","p":{"statistics":["MEANING",NOW]}}""")]
    [InlineData("""{"v":1,"p":null}""")]
    [InlineData("""{"v":1,"p":5}""")]
    [InlineData("""{"v":1,"p":""}""")]
    [InlineData("""{"v":1,"p":[]}""")]
    [InlineData("""{"v":1,"p":{"statistics":true}}""")]
    [InlineData("""{"v":1,"p":{"statistics":{"0":"MEANING","1":NOW}}}""")]
    [InlineData("""{"v":1,"p":{"statistics":[],"media":[[],{}]}}""")]
    [InlineData("""{"v":1,"p":{"statistics":[{"a":1},NOW],"media":[true,NOW]}}""")]
    [InlineData("""{"v":1,"p":{"statistics":["MEANING","soon"],"media":[0,null]}}""")]
    [InlineData("""{"v":1,"p":{"statistics":["MEANING",1e300],"media":[0,-1e300]}}""")]
    [InlineData("""{"v":1,"p":{"statistics":["MEANING",LATER],"media":[0,LATER]}}""")]
    [InlineData("""{"v":1,"p":{"statistics":["MEANING",0],"media":[0,0]}}""")]
    [InlineData("""{"v":1,"p":{"statistics":["fedcba9876543210",NOW]}}""")]
    [InlineData("""{"v":1,"id":"0123456789abcdef0123456789abcdef","r":1e300,"p":{"statistics":["fedcba9876543210",NOW]}}""")]
    [InlineData("""{"v":1,"id":"0123456789abcdef0123456789abcdef","r":"x","p":{"statistics":["fedcba9876543210",NOW]}}""")]
    [InlineData("""{"v":1,"id":["0123456789abcdef0123456789abcdef"],"r":-1.5,"p":{"statistics":["fedcba9876543210",NOW]}}""")]
    [InlineData("""{"v":1,"id":"../../receipts","p":{"statistics":["MEANING",NOW]}}""")]
    [InlineData("""{"__proto__":{"v":1,"p":{"statistics":["MEANING",NOW]}}}""")]
    [InlineData("""{"v":1,"__proto__":{"p":1},"constructor":{"prototype":{"permits":1}},"p":{"__proto__":["MEANING",NOW],"constructor":["MEANING",NOW],"toString":[0,NOW]}}""")]
    public async Task A_forged_choice_counts_as_none_breaks_nothing_and_gives_way_to_the_person_s_own(string forged)
    {
        var declaration = await host.GetAsync(new Uri(host.Gateway, $"/v1/sites/{Site}/declaration"));
        var now = TimeProvider.System.GetUtcNow();
        var value = forged.Replace("MEANING", declaration.GetProperty("meanings").GetProperty("statistics").GetString(), StringComparison.Ordinal)
            .Replace("NOW", $"{now.ToUnixTimeMilliseconds()}", StringComparison.Ordinal).Replace("LATER", $"{now.AddYears(10).ToUnixTimeMilliseconds()}", StringComparison.Ordinal);
        await AssertAsksAndKeepsAsync(value.StartsWith('%') ? value : Uri.EscapeDataString(value));
    }

    [Fact]
    public Task A_choice_as_large_as_a_cookie_can_be_counts_as_none() =>
        AssertAsksAndKeepsAsync(Uri.EscapeDataString("{\"v\":1,\"p\":{" + string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"p{i}\":[0,1]"))).PadRight(4000, 'x')[..4000]);

    [Theory]
    [InlineData("{")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"key":"k","body":5}""")]
    [InlineData("""{"key":{"a":1},"body":{"subjectId":"../../x","purposes":{"statistics":true}}}""")]
    [InlineData("""{"__proto__":{"body":{"subjectId":"x"}}}""")]
    public async Task What_was_forged_as_waiting_to_be_sent_is_not_sent_and_the_person_can_choose(string forged)
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.Context.AddInitScriptAsync($"if (!localStorage.getItem('been')) {{ localStorage.setItem('been', '1'); localStorage.setItem('consent-pending', {JsonSerializer.Serialize(forged)}) }}");
        await visitor.OpenAsync(Site);
        await AssertAnswerIsKeptAsync(visitor);
        Assert.Single(visitor.Requests("/decisions"), r => r.Method == "POST");
    }

    /// <summary>A version that was never reached grants nothing (409); the receipt tells how things stand, and the page takes it over.</summary>
    [Fact]
    public async Task A_decision_with_a_forged_version_is_overruled_by_the_receipt()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").CheckAsync();
        await visitor.DecideAsync("Keuze opslaan");
        await visitor.SentAsync();
        var honest = (await visitor.ChoiceAsync())!.Value.GetRawText();
        await visitor.Page.EvaluateAsync(
            "value => { document.cookie = 'consent-choice=' + encodeURIComponent(value) + ';Path=/' }", honest.Replace("\"r\":1", "\"r\":99", StringComparison.Ordinal));
        Assert.Equal(99, (await visitor.ChoiceAsync())!.Value.GetProperty("r").GetInt64());
        await visitor.ReloadAsync();

        await visitor.Reopener.ClickAsync();
        Assert.Equal(409, (await visitor.DecideAsync("Alles accepteren")).Status);
        await visitor.SentAsync();
        Assert.True(await visitor.PagePermitsAsync("statistics"));
        Assert.False(await visitor.PagePermitsAsync("media"));
        Assert.Equal("refused", await host.StatusAsync(Site, "media", (await visitor.IdAsync())!));
        Assert.Equal(1, (await visitor.ChoiceAsync())!.Value.GetProperty("r").GetInt64());

        await visitor.Reopener.ClickAsync();
        Assert.Equal(201, (await visitor.DecideAsync("Alles accepteren")).Status);
        await visitor.SentAsync();
        Assert.True(await visitor.PagePermitsAsync("media"));
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task A_forged_grant_that_no_receipt_holds_is_undone_by_the_first_receipt()
    {
        await using var visitor = await host.VisitorAsync();
        var declaration = await host.GetAsync(new Uri(host.Gateway, $"/v1/sites/{Site}/declaration"));
        var meaning = declaration.GetProperty("meanings").GetProperty("statistics").GetString()!;
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var value = JsonSerializer.Serialize(new { v = 1, d = "", id = Id, r = 7, p = new { statistics = (object[])[meaning, now] } });
        await visitor.Context.AddCookiesAsync([new() { Name = "consent-choice", Value = Uri.EscapeDataString(value), Url = host.Demo.ToString() }]);
        await visitor.OpenAsync(Site);
        Assert.False(await host.PermitsAsync("analytics", Site, "statistics", Id));
        await Expect(visitor.Banner.Locator("li")).ToHaveTextAsync(["Video's"]);
        Assert.Equal(201, (await visitor.DecideAsync("Alles weigeren")).Status);
        await visitor.SentAsync();
        Assert.Null(await visitor.IdAsync());
        Assert.False(await visitor.PagePermitsAsync("statistics"));
        await visitor.ReloadAsync();
        await Expect(visitor.Banner.Locator("li")).ToHaveCountAsync(1);
        Assert.Empty(visitor.Errors);
    }

    private async Task AssertAsksAndKeepsAsync(string cookie)
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.Context.AddCookiesAsync([new() { Name = "consent-choice", Value = cookie, Url = host.Demo.ToString() }]);
        await visitor.OpenAsync(Site);
        await Expect(visitor.Banner.Locator("li")).ToHaveCountAsync(2);
        Assert.False(await visitor.PagePermitsAsync("statistics") || await visitor.PagePermitsAsync("media") || await visitor.PagePermitsAsync("__proto__"));
        Assert.Empty(visitor.Requests("/decisions"));
        await AssertAnswerIsKeptAsync(visitor);
        Assert.Empty(visitor.Requests("/assets/analytics.js"));
    }

    private static async Task AssertAnswerIsKeptAsync(Visitor visitor)
    {
        Assert.Equal(201, (await visitor.DecideAsync("Alles weigeren")).Status);
        await visitor.SentAsync();
        await visitor.ReloadAsync();
        await Expect(visitor.Banner).ToBeHiddenAsync();
        Assert.Empty(visitor.Errors);
    }
}
