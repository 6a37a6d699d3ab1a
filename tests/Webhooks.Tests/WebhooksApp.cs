using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.ServiceDefaults.Outgoing;
using Consent.Subscriber;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Webhooks.Tests;

/// <summary>
/// One start of the service, with a clock that the test moves and messages that the test hands over. The loopback may be called, without
/// TLS, unless the settings say otherwise.
/// </summary>
internal sealed class WebhooksApp : IAsyncDisposable
{
    private readonly RunningApp _app;

    private WebhooksApp(string? data, DateTimeOffset? at, Action<WebApplicationBuilder>? change) => _app = new RunningApp(
        builder =>
        {
            builder.Configuration["Webhooks:AllowHttp"] = "true";
            builder.Configuration["Webhooks:AllowedNetworks:0"] = "127.0.0.1/32";
            builder.Configuration["Webhooks:LookEvery"] = "00:00:00.050";
            // What a test holds back is not to end by itself, on a machine that is slow.
            builder.Configuration["Webhooks:AttemptTimeout"] = "00:05:00";
            // A test that moves the clock by months still asks what became of the first delivery.
            builder.Configuration["Webhooks:KeptFor"] = "3650.00:00:00";
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(Log);
            builder.Services.AddSingleton<TimeProvider>(new MovedClock(at ?? Sample.Start));
            builder.Services.AddSingleton<IEventTransport>(new RecordingTransport());
            builder.AddWebhooks();
            change?.Invoke(builder);
        },
        app => app.MapWebhooks(),
        data);

    public IServiceProvider Services => _app.Services;

    public MovedClock Clock => (MovedClock)Services.GetRequiredService<TimeProvider>();

    public RecordingTransport Transport => (RecordingTransport)Services.GetRequiredService<IEventTransport>();

    public EndpointBook Endpoints => Services.GetRequiredService<EndpointBook>();

    public DeliveryQueue Queue => Services.GetRequiredService<DeliveryQueue>();

    public WebhookStore Store => Services.GetRequiredService<WebhookStore>();

    public LogLines Log { get; } = new();

    public string Data => _app.Data;

    /// <summary>Started, and told of both sample sites.</summary>
    public static async Task<WebhooksApp> StartAsync(string? data = null, DateTimeOffset? at = null, Action<WebApplicationBuilder>? change = null)
    {
        var app = new WebhooksApp(data, at, change);
        await app._app.StartAsync();
        await app.HearAsync(Sample.Event(Sample.Published()));
        await app.HearAsync(Sample.Event(Sample.Published(Sample.OtherSite, Sample.OtherController)));
        return app;
    }

    public Task HearAsync<T>(T e) where T : class, IEvent => _app.HearAsync(WebhooksSetup.Service, e);

    /// <summary>Answers what the subscriber asks, with these as all that was recorded before, until everything is loaded.</summary>
    public Task LoadAsync(params ConsentChanged[] before)
    {
        var state = Services.GetRequiredKeyedService<SubscriberState>(WebhooksSetup.Service);
        return Eventually.IsSoAsync("everything is loaded", async () =>
        {
            if (Transport.Of<SnapshotRequested>() is [.., var asked])
            {
                var events = asked.Kinds.Contains(ConsentChanged.Kind) ? before : [];
                await HearAsync(new SnapshotPage(asked.Id, asked.Source, asked.After, asked.Until, true,
                    [.. events.Select(e => new PublishedEvent(ConsentChanged.Kind, JsonSerializer.SerializeToElement(e, ContractJson.Options)))]));
            }
            return state.IsLoaded;
        });
    }

    /// <summary>Alters the file by hand.</summary>
    public Task ExecuteAsync(string sql) => Store.WriteAsync(db => db.Database.ExecuteSqlRaw(sql), CancellationToken.None);

    public async Task<HealthStatus> HealthAsync() =>
        (await Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(c => c.Name == WebhooksSetup.Service)).Status;

    /// <summary>A receipt recorded now.</summary>
    public async Task<Receipt> DecideAsync(
        long version, Decision decision = Decision.Given, string subject = Sample.Visitor, DateTimeOffset? until = null, params string[] purposes)
    {
        var receipt = Sample.Receipt(version, decision, Clock.At, subject, until: until, purposes: purposes);
        await HearAsync(Sample.Event(receipt));
        return receipt;
    }

    public async Task<(WebhookEndpoint Endpoint, string Secret)> EndpointAsync(string url, string mode = CloudEvent.Structured, string site = Sample.Site) =>
        (await Endpoints.CreateAsync(site, new Uri(url), mode, null, CancellationToken.None))!.Value;

    public async Task TestAsync(WebhookEndpoint endpoint)
    {
        await Queue.AddTestAsync(WebhookEvents.OfTest(endpoint.Site, endpoint.Id, Clock.At), endpoint.Id, CancellationToken.None);
        Services.GetRequiredService<WakeUp>().Call();
    }

    /// <summary>Measures, as is done every few seconds, until it is so.</summary>
    public Task MeasuredAsync(string what, Func<bool> isSo)
    {
        var watch = Services.GetServices<IHostedService>().OfType<WatchDeliveries>().Single();
        return Eventually.IsSoAsync(what, () =>
        {
            watch.Measure();
            return Task.FromResult(isSo());
        });
    }

    public IReadOnlyList<DeliveryRow> Deliveries(WebhookEndpoint endpoint) => Queue.List(endpoint.Id, null, null, 500);

    /// <summary>Waits until the endpoint's deliveries stand so; oldest first, as <c>status</c> or <c>status outcome</c>.</summary>
    public Task StandAsync(WebhookEndpoint endpoint, params string[] wanted) => Eventually.IsSoAsync(
        $"the deliveries stand as {string.Join(", ", wanted)}",
        // Looked at once: between two looks another may have come.
        () => Task.FromResult(Told(endpoint) is var all && all.Count == wanted.Length && all.Zip(wanted, (told, want) => told == want || told.Split(' ')[0] == want).All(same => same)),
        seen: () => $"{string.Join(", ", Told(endpoint))}; warnings: {string.Join("; ", Log.All.Where(l => l.StartsWith("Warning", StringComparison.Ordinal)))}");

    /// <summary>Moves the clock on to just when the endpoint's only pending delivery is due.</summary>
    public void PassToNextAttempt(WebhookEndpoint endpoint) =>
        Clock.At = DateTimeOffset.FromUnixTimeMilliseconds(Queue.List(endpoint.Id, DeliveryStatus.Pending, null, 500).Min(d => d.NextAt));

    public string Token(string scope = "consent", params string[] controllers) => _app.Token(scope, controllers.Length == 0 ? [Sample.Controller] : controllers);

    public async Task<(int Status, JsonNode? Json)> SendAsync(HttpMethod method, string path, object? body = null, string? token = null)
    {
        using var answer = await _app.SendAsync(method, path, body, token);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private List<string> Told(WebhookEndpoint endpoint) => [.. Deliveries(endpoint).Reverse().Select(d => $"{d.Status} {d.LastOutcome}".TrimEnd())];
}
