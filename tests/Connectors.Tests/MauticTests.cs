using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Connectors.Tests;

public sealed class MauticTests
{
    private const string Jan = "jan@reader.example";

    [Fact]
    public async Task Who_refused_and_is_put_back_by_an_import_there_is_taken_off_again()
    {
        await using var there = await StandIn.StartAsync(new MauticStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        // He stands on the second page of the segment.
        for (var i = 0; i < there.OnePage; i++) there.Add($"reader-{i}@reader.example");
        there.Add(Jan);
        await app.OptInAsync(Jan, "news", "offers");
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromSeconds(10));
        await app.OptOutAsync(Jan, "news");
        await app.SettledAsync(id);
        Assert.False(there.IsOn(Jan, "news"));

        there.Import(Jan, "news");
        Assert.True(there.IsOn(Jan, "news"));
        app.Clock.Pass(TimeSpan.FromHours(6));
        await Eventually.IsSoAsync("he is taken off again", () => Task.FromResult(!there.IsOn(Jan, "news")));

        // And that is all: the others stay, and nothing is written again.
        await app.CompareAsync(id);
        var writes = there.Writes;
        await app.CompareAsync(id);
        Assert.Equal((writes, true, true), (there.Writes, there.IsOn(Jan, "offers"), there.IsOn("reader-0@reader.example", "news")));
    }

    [Fact]
    public async Task A_segment_that_is_not_there_any_more_holds_up_no_other()
    {
        await using var there = await StandIn.StartAsync(new MauticStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        await app.OptOutAsync(Jan, "news");
        there.Fault = http => http.Request.Path == "/api/segments/8" && StandIn.Always(404)(http);
        await app.ConnectedAsync(there);
        Assert.False(there.IsOn(Jan, "news"));
    }

    [Fact]
    public async Task What_was_stopped_as_a_whole_for_one_topic_ends_no_other_and_comes_back_with_it()
    {
        await using var there = await StandIn.StartAsync(new MauticStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, "news", "offers");
        var (id, _) = await app.ConnectedAsync(there, body => body["lists"] = new JsonObject { ["news"] = "*", ["offers"] = "8" });
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptOutAsync(Jan, "news");
        await app.SettledAsync(id);
        Assert.False(there.IsOn(Jan, "offers"));

        app.Clock.Pass(TimeSpan.FromMinutes(15));
        await app.CompareAsync(id);
        Assert.Equal("opted-in", await app.ReasonAsync(Jan, "offers"));

        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptInAsync(Jan, "news");
        await app.SettledAsync(id);
        Assert.True(there.IsOn(Jan, "offers"));
    }
}
