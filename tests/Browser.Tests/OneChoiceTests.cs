using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Browser.Tests;

/// <summary>What a browser holds of a choice is the last one that the person made, and a refusal leaves nothing behind.</summary>
public class OneChoiceTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";

    /// <summary>Set when the site had one host; since it has two, the choice is set for both.</summary>
    [Fact]
    public async Task AP8_Of_two_cookies_of_one_name_the_refusal_stands_and_an_older_grant_of_this_host_alone_is_gone()
    {
        await using var giver = await host.VisitorAsync();
        await giver.ServePageAsync(Home, Site);
        await giver.GoAsync(Home);
        await giver.DecideAsync("Alles accepteren");
        await giver.SentAsync();
        var grant = (await giver.CookieAsync("consent-choice"))!;

        await using var visitor = await host.VisitorAsync();
        await visitor.Context.AddCookiesAsync([new() { Name = "consent-choice", Value = grant, Url = Home }]);
        Assert.Equal("www.koppelhuis.example", Assert.Single(await visitor.Context.CookiesAsync()).Domain);
        await visitor.ServePageAsync(Home, Site);
        await visitor.GoAsync(Home);
        Assert.True(await visitor.PagePermitsAsync("statistics"));
        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles weigeren");
        await visitor.SentAsync();
        await AssertRefusedAsync(visitor);
        await visitor.ReloadAsync();
        await visitor.PartsAsync("act");
        await AssertRefusedAsync(visitor);
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task AP8_A_withdrawal_deletes_cookies_too_whose_names_say_that_they_are_secure()
    {
        const string Own = "secure-names";
        var home = await host.PublishLikeAsync("koppelhuis", Own, declaration =>
        {
            foreach (var name in (string[])["__Secure-stats", "__Host-stats"])
                declaration["cookies"]!.AsArray().Add(JsonNode.Parse($$$"""
                    {"name":"{{{name}}}","kind":"cookie","purpose":"statistics","lifetime":"P13M","description":{"nl":"Telt bezoeken.","en":"Counts visits."}}
                    """));
        });
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(home, Own);
        await visitor.GoAsync(home);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.SentAsync();
        await visitor.Page.EvaluateAsync("""
            () => {
              for (const cookie of ['__Secure-stats=1', '__Secure-stats=2;Domain=secure-names.example', '__Host-stats=1']) document.cookie = cookie + ';Path=/;Secure;Max-Age=9999';
            }
            """);
        Assert.Equal(3, (await visitor.Context.CookiesAsync()).Count(c => c.Name.EndsWith("-stats", StringComparison.Ordinal)));
        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles weigeren");
        await Eventually.IsSoAsync("nothing but the choice is left", async () => (await visitor.Context.CookiesAsync()) is [{ Name: "consent-choice" }],
            seen: () => string.Join('\n', visitor.Errors));
    }

    /// <summary>On a real server: a request that outlives its page sets its cookie even when the script has given it up.</summary>
    [Fact]
    public async Task A_grant_that_the_site_itself_keeps_late_does_not_undo_the_refusal_that_followed()
    {
        await using var server = await OwnServer.StartAsync();
        var grantMayBeKept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (grants, answered, refusals) = (0, 0, 0);
        server.Keep = async (choice, response) =>
        {
            // An id is there only as long as something is accepted.
            var isGrant = choice.Contains("\"id\":", StringComparison.Ordinal);
            if (isGrant)
            {
                Interlocked.Increment(ref grants);
                await grantMayBeKept.Task;
            }

            response.OnCompleted(() => Task.FromResult(isGrant ? Interlocked.Increment(ref answered) : Interlocked.Increment(ref refusals)));
            return $"consent-choice={Uri.EscapeDataString(choice)}; Path=/; Max-Age=9999; SameSite=Lax";
        };
        await using var visitor = await host.VisitorAsync();
        server.Serve("page", visitor.Tag(Site, "data-keep=\"/consent/keep\""));
        await visitor.GoAsync($"{server.Origin}/page");
        await visitor.Button("Alles accepteren").ClickAsync();
        await Eventually.IsSoAsync("the site is asked to keep the grant", () => Task.FromResult(Volatile.Read(ref grants) > 0));
        await visitor.Reopener.ClickAsync();
        await visitor.Button("Alles weigeren").ClickAsync();
        await visitor.PartsAsync("act");
        await visitor.RoundTripAsync();
        grantMayBeKept.SetResult();
        await Eventually.IsSoAsync("grant and refusal are kept", () => Task.FromResult(Volatile.Read(ref refusals) > 0 && Volatile.Read(ref answered) == Volatile.Read(ref grants)));
        await visitor.RoundTripAsync();
        await AssertRefusedAsync(visitor);
        Assert.Empty(visitor.Errors);
    }

    private static async Task AssertRefusedAsync(Visitor visitor)
    {
        await visitor.Page.WaitForFunctionAsync("() => !Object.values(window.consent.get()).includes(true)");
        Assert.Single(await visitor.Context.CookiesAsync(), c => c.Name == "consent-choice");
        var choice = (await visitor.ChoiceAsync())!.Value;
        Assert.False(choice.TryGetProperty("id", out _));
        Assert.All(choice.GetProperty("p").EnumerateObject(), p => Assert.Equal("0", p.Value[0].GetRawText()));
    }
}
