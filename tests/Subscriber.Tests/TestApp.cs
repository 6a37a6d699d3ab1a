using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Analytics;
using Consent.Contracts;
using Consent.Newsletter;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consent.Subscriber.Tests;

/// <summary>
/// Newsletter and analytics in one process, as in the one-process host: the in-memory transport. In the place of the consent
/// service stands a ledger that keeps acknowledgements and announcements.
/// </summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly RunningApp _app;

    private TestApp(string? forwardUrl) => _app = new RunningApp(
        builder =>
        {
            builder.Configuration["Analytics:ForwardUrl"] = forwardUrl;
            builder.Logging.ClearProviders();
            builder.AddNewsletter();
            builder.AddAnalytics();
            builder.Services.AddSingleton<Ledger>();
            builder.Services.AddEventHandler<ConsentApplied>("ledger", p => p.GetRequiredService<Ledger>());
            builder.Services.AddEventHandler<SubscriberAnnounced>("ledger", p => p.GetRequiredService<Ledger>());
            builder.AddMessaging();
        },
        app =>
        {
            app.MapNewsletter();
            app.MapAnalytics();
        });

    public HttpClient Http => _app.Http;

    public IServiceProvider Services => _app.Services;

    public Ledger Heard => _app.Services.GetRequiredService<Ledger>();

    public static async Task<TestApp> StartAsync(string? forwardUrl = null)
    {
        var app = new TestApp(forwardUrl);
        await app._app.StartAsync();
        // There is nobody who would answer, and nothing was before they came.
        foreach (var service in (string[])["newsletter", "analytics"])
            await app.Services.GetRequiredKeyedService<SubscriberState>(service).MoveAsync("", complete: true, TestContext.Current.CancellationToken);
        return app;
    }

    /// <summary>Publishes, and waits until both services have acknowledged.</summary>
    public async Task PublishAsync<T>(T e) where T : IEvent
    {
        await _app.Services.GetRequiredService<IEventTransport>().PublishAsync([OutgoingEvent.Of(e)], TestContext.Current.CancellationToken);
        await Eventually.IsSoAsync("both acknowledged", () => Task.FromResult(Heard.Applied.SelectMany(a => a.Each()).Count(a => a.RecordId == e.Id) >= 2));
    }

    public string Token(string scope, string controller = "bakery-bv") => _app.Token(scope, [controller]);

    public async Task<(int Status, JsonNode? Json)> SendAsync(
        HttpMethod method, string path, object? body = null, string? token = null, string? subject = null, Action<HttpRequestHeaders>? headers = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body, body.GetType());
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (subject is not null) request.Headers.Add("Consent-Subject", subject);
        headers?.Invoke(request.Headers);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    internal sealed class Ledger : IEventHandler<ConsentApplied>, IEventHandler<SubscriberAnnounced>
    {
        private readonly List<object> _heard = [];

        public IReadOnlyList<ConsentApplied> Applied => Of<ConsentApplied>();

        public IReadOnlyList<SubscriberAnnounced> Announced => Of<SubscriberAnnounced>();

        public Task HandleAsync(ConsentApplied e, CancellationToken cancel) => Keep(e);

        public Task HandleAsync(SubscriberAnnounced e, CancellationToken cancel) => Keep(e);

        private Task Keep(object e)
        {
            lock (_heard) _heard.Add(e);
            return Task.CompletedTask;
        }

        private IReadOnlyList<T> Of<T>()
        {
            lock (_heard) return [.. _heard.OfType<T>()];
        }
    }
}
