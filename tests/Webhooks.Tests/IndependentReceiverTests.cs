using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Webhooks.Tests;

/// <summary>A receiver that knows nothing of .NET: Node, with the CloudEvents SDK and the Standard Webhooks library (<c>tests/webhooks</c>).</summary>
public sealed class IndependentReceiverTests
{
    [Theory]
    [InlineData(CloudEvent.Structured)]
    [InlineData(CloudEvent.Binary)]
    public async Task It_reads_every_event_and_verifies_it_before_during_and_after_a_rotation_and_nothing_tampered(string mode)
    {
        await using var stranger = await Stranger.StartAsync();
        await using var app = await WebhooksApp.StartAsync();
        var (endpoint, first) = await app.EndpointAsync(stranger.Url, mode);
        await stranger.HoldsAsync(app, new() { ["first"] = first });

        var receipt = await app.DecideAsync(1, until: Sample.Start.AddHours(30));
        var changed = await stranger.ReadAsync(1);
        Assert.Equal((receipt.Id, WebhookEvents.Changed, "urn:consent:site:bakery", "2026-03-01T09:00:00.000Z", "1.0", true), Attributes(changed));
        Assert.Equal((Sample.Visitor, "given"), ((string?)changed["event"]!["data"]!["subjectId"], (string?)changed["event"]!["data"]!["purposes"]!["statistics"]!["status"]));
        Verified(changed, "first");

        var (second, _) = (await app.Endpoints.RotateAsync(endpoint.Id, TestContext.Current.CancellationToken))!.Value;
        await stranger.HoldsAsync(app, new() { ["first"] = first, ["second"] = second });
        await app.TestAsync(endpoint);
        Verified(await stranger.ReadAsync(2), "first", "second");

        await stranger.HoldsAsync(app, new() { ["first"] = first, ["second"] = second }, TimeSpan.FromHours(30));
        app.Clock.Pass(TimeSpan.FromHours(30));
        var expired = await stranger.ReadAsync(3);
        Assert.Equal((WebhookEvents.Expired, "2026-03-02T15:00:00.000Z", "statistics"), ((string?)expired["event"]!["type"], (string?)expired["event"]!["time"], (string?)expired["event"]!["data"]!["purpose"]));
        Verified(expired, "second");

        var erased = Sample.Erased(2, at: app.Clock.At);
        await app.HearAsync(erased);
        var told = await stranger.ReadAsync(4);
        Assert.Equal((erased.Id, WebhookEvents.Erased, erased.Stream), ((string?)told["event"]!["id"], (string?)told["event"]!["type"], (string?)told["event"]!["data"]!["stream"]));
        Verified(told, "second");
    }

    private static (string? Id, string? Type, string? Source, string? Time, string? SpecVersion, bool Valid) Attributes(JsonNode line)
    {
        var e = line["event"]!;
        return ((string?)e["id"], (string?)e["type"], (string?)e["source"], (string?)e["time"], (string?)e["specversion"], (bool?)e["valid"] == true);
    }

    private static void Verified(JsonNode line, params string[] by)
    {
        Assert.Equal(by, line["verifiedBy"]!.AsArray().Select(n => (string?)n));
        Assert.Equal(by.Length, (int)line["signatures"]!);
        Assert.Empty(line["stillVerified"]!.AsArray());
    }

    private sealed class Stranger(ServiceProcess process, int port) : IAsyncDisposable
    {
        private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        public string Url => $"http://127.0.0.1:{port}/in";

        public static async Task<Stranger> StartAsync()
        {
            var program = Path.Combine(Repository.Root, "tests", "webhooks", "receiver.mjs");
            var process = new ServiceProcess("stranger", program, new Uri("http://127.0.0.1/"), new Dictionary<string, string>(StringComparer.Ordinal))
            {
                Runner = "node",
                Arguments = [new JsonObject { ["secrets"] = new JsonObject() }.ToJsonString()],
            };
            process.Start();
            await Eventually.IsSoAsync("the stranger listens", () => Task.FromResult(Lines(process).Any()), seen: process.LastLines);
            return new Stranger(process, (int)Lines(process).First()["ready"]!);
        }

        /// <summary>Gives it the secrets, and the clock of the service as it will be after <paramref name="passed"/>.</summary>
        public async Task HoldsAsync(WebhooksApp app, Dictionary<string, string> secrets, TimeSpan passed = default)
        {
            using var one = await _http.PutAsJsonAsync("/secrets", new { secrets });
            using var clock = new StringContent((app.Clock.At + passed).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
            using var other = await _http.PutAsync("/clock", clock);
            Assert.True(one.IsSuccessStatusCode && other.IsSuccessStatusCode);
        }

        /// <summary>What it said of the webhook that came as the <paramref name="nth"/>.</summary>
        public async Task<JsonNode> ReadAsync(int nth)
        {
            await Eventually.IsSoAsync($"the stranger read {nth}", () => Task.FromResult(Lines(process).Count() > nth), seen: process.LastLines);
            return Lines(process).ElementAt(nth);
        }

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            await process.DisposeAsync();
        }

        private static IEnumerable<JsonNode> Lines(ServiceProcess process) => process.Output.Where(l => l.StartsWith('{')).Select(l => JsonNode.Parse(l)!);
    }
}
