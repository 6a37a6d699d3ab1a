using System.Text.Json;
using Consent.Tests.Support;

namespace Consent.Browser.Tests;

/// <summary>Statistics without tracking: what the browser tells of what was shown and chosen, and what the site's owner reads of it.</summary>
public class CountingTests(RunningHost host)
{
    private const string Site = "weefgoed";
    private const string Home = "https://www.weefgoed.example/";

    [Fact]
    public async Task What_was_shown_refused_chosen_and_withdrawn_is_counted_once_each_and_by_nothing_that_tells_whom()
    {
        var before = await TodayAsync();
        await using (var visitor = await host.VisitorAsync())
        {
            await visitor.OpenAsync(Site);
            await visitor.DecideAsync("Alles weigeren");
            await CountedAsync(visitor, "shown", "refuse-all");
            await visitor.ReloadAsync();
            Assert.Equal(2, visitor.Requests("/count").Count);
        }
        await using (var visitor = await host.VisitorAsync())
        {
            await visitor.OpenAsync(Site);
            await visitor.Button("Instellingen").ClickAsync();
            await visitor.Banner.Locator("input[type=checkbox]").First.CheckAsync();
            await visitor.DecideAsync("Keuze opslaan");
            await visitor.Reopener.ClickAsync();
            await visitor.DecideAsync("Alles weigeren");
            await CountedAsync(visitor, "shown", "save", "withdraw");
            foreach (var count in visitor.Requests("/count"))
            {
                Assert.Equal("POST", count.Method);
                Assert.Matches("^[a-z-]+ [0-9a-f]{64}$", count.PostData!);
                Assert.DoesNotContain("cookie", (await count.AllHeadersAsync()).Keys);
            }
            // Other tests are visitors of the same site meanwhile, so it may be more.
            (string Name, int Times)[] expected = [("shown", 2), ("refused", 1), ("chosen", 1), ("withdrawn", 1)];
            await Eventually.IsSoAsync("the owner reads what was counted", async () =>
            {
                var after = await TodayAsync();
                return expected.All(e => Of(after, e.Name) - Of(before, e.Name) >= e.Times);
            });
        }
    }

    [Fact]
    public async Task A_site_can_do_without_counting()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site, tag: visitor.Tag(Site, "data-count=\"off\""));
        await visitor.GoAsync(Home);
        Assert.Equal(201, (await visitor.DecideAsync("Alles accepteren")).Status);
        Assert.Empty(visitor.Requests("/count"));
    }

    [Fact]
    public async Task A_page_that_tells_nobody_where_it_is_from_is_counted_too()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site, head: "<meta name=\"referrer\" content=\"no-referrer\">");
        var counted = await visitor.Page.RunAndWaitForResponseAsync(() => visitor.GoAsync(Home), r => r.Url.EndsWith("/count", StringComparison.Ordinal));
        Assert.Equal(204, counted.Status);
        Assert.Empty(visitor.Errors);
    }

    private static async Task CountedAsync(Visitor visitor, params string[] words)
    {
        await Eventually.IsSoAsync(
            $"{string.Join(", ", words)} are counted", () => Task.FromResult(visitor.Requests("/count").Select(r => r.PostData!.Split(' ')[0]).SequenceEqual(words)));
        foreach (var count in visitor.Requests("/count")) Assert.Equal(204, (await count.ResponseAsync())!.Status);
    }

    private async Task<JsonElement> TodayAsync() => await host.GetAsync(new Uri(host.Gateway, $"/banner/{Site}/counts"));

    private static long Of(JsonElement counts, string name) => counts.GetProperty("days").EnumerateArray().Sum(d => d.GetProperty(name).GetInt64());
}
