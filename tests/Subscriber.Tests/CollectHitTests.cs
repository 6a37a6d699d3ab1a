using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Consent.Analytics;
using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Subscriber.Tests;

public sealed class CollectHitTests
{
    private static readonly object AnyHit = new { page = "https://bakery.example/" };

    [Fact]
    public async Task Collect_SubjectWithConsent_ArrivesWithoutIdAddressAgentQueryOrUnknownMembers()
    {
        await using var sink = await Sink.StartAsync();
        await using var app = await WithConsentAsync(sink.Url);
        var hit = new
        {
            page = "https://user:secret@bakery.example/loaves?mail=baker@bakery.example#top",
            title = "Loaves",
            referrer = "https://elsewhere.example/?q=1",
            @event = "view",
            email = "baker@bakery.example",
            subjectId = Sample.Visitor,
        };

        var (status, answer) = await app.SendAsync(HttpMethod.Post, "/collect/bakery", hit, subject: Sample.Visitor, headers: h =>
        {
            h.Add("X-Forwarded-For", "203.0.113.77");
            h.Add("User-Agent", "Mozilla/5.0 (very particular)");
            h.Add("Origin", "https://bakery.example");
        });
        await sink.HasReceivedAsync(1);

        Assert.Equal((202, """{"forwarded":true}"""), (status, answer!.ToJsonString()));
        var received = Assert.Single(sink.Received);
        var json = System.Text.Json.Nodes.JsonNode.Parse(received.Body)!.AsObject();
        Assert.Equal(["site", "page", "title", "referrer", "event", "at", "network"], json.Select(m => m.Key));
        Assert.Equal("https://bakery.example/loaves", (string?)json["page"]);
        Assert.Equal("https://elsewhere.example/", (string?)json["referrer"]);
        Assert.Equal("203.0.113.0", (string?)json["network"]);
        foreach (var secret in (string[])[Sample.Visitor, "203.0.113.77", "Mozilla", "baker@", "secret"])
            Assert.DoesNotContain(secret, received.Headers + received.Body, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Collect_SubjectUnknownRefusedOrWithdrawn_IsDroppedWithTheReason()
    {
        await using var sink = await Sink.StartAsync();
        await using var app = await WithConsentAsync(sink.Url);
        await app.PublishAsync(Sample.Event(AnswerPermitsTests.CurrentReceipt(2, Decision.Withdrawn)));
        var stranger = RandomId.New();

        var (_, unknown) = await app.SendAsync(HttpMethod.Post, "/collect/bakery", AnyHit, subject: stranger);
        var (_, withdrawn) = await app.SendAsync(HttpMethod.Post, "/collect/bakery", AnyHit, subject: Sample.Visitor);

        Assert.Equal("""{"forwarded":false,"reason":"never-asked"}""", unknown!.ToJsonString());
        Assert.Equal("""{"forwarded":false,"reason":"withdrawn"}""", withdrawn!.ToJsonString());
        // What is forwarded afterwards is the first thing to arrive: nothing was on its way before it.
        await app.PublishAsync(Sample.Event(AnswerPermitsTests.CurrentReceipt(3, Decision.Given)));
        await app.SendAsync(HttpMethod.Post, "/collect/bakery", new { page = "/last" }, subject: Sample.Visitor);
        await sink.HasReceivedAsync(1);
        Assert.Contains("/last", Assert.Single(sink.Received).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_SubjectInTheBodyAsSendBeaconDoes_IsForwarded()
    {
        await using var sink = await Sink.StartAsync();
        await using var app = await WithConsentAsync(sink.Url);
        using var beacon = new StringContent($$"""{"subjectId":"{{Sample.Visitor}}","page":"/"}""", Encoding.UTF8, "text/plain");

        using var response = await app.Http.PostAsync("/collect/bakery", beacon, TestContext.Current.CancellationToken);

        Assert.Equal(202, (int)response.StatusCode);
        await sink.HasReceivedAsync(1);
    }

    [Fact]
    public async Task Collect_BadHit_IsAProblemAndNothingArrives()
    {
        await using var sink = await Sink.StartAsync();
        await using var app = await WithConsentAsync(sink.Url);

        await RefusedAsync(404, "unknown-site", "/collect/nowhere", AnyHit, Sample.Visitor);
        await RefusedAsync(400, "subject-id", "/collect/bakery", AnyHit, null);
        await RefusedAsync(400, "subject-id", "/collect/bakery", AnyHit, Sample.Address(1));
        await RefusedAsync(400, "malformed-body", "/collect/bakery", new { page = 1 }, Sample.Visitor);
        await RefusedAsync(400, "malformed-body", "/collect/bakery", null, Sample.Visitor);
        await RefusedAsync(413, "body-too-large", "/collect/bakery", new { page = new string('x', 9000) }, Sample.Visitor);
        await RefusedAsync(403, "foreign-origin", "/collect/bakery", AnyHit, Sample.Visitor, "https://evil.example");
        Assert.Empty(sink.Received);

        async Task RefusedAsync(int status, string slug, string path, object? body, string? subject, string? origin = null)
        {
            var (answered, problem) = await app.SendAsync(HttpMethod.Post, path, body, subject: subject, headers: h =>
            {
                if (origin is not null) h.Add("Origin", origin);
            });
            Assert.Equal((status, $"urn:consent:problem:{slug}"), (answered, (string?)problem?["type"]));
        }
    }

    [Theory]
    [InlineData("https://bakery.example", true)]
    [InlineData("https://evil.example", false)]
    public async Task Collect_PreflightOfAPage_AdmitsDeclaredOriginsOnly(string origin, bool admitted)
    {
        await using var app = await WithConsentAsync(null);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/collect/bakery");
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "consent-subject,content-type");

        using var response = await app.Http.SendAsync(preflight, TestContext.Current.CancellationToken);

        Assert.Equal(admitted, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) && allowed.Single() == origin);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task Collect_TargetFailsOnce_IsTriedAgain()
    {
        await using var sink = await Sink.StartAsync(failFirst: 1);
        await using var app = await WithConsentAsync(sink.Url);

        await app.SendAsync(HttpMethod.Post, "/collect/bakery", AnyHit, subject: Sample.Visitor);

        await sink.HasReceivedAsync(2);
    }

    [Fact]
    public async Task Collect_TargetNeverAnswers_AnswersAllTheSameAndRefusesWhatNoLongerFits()
    {
        var never = new TaskCompletionSource();
        await using var sink = await Sink.StartAsync(until: never.Task);
        await using var app = await WithConsentAsync(sink.Url);

        for (var i = 0; i < 50; i++)
        {
            var (_, answer) = await app.SendAsync(HttpMethod.Post, "/collect/bakery", AnyHit, subject: Sample.Visitor);
            Assert.True((bool)answer!["forwarded"]!);
        }

        var forward = app.Services.GetRequiredService<ForwardHits>();
        var hit = new Hit(Sample.Site, null, null, null, null, Sample.Start, null);
        string? reason = null;
        for (var i = 0; i < ForwardHits.Capacity + 100; i++) forward.TryAccept(hit, out reason);
        Assert.Equal("queue-full", reason);

        never.SetResult();
    }

    [Fact]
    public async Task Collect_NoForwardUrl_IsDroppedAndCounted()
    {
        await using var app = await WithConsentAsync(null);
        using var counted = new HitCounts(app.Services.GetRequiredService<IMeterFactory>());

        var (_, answer) = await app.SendAsync(HttpMethod.Post, "/collect/bakery", AnyHit, subject: Sample.Visitor);
        await app.SendAsync(HttpMethod.Post, "/collect/bakery", AnyHit, subject: RandomId.New());

        Assert.Equal("""{"forwarded":false,"reason":"no-forward-url"}""", answer!.ToJsonString());
        Assert.Equal(["bakery dropped never-asked", "bakery dropped no-forward-url"], counted.Seen.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("203.0.113.77", "203.0.113.0")]
    [InlineData("::ffff:203.0.113.77", "203.0.113.0")]
    [InlineData("2001:db8:1234:5678:9abc:def0:1234:5678", "2001:db8:1234::")]
    public void NetworkOf_Address_KeepsTheNetworkAlone(string address, string network) =>
        Assert.Equal(network, Hit.NetworkOf(System.Net.IPAddress.Parse(address)));

    [Theory]
    [InlineData("/loaves?x=1", "/loaves")]
    [InlineData("/loaves#x?y", "/loaves")]
    [InlineData("HTTPS://Bakery.example:8443/a%20b?c#d", "https://bakery.example:8443/a%20b")]
    [InlineData("//evil.example/x", null)]
    [InlineData("data:text/plain,baker", null)]
    [InlineData("mailto:baker@bakery.example", null)]
    [InlineData("loaves", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void WithoutQuery_AnyText_IsAnAddressWithoutQueryOrNothing(string? url, string? kept) => Assert.Equal(kept, Hit.WithoutQuery(url));

    private static async Task<TestApp> WithConsentAsync(string? forwardUrl)
    {
        var app = await TestApp.StartAsync(forwardUrl);
        await app.PublishAsync(Sample.Event(Sample.Published()));
        await app.PublishAsync(Sample.Event(AnswerPermitsTests.CurrentReceipt(1, Decision.Given)));
        return app;
    }

    /// <summary>An analytics tool of the test's own, which keeps all that it is sent.</summary>
    private sealed class Sink(WebApplication app) : IAsyncDisposable
    {
        public ConcurrentQueue<(string Headers, string Body)> Received { get; } = new();

        public string Url => $"{app.Urls.Single()}/hits";

        public static async Task<Sink> StartAsync(int failFirst = 0, Task? until = null)
        {
            var builder = WebApplication.CreateEmptyBuilder(new());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            var sink = new Sink(builder.Build());
            await sink.RunAsync(failFirst, until);
            return sink;
        }

        public Task HasReceivedAsync(int hits) => Eventually.IsSoAsync($"{hits} received", () => Task.FromResult(Received.Count >= hits));

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task RunAsync(int failFirst, Task? until)
        {
            app.Run(async http =>
            {
                if (until is not null) await until.WaitAsync(http.RequestAborted);
                using var reader = new StreamReader(http.Request.Body);
                var body = await reader.ReadToEndAsync(http.RequestAborted);
                http.Response.StatusCode = Received.Count < failFirst ? 503 : 204;
                Received.Enqueue((string.Join('\n', http.Request.Headers.Select(h => $"{h.Key}: {h.Value}")), body));
            });
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Listens to one application's counter of hits.</summary>
    private sealed class HitCounts : IDisposable
    {
        private readonly MeterListener _listener = new();

        public HitCounts(IMeterFactory meters)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == AnalyticsMetrics.MeterName && instrument.Meter.Scope == meters) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Seen.Add(string.Join(' ', tags.ToArray().Select(t => t.Value))));
            _listener.Start();
        }

        public ConcurrentBag<string> Seen { get; } = [];

        public void Dispose() => _listener.Dispose();
    }
}
