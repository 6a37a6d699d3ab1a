using Consent.Tests.Support;
using Microsoft.Playwright;

namespace Consent.Browser.Tests;

/// <summary>A choice outlives a lost connection, and gives way to a newer "no".</summary>
public class KeepingTests(RunningHost host)
{
    private const string Site = "weefgoed";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_decision_that_could_not_be_sent_takes_effect_and_is_sent_from_the_next_page(bool answeredByFailure)
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        const string Decisions = "**/decisions";
        await visitor.Context.RouteAsync(Decisions, route => answeredByFailure ? route.FulfillAsync(new() { Status = 503 }) : route.AbortAsync());
        await visitor.Button("Alles accepteren").ClickAsync();
        await Eventually.IsSoAsync("the script runs all the same", () => Task.FromResult(visitor.Requests("/assets/analytics.js").Count == 1));
        Assert.Contains("consent-pending", await visitor.KeptAsync(), StringComparison.Ordinal);

        await visitor.Context.UnrouteAsync(Decisions);
        var sent = await visitor.Page.RunAndWaitForResponseAsync(visitor.ReloadAsync, r => r.Url.EndsWith("/decisions", StringComparison.Ordinal) && r.Request.Method == "POST");
        Assert.Equal(201, sent.Status);
        await Eventually.IsSoAsync("nothing waits any more", async () => !(await visitor.KeptAsync()).Contains("consent-pending", StringComparison.Ordinal));
        var keys = visitor.Requests("/decisions").Where(r => r.Method == "POST").Select(r => r.Headers["idempotency-key"]).ToList();
        Assert.Equal(2, keys.Count);
        Assert.Single(keys.Distinct());
        Assert.Equal("given", await host.StatusAsync(Site, "statistics", (await visitor.IdAsync())!));
    }

    [Fact]
    public async Task A_choice_and_a_change_of_mind_made_offline_arrive_as_the_last_word_of_one_person()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        await visitor.Context.SetOfflineAsync(true);
        await visitor.Button("Alles accepteren").ClickAsync();
        var id = (await visitor.IdAsync())!;
        await visitor.Reopener.ClickAsync();
        await visitor.Button("Alles weigeren").ClickAsync();
        await visitor.Context.SetOfflineAsync(false);
        await visitor.Page.RunAndWaitForResponseAsync(visitor.ReloadAsync, r => r.Url.EndsWith("/decisions", StringComparison.Ordinal) && r.Status == 201);
        Assert.Equal("refused", await host.StatusAsync(Site, "statistics", id));
        await Eventually.IsSoAsync("the id is forgotten", async () => !(await visitor.KeptAsync()).Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_grant_made_without_knowing_of_a_newer_no_gives_way_to_it()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site);
        await visitor.DecideAsync("Alles accepteren");
        await Eventually.IsSoAsync("the receipt's version is held", async () => (await visitor.ChoiceAsync())!.Value.TryGetProperty("r", out var r) && r.GetInt64() == 1);
        await host.DecideElsewhereAsync(Site, (await visitor.IdAsync())!, "statistics", grant: false, heldVersion: 1);

        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles accepteren");
        await Eventually.IsSoAsync("the newer no is taken over", async () => !await visitor.PagePermitsAsync("statistics"));
        Assert.True(await visitor.PagePermitsAsync("media"));
        Assert.Null(await visitor.CookieAsync("_demo_stats"));
    }

    [Fact]
    public async Task Without_the_script_the_page_is_unharmed_and_nothing_optional_runs()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.Context.RouteAsync("**/banner/*.js", route => route.FulfillAsync(new() { Status = 404, Body = "{}" }));
        await visitor.Page.GotoAsync(new Uri(host.Demo, $"/{Site}").ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        Assert.True(await visitor.Page.Locator("h1").IsVisibleAsync());
        Assert.Empty(visitor.Requests("/assets/analytics.js"));
        Assert.Empty(visitor.Errors);
    }
}
