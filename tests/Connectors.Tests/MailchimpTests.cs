using System.Text.Json.Nodes;

namespace Consent.Connectors.Tests;

public sealed class MailchimpTests
{
    private const string Jan = "jan@reader.example";

    [Fact]
    public async Task Its_webhooks_are_here_without_any_time_passing()
    {
        await using var there = await StandIn.StartAsync(new MailchimpStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        var (id, secret) = await app.ConnectedAsync(there);
        string[] addresses = [Jan, "cleaned@reader.example", "angry@reader.example", "deleted@reader.example"];
        foreach (var address in addresses) await app.OptInAsync(address, "news", "offers");
        app.Clock.Pass(TimeSpan.FromMinutes(10));

        Assert.Equal(200, await HearAsync(app, id, secret, "unsubscribe", addresses[0]));
        Assert.Equal(200, await HearAsync(app, id, secret, "cleaned", addresses[1], reason: "hard"));
        Assert.Equal(200, await HearAsync(app, id, secret, "unsubscribe", addresses[2], reason: "abuse"));
        Assert.Equal(200, await HearAsync(app, id, secret, "unsubscribe", addresses[3], action: "delete"));
        Assert.Equal(200, await HearAsync(app, id, secret, "profile", addresses[3]));

        await app.ReasonIsAsync("suppressed", addresses[0], "news");
        await app.ReasonIsAsync("bounced", addresses[1], "offers");
        await app.ReasonIsAsync("complained", addresses[2], "offers");
        Assert.Equal(("opted-in", "opted-in"), (await app.ReasonAsync(addresses[0], "offers"), await app.ReasonAsync(addresses[3], "news")));
        Assert.Equal("connector:mailchimp", (await app.RecordAsync(Jan))!.Action);
    }

    [Fact]
    public async Task A_webhook_without_the_secret_is_refused_and_the_rotated_one_is_good_for_nothing()
    {
        await using var there = await StandIn.StartAsync(new MailchimpStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        var (id, secret) = await app.ConnectedAsync(there);
        // By GET Mailchimp asks once whether the address is there.
        Assert.Equal(200, (await app.SendAsync(HttpMethod.Get, $"{ConnectorsApp.Path}/{id}/events/{secret}")).Status);
        Assert.Equal(404, (await app.SendAsync(HttpMethod.Get, $"{ConnectorsApp.Path}/nobody/events/{secret}")).Status);
        foreach (var wrong in (string[])["", "wrong", secret[..^1], secret + "/x"]) Assert.Equal(401, await HearAsync(app, id, wrong, "unsubscribe", Jan));
        var (_, rotated) = await app.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/rotate-secret", token: app.Token());
        Assert.Equal(401, await HearAsync(app, id, secret, "unsubscribe", Jan));
        Assert.Equal("no-basis", await app.ReasonAsync(Jan, "news"));
        Assert.Equal(200, await HearAsync(app, id, (string)rotated!["webhookSecret"]!, "unsubscribe", Jan));
        await app.ReasonIsAsync("suppressed", Jan, "news");
    }

    [Fact]
    public async Task A_paused_connector_brings_what_its_webhooks_tell()
    {
        await using var there = await StandIn.StartAsync(new MailchimpStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        var (id, secret) = await app.ConnectedAsync(there);
        await app.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/pause", token: app.Token());
        await HearAsync(app, id, secret, "unsubscribe", Jan);
        await app.ReasonIsAsync("suppressed", Jan, "news");
    }

    [Fact]
    public async Task Who_left_himself_is_not_subscribed_from_here_and_that_is_listed_once()
    {
        await using var there = await StandIn.StartAsync(new MailchimpStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        there.OptOut(Jan, "news");
        app.Clock.Pass(TimeSpan.FromDays(1));
        await app.OptInAsync(Jan, "news");
        var (id, _) = await app.ConnectedAsync(there);
        var writes = there.Writes;
        app.Clock.Pass(TimeSpan.FromDays(1));
        await app.ConnectedAsync(there);

        var (_, failures) = await app.SendAsync(HttpMethod.Get, $"{ConnectorsApp.Path}/{id}/failures", token: app.Token());
        var failure = Assert.Single(failures!["failures"]!.AsArray())!;
        Assert.Equal(("needs-the-person", 400), ((string?)failure["outcome"], (int?)failure["status"]));
        Assert.Equal("opted-in", await app.ReasonAsync(Jan, "news"));
        // The second connector tried as often as the first.
        Assert.Equal(2 * writes, there.Writes);
    }

    [Fact]
    public async Task A_topic_that_is_an_interest_goes_both_ways()
    {
        const string Interest = "9143cf3bd1";
        await using var there = await StandIn.StartAsync(new MailchimpStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, "news", "offers");
        var lists = new JsonObject { ["news"] = MailchimpStandIn.NewsAudience, ["offers"] = $"{MailchimpStandIn.NewsAudience}/{Interest}" };
        var (id, _) = await app.ConnectedAsync(there, body => body["lists"] = lists);
        Assert.True(there.HasInterest(Jan, Interest));

        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptOutAsync(Jan, "offers");
        await app.SettledAsync(id);
        Assert.Equal((false, true), (there.HasInterest(Jan, Interest), there.IsOn(Jan, "news")));

        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptInAsync(Jan, "offers");
        await app.SettledAsync(id);
        Assert.True(there.HasInterest(Jan, Interest));

        app.Clock.Pass(TimeSpan.FromMinutes(10));
        there.Interest(Jan, Interest, isOn: false);
        app.Clock.Pass(TimeSpan.FromHours(1));
        await app.ReasonIsAsync("suppressed", Jan, "offers");
        Assert.Equal("opted-in", await app.ReasonAsync(Jan, "news"));
    }

    /// <summary>As mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks has it.</summary>
    private static async Task<int> HearAsync(ConnectorsApp app, string id, string secret, string type, string address, string reason = "manual", string action = "unsub")
    {
        using var form = new FormUrlEncodedContent(
        [
            new("type", type), new("fired_at", "2026-03-01 09:10:00"), new("data[action]", action), new("data[reason]", reason), new("data[email]", address),
            new("data[list_id]", MailchimpStandIn.NewsAudience),
        ]);
        return (await app.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/events/{secret}", form)).Status;
    }
}
