using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Webhooks.Tests;

public abstract class ManageEndpointsTests(TestData data) : IDisposable
{
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    private const string Path = "/v1/webhooks/endpoints";

    [Fact]
    public async Task An_endpoint_is_made_shown_changed_and_deleted_and_its_secret_is_told_once()
    {
        await using var app = await _data.StartAsync();
        var token = app.Token();

        var (created, made) = await app.SendAsync(HttpMethod.Post, Path, new { site = Sample.Site, url = "https://hooks.example/in?key=1", description = "CRM" }, token);
        var id = (string)made!["id"]!;
        Assert.Equal(201, created);
        Assert.StartsWith("whsec_", (string)made["secret"]!, StringComparison.Ordinal);
        var (_, listed) = await app.SendAsync(HttpMethod.Get, Path, token: token);
        var (_, shown) = await app.SendAsync(HttpMethod.Get, $"{Path}/{id}", token: token);
        var (changed, other) = await app.SendAsync(HttpMethod.Put, $"{Path}/{id}", new { url = "https://hooks.example/other", mode = "binary" }, token);

        Assert.Equal(
            $$"""{"id":"{{id}}","site":"bakery","url":"https://hooks.example/in?key=1","mode":"structured","description":"CRM","status":"enabled","createdAt":"2026-03-01T09:00:00.000Z","pending":0,"givenUp":0}""",
            shown!.ToJsonString(ContractJson.Options));
        Assert.Equal(shown.ToJsonString(), Assert.Single(listed!["endpoints"]!.AsArray())!.ToJsonString());
        Assert.Equal((200, "https://hooks.example/other", "binary", null), (changed, (string?)other!["url"], (string?)other["mode"], (string?)other["description"]));

        Assert.Equal(204, (await app.SendAsync(HttpMethod.Delete, $"{Path}/{id}", token: token)).Status);
        Assert.Equal(404, (await app.SendAsync(HttpMethod.Get, $"{Path}/{id}", token: token)).Status);
    }

    [Fact]
    public async Task A_deleted_endpoint_is_sent_nothing_more_and_leaves_nothing()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(500);
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        var (other, _) = await app.EndpointAsync(receiver.Url);
        await app.DecideAsync(1);
        await app.StandAsync(endpoint, "pending refused");
        await app.StandAsync(other, "pending refused");

        await app.SendAsync(HttpMethod.Delete, $"{Path}/{endpoint.Id}", token: app.Token());
        app.Clock.Pass(TimeSpan.FromMinutes(1));
        await Eventually.IsSoAsync("the other was tried again", () => Task.FromResult(app.Deliveries(other)[0].Attempts == 2));

        Assert.Equal(3, receiver.All.Count);
        using var db = app.Store.Open();
        Assert.False(db.Deliveries.Any(d => d.Endpoint == endpoint.Id) || db.Secrets.Any(s => s.Endpoint == endpoint.Id));
    }

    [Fact]
    public async Task A_test_event_arrives_and_is_listed()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, secret) = await app.EndpointAsync(receiver.Url);

        var (status, accepted) = await app.SendAsync(HttpMethod.Post, $"{Path}/{endpoint.Id}/test", token: app.Token());
        var got = (await receiver.HasGotAsync(1))[0];
        await app.StandAsync(endpoint, "delivered");
        var (_, listed) = await app.SendAsync(HttpMethod.Get, $"{Path}/{endpoint.Id}/deliveries", token: app.Token());

        Assert.Equal((202, got.Id), (status, (string?)accepted!["id"]));
        Assert.Equal($$"""{"type":"eu.consent.test","site":"bakery","endpoint":"{{endpoint.Id}}"}""", got.Data.ToJsonString());
        Assert.Equal(DeliverWebhooksTests.SignatureOf(got, secret), got.Headers["webhook-signature"]);
        Assert.Equal(
            $$"""{"deliveries":[{"id":"{{got.Id}}","type":"eu.consent.test","status":"delivered","queuedAt":"2026-03-01T09:00:00.000Z","attempts":1,"lastAttemptAt":"2026-03-01T09:00:00.000Z","lastStatus":204,"lastOutcome":"delivered","endedAt":"2026-03-01T09:00:00.000Z"}]}""",
            listed!.ToJsonString());
    }

    [Fact]
    public async Task The_list_of_deliveries_is_read_page_by_page()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        for (var i = 0; i < 5; i++) await app.TestAsync(endpoint);
        await app.StandAsync(endpoint, [.. Enumerable.Repeat("delivered", 5)]);
        var ids = new List<string>();

        for (var next = ""; next is not null;)
        {
            var (_, page) = await app.SendAsync(HttpMethod.Get, $"{Path}/{endpoint.Id}/deliveries?limit=2&status=delivered{next}", token: app.Token());
            ids.AddRange(page!["deliveries"]!.AsArray().Select(d => (string)d!["id"]!));
            next = page["next"] is { } place ? $"&before={place}" : null;
        }

        Assert.Equal(app.Deliveries(endpoint).Select(d => d.Event), ids);
    }

    [Fact]
    public async Task For_a_day_two_secrets_sign_and_then_the_new_one_alone()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, old) = await app.EndpointAsync(receiver.Url);

        var (status, rotated) = await app.SendAsync(HttpMethod.Post, $"{Path}/{endpoint.Id}/rotate-secret", token: app.Token());
        var fresh = (string)rotated!["secret"]!;
        Assert.Equal((200, "2026-03-02T09:00:00.000Z"), (status, (string?)rotated["previousValidUntil"]));
        app.Clock.Pass(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        await app.TestAsync(endpoint);
        var during = (await receiver.HasGotAsync(1))[0];
        app.Clock.Pass(TimeSpan.FromSeconds(1));
        await app.TestAsync(endpoint);
        var after = (await receiver.HasGotAsync(2))[1];

        Assert.Equal($"{DeliverWebhooksTests.SignatureOf(during, fresh)} {DeliverWebhooksTests.SignatureOf(during, old)}", during.Headers["webhook-signature"]);
        Assert.Equal(DeliverWebhooksTests.SignatureOf(after, fresh), after.Headers["webhook-signature"]);
    }

    [Fact]
    public async Task Of_too_many_secrets_and_endpoints_no_more_are_made()
    {
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync("https://hooks.example/");
        for (var i = 0; i < 4; i++) Assert.Equal(200, (await app.SendAsync(HttpMethod.Post, $"{Path}/{endpoint.Id}/rotate-secret", token: app.Token())).Status);
        await RefusedAsync(app, 409, "too-many-secrets", HttpMethod.Post, $"{Path}/{endpoint.Id}/rotate-secret");
        app.Clock.Pass(TimeSpan.FromDays(1));
        Assert.Equal(200, (await app.SendAsync(HttpMethod.Post, $"{Path}/{endpoint.Id}/rotate-secret", token: app.Token())).Status);

        for (var i = 1; i < EndpointBook.MostPerSite; i++) await app.EndpointAsync("https://hooks.example/");
        await RefusedAsync(app, 409, "too-many-endpoints", HttpMethod.Post, Path, new { site = Sample.Site, url = "https://hooks.example/" });
    }

    [Fact]
    public async Task A_tenant_sees_and_reaches_its_own_endpoints_alone()
    {
        await using var app = await _data.StartAsync();
        var (mine, _) = await app.EndpointAsync("https://hooks.example/");
        var (theirs, _) = await app.EndpointAsync("https://hooks.example/", site: Sample.OtherSite);
        await app.TestAsync(theirs);
        var delivery = app.Deliveries(theirs)[0].Event;

        var (_, listed) = await app.SendAsync(HttpMethod.Get, Path, token: app.Token());
        Assert.Equal([mine.Id], listed!["endpoints"]!.AsArray().Select(e => (string?)e!["id"]));
        foreach (var (method, path, body) in (((HttpMethod, string, object?)[])[
            (HttpMethod.Get, "", null), (HttpMethod.Put, "", new { url = "https://evil.example/" }), (HttpMethod.Delete, "", null), (HttpMethod.Post, "/rotate-secret", null),
            (HttpMethod.Post, "/enable", null), (HttpMethod.Post, "/test", null), (HttpMethod.Get, "/deliveries", null), (HttpMethod.Post, $"/deliveries/{delivery}/replay", null)]))
        {
            var unknown = await RefusedAsync(app, 404, "unknown-endpoint", method, $"{Path}/{theirs.Id}{path}", body);
            // The same as for one that does not exist.
            var missing = await RefusedAsync(app, 404, "unknown-endpoint", method, $"{Path}/{RandomId.New()}{path}", body);
            Assert.Equal(missing.ToJsonString(), unknown.ToJsonString());
        }
        await RefusedAsync(app, 404, "unknown-site", HttpMethod.Post, Path, new { site = Sample.OtherSite, url = "https://hooks.example/" });
        Assert.NotNull(app.Endpoints.Find(theirs.Id));
        var (_, all) = await app.SendAsync(HttpMethod.Get, $"{Path}?site={Sample.OtherSite}", token: app.Token("consent", "*"));
        Assert.Equal([theirs.Id], all!["endpoints"]!.AsArray().Select(e => (string?)e!["id"]));
    }

    [Fact]
    public async Task Without_the_scope_nothing_is_done()
    {
        await using var app = await _data.StartAsync();
        Assert.Equal(401, (await app.SendAsync(HttpMethod.Get, Path)).Status);
        Assert.Equal(403, (await app.SendAsync(HttpMethod.Get, Path, token: app.Token("marketing"))).Status);
    }

    [Theory]
    [InlineData("webhook-url", null)]
    [InlineData("webhook-url", "hooks.example/in")]
    [InlineData("webhook-url", "ftp://hooks.example/in")]
    [InlineData("webhook-url", "https://user:password@hooks.example/in")]
    [InlineData("webhook-url", "https://hooks.example/in#there")]
    [InlineData("webhook-url", "https:///in")]
    [InlineData("webhook-url-insecure", "http://hooks.example/in")]
    [InlineData("webhook-target-forbidden", "https://127.0.0.1/")]
    [InlineData("webhook-target-forbidden", "https://169.254.169.254/latest/meta-data")]
    [InlineData("webhook-target-forbidden", "https://[::1]/")]
    [InlineData("webhook-target-forbidden", "https://[::ffff:10.0.0.1]/")]
    [InlineData("webhook-target-forbidden", "https://2130706433/")]
    [InlineData("webhook-target-forbidden", "https://0x7f.1/")]
    public async Task An_address_that_cannot_be_called_is_refused_with_what_to_do(string slug, string? url)
    {
        await using var app = await _data.StartAsync(change: b =>
        {
            b.Configuration["Webhooks:AllowHttp"] = null;
            b.Configuration["Webhooks:AllowedNetworks:0"] = null;
        });
        await RefusedAsync(app, 422, slug, HttpMethod.Post, Path, new { site = Sample.Site, url });
        var (endpoint, _) = await app.EndpointAsync("https://hooks.example/");
        await RefusedAsync(app, 422, slug, HttpMethod.Put, $"{Path}/{endpoint.Id}", new { url });
    }

    [Fact]
    public async Task Other_bad_input_is_refused_with_what_to_do()
    {
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync("https://hooks.example/");
        var one = $"{Path}/{endpoint.Id}";
        const string Url = "https://hooks.example/";

        await RefusedAsync(app, 422, "webhook-url", HttpMethod.Post, Path, new { site = Sample.Site, url = Url + new string('a', 2000) });
        await RefusedAsync(app, 422, "webhook-mode", HttpMethod.Post, Path, new { site = Sample.Site, url = Url, mode = "batch" });
        await RefusedAsync(app, 422, "webhook-description", HttpMethod.Post, Path, new { site = Sample.Site, url = Url, description = new string('a', 201) });
        await RefusedAsync(app, 422, "webhook-description", HttpMethod.Post, Path, new { site = Sample.Site, url = Url, description = "a\0b" });
        await RefusedAsync(app, 404, "unknown-site", HttpMethod.Post, Path, new { url = Url });
        await RefusedAsync(app, 404, "unknown-site", HttpMethod.Post, Path, new { site = "nowhere", url = Url });
        await RefusedAsync(app, 400, "malformed-body", HttpMethod.Post, Path, new { site = 1 });
        await RefusedAsync(app, 413, "body-too-large", HttpMethod.Post, Path, new { site = Sample.Site, url = Url, description = new string('a', 9000) });
        await RefusedAsync(app, 400, "delivery-status", HttpMethod.Get, $"{one}/deliveries?status=lost");
        await RefusedAsync(app, 400, "page-limit", HttpMethod.Get, $"{one}/deliveries?limit=0");
        await RefusedAsync(app, 400, "page-place", HttpMethod.Get, $"{one}/deliveries?before=there");
        await RefusedAsync(app, 404, "unknown-delivery", HttpMethod.Post, $"{one}/deliveries/{RandomId.New()}/replay");
    }

    [Fact]
    public async Task Nothing_that_is_logged_names_a_person_an_address_or_a_secret()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, secret) = await app.EndpointAsync($"{receiver.Url}?token=very-secret-token");
        foreach (var status in (int[])[500, 302, 410])
        {
            receiver.Answer = Receiver.Status(status, ("Location", "https://elsewhere.example/"));
            if (status == 500) await app.DecideAsync(1);
            else app.PassToNextAttempt(endpoint);
            await Eventually.IsSoAsync($"{status} was written down", () => Task.FromResult(app.Deliveries(endpoint)[0].LastStatus == status));
        }
        await app.HearAsync(Sample.Erased(2));
        await app.SendAsync(HttpMethod.Get, $"{Path}/{endpoint.Id}/deliveries", token: app.Token());

        await Eventually.IsSoAsync("the alarm is logged", () => Task.FromResult(app.Log.All.Any(l => l.Contains("410", StringComparison.Ordinal))));
        var lines = string.Join('\n', app.Log.All);
        foreach (var text in (string[])[Sample.Visitor, Sample.Stream(Sample.Visitor), "very-secret-token", secret, "elsewhere.example"])
            Assert.DoesNotContain(text, lines, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<JsonNode> RefusedAsync(WebhooksApp app, int status, string slug, HttpMethod method, string path, object? body = null)
    {
        var (answered, problem) = await app.SendAsync(method, path, body, app.Token());
        Assert.Equal((status, $"urn:consent:problem:{slug}"), (answered, (string?)problem?["type"]));
        Assert.NotEmpty((string)problem!["detail"]!);
        return problem;
    }
}
