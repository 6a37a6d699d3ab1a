using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Consent.Connectors.Tests;

/// <summary>Webhooks of Brevo and Mautic, and what is kept of any.</summary>
public abstract class WebhookTests(TestData data) : IDisposable
{
    private const string Jan = "jan@reader.example";
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Those_of_brevo_are_here_at_once_when_they_bear_the_token()
    {
        await using var there = await StandIn.StartAsync(new BrevoStandIn());
        await using var app = await _data.StartAsync();
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
        await using var app = await _data.StartAsync();
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
    public async Task An_echo_of_mautics_is_known_by_its_time_and_ends_no_other_topic_however_late_it_comes()
    {
        await using var there = await StandIn.StartAsync(new MauticStandIn());
        await using var app = await _data.StartAsync();
        var (id, secret) = await OfTheWholeAsync(app, there);
        await app.OptOutAsync(Jan, "news");
        await app.SettledAsync(id);

        var echo = Stopped("1", Jan, app.Clock.At);
        app.Clock.Pass(TimeSpan.FromMinutes(15));
        Assert.Equal(200, (await HearAsync(app, id, echo, Signature(echo, secret))).Status);

        await app.CompareAsync(id);
        Assert.Equal("opted-in", await app.ReasonAsync(Jan, "offers"));
    }

    [Fact]
    public async Task An_echo_that_comes_while_it_is_being_written_is_none_either()
    {
        await using var there = await StandIn.StartAsync(new MauticStandIn());
        await using var app = await _data.StartAsync();
        var (id, secret) = await OfTheWholeAsync(app, there);
        var (echo, heard) = (Stopped("1", Jan, app.Clock.At), new ConcurrentQueue<int>());
        there.Fault = http =>
        {
            if (http.Request.Path.Value!.EndsWith("/dnc/email/add", StringComparison.Ordinal)) heard.Enqueue(Hear(app, id, echo, secret));
            return false;
        };
        await app.OptOutAsync(Jan, "news");
        await app.SettledAsync(id);

        Assert.Equal(200, Assert.Single(heard));
        await app.CompareAsync(id);
        Assert.Equal("opted-in", await app.ReasonAsync(Jan, "offers"));
    }

    [Fact]
    public async Task Who_opts_out_there_just_after_he_was_taken_off_a_segment_is_heard_also_by_a_connector_that_is_paused()
    {
        await using var there = await StandIn.StartAsync(new MauticStandIn());
        await using var app = await _data.StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, "news", "offers");
        var (id, secret) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptOutAsync(Jan, "news");
        await app.SettledAsync(id);
        await app.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/pause", token: app.Token());

        app.Clock.Pass(TimeSpan.FromMinutes(3));
        var left = Stopped("1", Jan, app.Clock.At);
        Assert.Equal(200, (await HearAsync(app, id, left, Signature(left, secret))).Status);

        await app.ReasonIsAsync("suppressed", Jan, "offers");
    }

    [Theory]
    [InlineData(50, "suppressed")]
    [InlineData(120, "opted-in")]
    public async Task One_of_ones_own_installation_counts_as_said_up_to_an_hour_later_than_its_clock_tells(int minutesBehind, string reason)
    {
        await using var there = await StandIn.StartAsync(new MauticStandIn());
        await using var app = await _data.StartAsync();
        there.Add(Jan);
        var (id, secret) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptInAsync(Jan, "news");
        await app.SettledAsync(id);

        // Nobody finds it by reading: the webhook alone tells.
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        var left = Stopped("1", Jan, app.Clock.At.AddMinutes(-minutesBehind));
        Assert.Equal(200, (await HearAsync(app, id, left, Signature(left, secret))).Status);
        await app.SettledAsync(id);

        Assert.Equal(reason, await app.ReasonAsync(Jan, "news"));
    }

    [Fact]
    public async Task Those_of_listmonk_are_none_and_an_unknown_connector_has_none()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        var (id, secret) = await app.ConnectedAsync(there);
        Assert.Equal(401, (await HearAsync(app, id, new JsonObject(), ("Authorization", $"Bearer {secret}"))).Status);
        Assert.Equal(404, (await HearAsync(app, "nobody", new JsonObject())).Status);
    }

    [Fact]
    public async Task One_that_is_too_large_is_refused()
    {
        await using var there = await StandIn.StartAsync(new BrevoStandIn());
        await using var app = await _data.StartAsync();
        var (id, secret) = await app.ConnectAsync(there);
        var (status, _) = await HearAsync(app, id, new JsonObject { ["event"] = new string('a', 2 << 20) }, ("Authorization", $"Bearer {secret}"), ("Expect", "100-continue"));
        Assert.Equal(413, status);
    }

    /// <summary>Jan gets both topics, and news goes by the contact as a whole.</summary>
    private static async Task<(string Id, string Secret)> OfTheWholeAsync(ConnectorsApp app, MauticStandIn there)
    {
        there.Add(Jan);
        await app.OptInAsync(Jan, "news", "offers");
        var connector = await app.ConnectedAsync(there, body => body["lists"] = new JsonObject { ["news"] = "*", ["offers"] = "8" });
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        return connector;
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

    /// <summary>As a system does that tells of it before it answers.</summary>
    private static int Hear(ConnectorsApp app, string id, JsonNode body, string secret) => HearAsync(app, id, body, Signature(body, secret)).GetAwaiter().GetResult().Status;

    private static async Task<(int Status, JsonNode? Json)> HearAsync(ConnectorsApp app, string id, JsonNode body, params (string Name, string Value)[] headers)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return await app.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/events", content, null, headers);
    }
}
