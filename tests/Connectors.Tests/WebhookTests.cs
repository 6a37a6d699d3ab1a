using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Consent.Connectors.Tests;

/// <summary>Webhooks of Brevo and Mautic, and what is kept of any.</summary>
public sealed class WebhookTests
{
    private const string Jan = "jan@reader.example";

    [Fact]
    public async Task Those_of_brevo_are_here_at_once_when_they_bear_the_token()
    {
        await using var there = await StandIn.StartAsync(new BrevoStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        var (id, secret) = await app.ConnectedAsync(there);
        foreach (var address in (string[])[Jan, "b@reader.example", "c@reader.example"]) await app.OptInAsync(address, "news", "offers");
        app.Clock.Pass(TimeSpan.FromHours(1));
        var left = new JsonObject { ["event"] = "unsubscribe", ["email"] = Jan, ["list_id"] = new JsonArray(12, 99), ["ts_event"] = app.Clock.At.ToUnixTimeSeconds() };

        Assert.Equal(401, (await HearAsync(app, id, left)).Status);
        Assert.Equal(401, (await HearAsync(app, id, left, ("Authorization", "Bearer wrong"))).Status);
        Assert.Equal("opted-in", await app.ReasonAsync(Jan, "news"));
        Assert.Equal(200, (await HearAsync(app, id, left, ("Authorization", $"Bearer {secret}"))).Status);
        var batch = new JsonArray(
            new JsonObject { ["event"] = "hard_bounce", ["email"] = "b@reader.example" },
            new JsonObject { ["event"] = "spam", ["email"] = "c@reader.example" },
            new JsonObject { ["event"] = "opened", ["email"] = Jan });
        Assert.Equal(200, (await HearAsync(app, id, batch, ("Authorization", $"Bearer {secret}"))).Status);

        await app.ReasonIsAsync("suppressed", Jan, "news");
        await app.ReasonIsAsync("bounced", "b@reader.example", "news");
        await app.ReasonIsAsync("complained", "c@reader.example", "news");
        Assert.Equal("opted-in", await app.ReasonAsync(Jan, "offers"));
    }

    [Fact]
    public async Task Those_of_mautic_are_here_at_once_when_they_are_signed_and_the_echo_of_what_was_written_is_none()
    {
        await using var there = await StandIn.StartAsync(new MauticStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        there.Add("piet@reader.example");
        foreach (var address in (string[])[Jan, "piet@reader.example"]) await app.OptInAsync(address, "news", "offers");
        var (id, secret) = await app.ConnectedAsync(there, body => body["lists"] = new JsonObject { ["news"] = "*" });
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        // What the connector itself writes there Mautic tells as well.
        await app.OptOutAsync(Jan, "news");
        await app.SettledAsync(id);
        Assert.False(there.IsOn(Jan, "offers"));

        var echo = Stopped("1", Jan, app.Clock.At);
        Assert.Equal(200, (await HearAsync(app, id, echo, Signature(echo, secret))).Status);
        var left = Stopped("2", "piet@reader.example", app.Clock.At);
        Assert.Equal(401, (await HearAsync(app, id, left)).Status);
        Assert.Equal(401, (await HearAsync(app, id, left, Signature(echo, secret))).Status);
        Assert.Equal(401, (await HearAsync(app, id, left, Signature(left, "another"))).Status);
        Assert.Equal(200, (await HearAsync(app, id, left, Signature(left, secret))).Status);

        await app.ReasonIsAsync("suppressed", "piet@reader.example", "offers");
        Assert.Equal("opted-in", await app.ReasonAsync(Jan, "offers"));
    }

    [Fact]
    public async Task Those_of_listmonk_are_none_and_an_unknown_connector_has_none()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        var (id, secret) = await app.ConnectedAsync(there);
        Assert.Equal(401, (await HearAsync(app, id, new JsonObject(), ("Authorization", $"Bearer {secret}"))).Status);
        Assert.Equal(404, (await HearAsync(app, "nobody", new JsonObject())).Status);
    }

    [Fact]
    public async Task One_that_is_too_large_is_refused()
    {
        await using var there = await StandIn.StartAsync(new BrevoStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        var (id, secret) = await app.ConnectAsync(there);
        var (status, _) = await HearAsync(app, id, new JsonObject { ["event"] = new string('a', 2 << 20) }, ("Authorization", $"Bearer {secret}"), ("Expect", "100-continue"));
        Assert.Equal(413, status);
    }

    private static JsonObject Stopped(string contact, string address, DateTimeOffset at)
    {
        var change = new JsonObject
        {
            ["contact"] = new JsonObject { ["id"] = contact, ["fields"] = new JsonObject { ["core"] = new JsonObject { ["email"] = new JsonObject { ["value"] = address } } } },
            ["channel"] = "email",
            ["old_status"] = "contactable",
            ["new_status"] = "unsubscribed",
            ["timestamp"] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'"),
        };
        return new JsonObject { ["mautic.lead_channel_subscription_changed"] = new JsonArray(change) };
    }

    /// <summary>Over the body as <see cref="HearAsync"/> sends it.</summary>
    private static (string Name, string Value) Signature(JsonNode body, string secret) =>
        ("Webhook-Signature", Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body.ToJsonString()))));

    private static async Task<(int Status, JsonNode? Json)> HearAsync(ConnectorsApp app, string id, JsonNode body, params (string Name, string Value)[] headers)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return await app.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/events", content, null, headers);
    }
}
