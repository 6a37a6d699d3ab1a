using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Connectors.Tests;

public sealed class SesTests : IDisposable
{
    private const string Jan = "jan@reader.example";
    private readonly Sns _sns = new();

    [Fact]
    public async Task Events_by_sns_are_here_without_any_time_passing()
    {
        await using var there = await StandIn.StartAsync(new SesStandIn());
        await using var app = await StartAsync();
        var (id, _) = await app.ConnectedAsync(there);
        foreach (var address in (string[])[Jan, "b@reader.example", "c@reader.example"]) await app.OptInAsync(address, "news", "offers");
        app.Clock.Pass(TimeSpan.FromHours(1));

        Assert.Equal(200, await HearAsync(app, id, _sns.Notification(
            """{"eventType":"Subscription","mail":{"destination":["jan@reader.example"]},"subscription":{"contactList":"readers","timestamp":"2026-03-01T10:00:00Z","newTopicPreferences":{"topicSubscriptionStatus":[{"topicName":"news","subscriptionStatus":"OptOut"}]}}}""")));
        Assert.Equal(200, await HearAsync(app, id, _sns.Notification(
            """{"eventType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"b@reader.example"}],"timestamp":"2026-03-01T10:00:00.000Z"}}""")));
        Assert.Equal(200, await HearAsync(app, id, _sns.Notification(
            """{"eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"c@reader.example"}],"timestamp":"2026-03-01T10:00:00.000Z"}}""")));

        await app.ReasonIsAsync("suppressed", Jan, "news");
        await app.ReasonIsAsync("bounced", "b@reader.example", "offers");
        await app.ReasonIsAsync("complained", "c@reader.example", "offers");
        Assert.Equal("opted-in", await app.ReasonAsync(Jan, "offers"));
    }

    [Fact]
    public async Task A_subscription_is_confirmed_where_sns_says_and_a_message_of_anybody_elses_is_refused()
    {
        await using var there = await StandIn.StartAsync(new SesStandIn());
        await using var app = await StartAsync();
        var (id, _) = await app.ConnectedAsync(there);

        Assert.Equal(200, await HearAsync(app, id, _sns.Confirmation()));
        Assert.Contains(new Uri(Sns.SubscribeUrl), _sns.Fetched);
        Assert.Equal(401, await HearAsync(app, id, _sns.Confirmation("arn:aws:sns:eu-west-1:999999999999:of-somebody-else")));
        using var another = new Sns();
        Assert.Equal(401, await HearAsync(app, id, another.Notification("""{"eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"jan@reader.example"}]}}""")));
        Assert.Equal(401, await HearAsync(app, id, new JsonObject()));
        Assert.Equal("no-basis", await app.ReasonAsync(Jan, "news"));
    }

    [Fact]
    public async Task The_suppression_list_is_read_page_by_page()
    {
        await using var there = await StandIn.StartAsync(new SesStandIn());
        await using var app = await StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, "news");
        for (var i = 0; i < there.OnePage; i++) there.Suppress($"reader-{i}@reader.example", "BOUNCE");
        there.Suppress(Jan, "COMPLAINT");

        await app.ConnectedAsync(there);

        Assert.Equal(("complained", "bounced"), (await app.ReasonAsync(Jan, "news"), await app.ReasonAsync("reader-0@reader.example", "news")));
    }

    [Fact]
    public async Task What_else_the_contact_list_holds_of_a_contact_stays()
    {
        await using var there = await StandIn.StartAsync(new SesStandIn());
        await using var app = await StartAsync();
        there.Add(Jan);
        await app.OptOutAsync(Jan, "news");
        await app.ConnectedAsync(there, body => body["lists"] = new JsonObject { ["news"] = "news" });
        Assert.Equal((false, true, """{"name":"a reader"}"""), (there.IsOn(Jan, "news"), there.IsOn(Jan, "offers"), there.AttributesOf(Jan)));
    }

    [Fact]
    public async Task Who_is_stopped_as_a_whole_is_not_lifted_for_one_topic_and_that_is_listed()
    {
        await using var there = await StandIn.StartAsync(new SesStandIn());
        await using var app = await StartAsync();
        there.Add(Jan);
        there.Stop(Jan);
        app.Clock.Pass(TimeSpan.FromDays(1));
        await app.OptInAsync(Jan, "news");
        var (id, _) = await app.ConnectedAsync(there);

        var (_, failures) = await app.SendAsync(HttpMethod.Get, $"{ConnectorsApp.Path}/{id}/failures", token: app.Token());
        Assert.Equal("stopped-there", (string?)Assert.Single(failures!["failures"]!.AsArray())!["outcome"]);
        Assert.False(there.IsOn(Jan, "news"));
        Assert.Equal("opted-in", await app.ReasonAsync(Jan, "news"));
    }

    [Fact]
    public async Task A_topic_that_is_the_contact_as_a_whole_goes_both_ways()
    {
        await using var there = await StandIn.StartAsync(new SesStandIn());
        await using var app = await StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, "news");
        var (id, _) = await app.ConnectedAsync(there, body => body["lists"] = new JsonObject { ["news"] = "*" });
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptOutAsync(Jan, "news");
        await app.SettledAsync(id);
        Assert.False(there.IsOn(Jan, "offers"));
        Assert.Equal("no-basis", await app.ReasonAsync(Jan, "offers"));

        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptInAsync(Jan, "news");
        await app.SettledAsync(id);
        Assert.True(there.IsOn(Jan, "offers"));

        app.Clock.Pass(TimeSpan.FromMinutes(10));
        there.Stop(Jan);
        app.Clock.Pass(TimeSpan.FromHours(1));
        await app.ReasonIsAsync("suppressed", Jan, "offers");
    }

    public void Dispose() => _sns.Dispose();

    private Task<ConnectorsApp> StartAsync() => ConnectorsApp.StartAsync(change: builder => builder.Services.AddSingleton<FetchFromSns>(_sns.FetchAsync));

    private static async Task<int> HearAsync(ConnectorsApp app, string id, JsonObject message) =>
        (await app.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/events", message)).Status;
}
