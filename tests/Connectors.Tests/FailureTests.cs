using System.Text;
using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Connectors.Tests;

/// <summary>What happens when something cannot be carried; by listmonk's stand-in, since it does not depend on the system.</summary>
public abstract class FailureTests(TestData data) : IDisposable
{
    private const string Jan = "jan@reader.example";
    private const string Piet = "piet@reader.example";
    private const string News = "news";
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task While_the_system_is_down_changes_wait_and_then_all_are_carried()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        var id = await ConnectedAsync(app, there);
        there.Fault = StandIn.Always(503);
        app.Clock.Pass(TimeSpan.FromMinutes(1));

        await app.OptOutAsync(Jan, News);
        await app.OptOutAsync(Piet, News);
        await app.StandsAsync(id, "it fails", json => (string?)json["failing"]?["outcome"] == "failed" && (int?)json["failing"]!["status"] == 503);
        // Days later too: nothing is given up for the system's fault.
        for (var i = 0; i < 4; i++)
        {
            app.Clock.Pass(TimeSpan.FromDays(1));
            // Written down, and not only asked: what fails after the clock was moved waits from then on.
            await app.StandsAsync(id, "it is tried again", json => json["failing"]?["nextAttemptAt"] is { } next && (DateTimeOffset)next > app.Clock.At);
        }
        Assert.Equal(HealthStatus.Degraded, await app.HealthAsync());
        there.Fault = _ => false;
        app.Clock.Pass(TimeSpan.FromHours(2));
        await app.SettledAsync(id);

        Assert.Equal((false, false), (there.IsOn(Jan, News), there.IsOn(Piet, News)));
        Assert.Equal(HealthStatus.Healthy, await app.HealthAsync());
    }

    [Fact]
    public async Task Who_asks_to_be_left_alone_is()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        var id = await ConnectedAsync(app, there);
        there.Fault = StandIn.Always(429, retryAfter: "7200");
        app.Clock.Pass(TimeSpan.FromSeconds(10));

        await app.OptOutAsync(Jan, News);
        await app.StandsAsync(id, "it is throttled", json => (string?)json["failing"]?["outcome"] == "throttled");

        var failing = (await app.ShowAsync(id))["failing"]!;
        Assert.Equal(app.Clock.At.AddHours(2), (DateTimeOffset)failing["nextAttemptAt"]!);
        there.Fault = _ => false;
        app.Clock.Pass(TimeSpan.FromHours(2));
        await app.SettledAsync(id);
        Assert.False(there.IsOn(Jan, News));
    }

    [Fact]
    public async Task One_contact_that_is_refused_holds_up_no_other_and_is_given_up_after_three_days()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        var id = await ConnectedAsync(app, there);
        // Jan is subscriber 1 there.
        there.Fault = http => http.Request.Path == "/api/subscribers/1" && StandIn.Always(422)(http);
        app.Clock.Pass(TimeSpan.FromSeconds(10));

        await app.OptOutAsync(Jan, News);
        await app.OptOutAsync(Piet, News);
        await app.StandsAsync(id, "one waits", json => (long)json["pending"]! == 1);
        Assert.Equal((true, false), (there.IsOn(Jan, News), there.IsOn(Piet, News)));
        await Eventually.IsSoAsync("it was refused", async () =>
        {
            app.Clock.Pass(TimeSpan.FromHours(8));
            return (long)(await app.ShowAsync(id))["givenUp"]! == 1;
        });

        var (_, failures) = await app.SendAsync(HttpMethod.Get, $"{ConnectorsApp.Path}/{id}/failures", token: app.Token());
        var failure = Assert.Single(failures!["failures"]!.AsArray())!;
        Assert.Equal((app.SubjectOf(Jan), "refused", 422), ((string?)failure["subjectId"], (string?)failure["outcome"], (int?)failure["status"]));
        Assert.Equal(HealthStatus.Degraded, await app.HealthAsync());
        there.Fault = _ => false;
        await app.CompareAsync(id);
        Assert.False(there.IsOn(Jan, News));
        Assert.Equal(0, (long)(await app.ShowAsync(id))["givenUp"]!);
    }

    [Fact]
    public async Task What_fails_of_before_it_was_resumed_holds_it_up_no_more()
    {
        using var isAsked = new ManualResetEventSlim();
        using var isAnswered = new ManualResetEventSlim();
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        there.Add(Jan);
        there.Fault = http =>
        {
            isAsked.Set();
            Assert.True(isAnswered.Wait(TimeSpan.FromMinutes(1)));
            there.Fault = _ => false;
            return StandIn.Always(503)(http);
        };
        var (id, _) = await app.ConnectAsync(there);
        await Eventually.IsSoAsync("it is asked", () => Task.FromResult(isAsked.IsSet));

        Assert.Equal(200, (await app.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/resume", token: app.Token())).Status);
        isAnswered.Set();

        // The clock stands still: what would wait for its next time would wait for ever.
        await app.SettledAsync(id);
        Assert.Equal(1, (long)(await app.ShowAsync(id))["contacts"]!);
    }

    [Fact]
    public async Task A_walk_under_way_begins_anew_when_the_connector_is_resumed()
    {
        using var isAsked = new ManualResetEventSlim();
        using var isAnswered = new ManualResetEventSlim();
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        for (var i = 0; i < there.OnePage + 1; i++) there.Add($"reader{i}@reader.example");
        there.Fault = _ =>
        {
            isAsked.Set();
            Assert.True(isAnswered.Wait(TimeSpan.FromMinutes(1)));
            there.Fault = _ => false;
            return false;
        };
        var (id, _) = await app.ConnectAsync(there);
        await Eventually.IsSoAsync("the first page is asked for", () => Task.FromResult(isAsked.IsSet));

        Assert.Equal(200, (await app.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/resume", token: app.Token())).Status);
        isAnswered.Set();
        await app.SettledAsync(id);

        Assert.Equal(3, there.Asked.Count(asked => asked.StartsWith("GET /api/subscribers?", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_paused_connector_carries_nothing_until_it_is_resumed()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        var id = await ConnectedAsync(app, there);
        var (status, paused) = await app.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/pause", token: app.Token());
        Assert.Equal((200, "paused"), (status, (string?)paused!["status"]));
        var asked = there.Asked.Count;
        app.Clock.Pass(TimeSpan.FromHours(12));
        await app.OptOutAsync(Jan, News);

        // Another connector of the same system shows that turns were taken meanwhile.
        await app.ConnectedAsync(there, body => body["lists"] = new JsonObject { ["offers"] = "4" });
        Assert.True(there.Asked.Count > asked && there.IsOn(Jan, News));
        Assert.Equal(1, (long)(await app.ShowAsync(id))["pending"]!);

        await app.CompareAsync(id);
        Assert.False(there.IsOn(Jan, News));
    }

    [Fact]
    public async Task Changes_that_wait_outlive_the_process()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        string id;
        await using (var app = await _data.StartAsync())
        {
            id = await ConnectedAsync(app, there);
            there.Fault = StandIn.Always(500);
            app.Clock.Pass(TimeSpan.FromSeconds(10));
            await app.OptOutAsync(Jan, News);
            await app.StandsAsync(id, "it fails", json => json["failing"] is not null);
        }

        there.Fault = _ => false;
        await using var next = await _data.StartAsync(ConnectorsApp.Start.AddHours(2));
        // What was tried before all of the process had started is tried again.
        next.Clock.Pass(TimeSpan.FromHours(6));
        await next.SettledAsync(id);
        Assert.False(there.IsOn(Jan, News));
    }

    [Fact]
    public async Task A_private_address_is_refused_when_it_is_named_and_when_a_name_leads_to_it()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync(change: builder => builder.Configuration["Connectors:AllowedNetworks:0"] = null);
        var body = there.Connector(ConnectorsApp.Site);
        var (status, problem) = await app.SendAsync(HttpMethod.Post, ConnectorsApp.Path, body, app.Token());
        Assert.Equal((422, "urn:consent:problem:connector-target-forbidden"), (status, (string?)problem!["type"]));

        var (id, _) = await app.ConnectAsync(there, json => json["url"] = there.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        await app.StandsAsync(id, "it is not called", json => (string?)json["failing"]?["outcome"] == "target-forbidden");
        Assert.Empty(there.Asked);
    }

    [Fact]
    public async Task Marketing_that_cannot_be_asked_holds_the_connector_and_nothing_is_written()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync(change: builder => builder.Configuration["Connectors:Token"] = Tokens.For(builder.Configuration["Data"]!, "audit"));
        there.Add(Jan);
        await app.OptOutAsync(Jan, News);
        var (id, _) = await app.ConnectAsync(there);
        await app.StandsAsync(id, "marketing refuses", json => (string?)json["failing"]?["outcome"] == "marketing-unauthorised");
        Assert.Equal((0, true), (there.Writes, there.IsOn(Jan, News)));
    }

    [Fact]
    public async Task No_address_and_no_secret_is_logged_or_lies_readable_in_the_file()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using (var app = await _data.StartAsync())
        {
            var id = await ConnectedAsync(app, there);
            there.Fault = http => http.Request.Method == "PUT" && StandIn.Always(400)(http);
            app.Clock.Pass(TimeSpan.FromSeconds(10));
            await app.OptOutAsync(Jan, News);
            await Eventually.IsSoAsync("it was given up", async () =>
            {
                app.Clock.Pass(TimeSpan.FromHours(8));
                return (long)(await app.ShowAsync(id))["givenUp"]! == 1;
            });
            await Eventually.IsSoAsync("it is logged", () => Task.FromResult(app.Log.All.Any(line => line.Contains("was given up", StringComparison.Ordinal))));
            Assert.DoesNotContain(app.Log.All, line => line.Contains("reader.example", StringComparison.Ordinal) || line.Contains("secret-of-the-account", StringComparison.Ordinal));
        }
        foreach (var file in _data.Files("connectors.db*"))
        {
            var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            Assert.DoesNotContain("reader.example", text, StringComparison.Ordinal);
            Assert.DoesNotContain("secret-of-the-account", text, StringComparison.Ordinal);
        }
    }

    private static async Task<string> ConnectedAsync(ConnectorsApp app, ListmonkStandIn there)
    {
        foreach (var address in (string[])[Jan, Piet])
        {
            there.Add(address);
            await app.OptInAsync(address, News, "offers");
        }
        return (await app.ConnectedAsync(there)).Id;
    }
}
