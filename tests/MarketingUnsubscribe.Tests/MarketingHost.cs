using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Consent.Subscriber;
using Consent.Tests.Support;
using Consent.UnsubscribeLinks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The service on a real Kestrel over real storage in a folder; the broker is a list, and what it hears is handed in.</summary>
internal sealed class MarketingHost : IAsyncDisposable
{
    private const string Subscriptions = $"/v1/sites/{Sample.Site}/marketing/subscriptions";
    private readonly WebApplication _app;
    private readonly DevelopmentIssuer _issuer;

    private MarketingHost(WebApplication app, DevelopmentIssuer issuer, Transport sent, LogLines log, SettableTime time, string folder)
    {
        (_app, _issuer, Sent, Log, Time, Folder) = (app, issuer, sent, log, time, folder);
        Client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(app.Urls.First()),
        };
    }

    public HttpClient Client { get; }
    public Transport Sent { get; }
    public LogLines Log { get; }
    public SettableTime Time { get; }
    public string Folder { get; }

    /// <summary>Whose the site is: in whose name all that needs a token is asked.</summary>
    public string Controller { get; set; } = Sample.Controller;
    public StandInAudit Audit { get; private init; } = new();
    public IdentifierKeys Keys => _app.Services.GetRequiredKeyedService<IdentifierKeys>(MarketingUnsubscribeSetup.Service);
    public UnsubscribeTokens Tokens => _app.Services.GetRequiredService<UnsubscribeTokens>();
    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();
    public MarketingLog Records => _app.Services.GetRequiredService<MarketingLog>();
    public AddressIndexFeed Index => _app.Services.GetRequiredService<AddressIndexFeed>();

    /// <param name="settings">Further ones.</param>
    /// <param name="loaded">Whether a declared site is loaded from a consent service that holds nothing.</param>
    public static async Task<MarketingHost> StartAsync(
        string folder, bool declared = true, SettableTime? time = null, IReadOnlyDictionary<string, string?>? settings = null, bool loaded = true)
    {
        var issuer = DevelopmentIssuer.Open(folder);
        var (sent, log, audit) = (new Transport(), new LogLines(), new StandInAudit());
        time ??= new SettableTime();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        var port = FreePorts.Take(1)[0];
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data"] = folder,
            ["PublicUrl"] = "https://opt-out.example/",
            // Whoever wants a round makes it.
            ["Marketing:TellEvery"] = "1.00:00:00",
            ["Marketing:Audit"] = $"http://127.0.0.1:{port}",
            ["Auth:MetadataAddress"] = $"http://127.0.0.1:{port}{DevelopmentIssuer.Path}/.well-known/openid-configuration",
        });
        if (settings is not null) builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.AddServiceDefaults(MarketingUnsubscribeSetup.Service);
        builder.AddMarketingUnsubscribe();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddSingleton<IEventTransport>(sent);
        builder.Services.AddSingleton<TimeProvider>(time);
        var app = builder.Build();
        app.UseServiceDefaults();
        issuer.Map(app);
        app.MapMarketingUnsubscribe();
        app.MapPost("/v1/audit/looks", audit.Take);
        await app.StartAsync();
        var host = new MarketingHost(app, issuer, sent, log, time, folder) { Audit = audit };
        if (declared) await host.HearAsync(Sample.Declaration());
        if (declared && loaded) await host.LoadAsync();
        return host;
    }

    /// <summary>Answers what is asked at the start as a consent service would that holds nothing.</summary>
    public async Task LoadAsync()
    {
        var state = _app.Services.GetRequiredKeyedService<SubscriberState>(MarketingUnsubscribeSetup.Service);
        for (var asked = 0; !state.IsLoadedFor(Sample.Site); asked++)
        {
            var question = (await Sent.WaitForAsync<SnapshotRequested>(asked + 1))[asked];
            await HearAsync(new SnapshotPage(question.Id, question.Source, question.After, question.Until, true, []));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public Task HearAsync(Declaration declaration, int version = 1) =>
        HearAsync(new DeclarationPublished(RandomId.New(), Time.Now(), Sample.Published(declaration, version)));

    public Task HearAsync<T>(T e) where T : class, IEvent =>
        _app.Services.GetRequiredKeyedService<IEventHandler<T>>($"{MarketingUnsubscribeSetup.Service}-{T.Kind}").HandleAsync(e, default);

    public string Token(string scope = "marketing", string? controller = null) =>
        _issuer.Issue([scope], [controller ?? Controller], [], TimeProvider.System.Now(), TimeSpan.FromHours(1));

    public Task<HttpResponseMessage> PostAsync(string path, object body, string? token = null, string? origin = null) =>
        SendAsync(path, JsonContent.Create(body), token, origin);

    public async Task<HttpResponseMessage> SendAsync(string path, HttpContent content, string? token = null, string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (origin is not null) request.Headers.Add("Origin", origin);
        return await Client.SendAsync(request);
    }

    /// <summary>The path of a fresh opt-out link.</summary>
    public async Task<string> LinkAsync(string address, string topic = "newsletter", string? language = "nl", string site = Sample.Site, string? channel = null)
    {
        var answer = await PostAsync($"/v1/sites/{site}/marketing/links", new { addresses = new[] { address }, topic, language, channel }, Token());
        answer.EnsureSuccessStatusCode();
        return new Uri((await answer.JsonAsync()).GetProperty("links")[0].GetProperty("url").GetString()!).AbsolutePath;
    }

    /// <summary>The path of a link that no call would make.</summary>
    public string LinkOf(UnsubscribeLink link) => $"/u/{LinkToken.Seal(Tokens.KeyOf(link.Controller, link.Site), link)}";

    public Task<HttpResponseMessage> OneClickAsync(string path) => SendAsync(path, OneClickForm());

    public static FormUrlEncodedContent OneClickForm() => new([new("List-Unsubscribe", "One-Click")]);

    /// <summary>From a page, which is to be confirmed by mail; at a moment that is given, by the controller's word that the person confirmed it then.</summary>
    public Task<HttpResponseMessage> SubscribeAsync(string address, string topic = "newsletter", DateTimeOffset? confirmedAt = null) =>
        PostAsync(Subscriptions, new { address, topic, language = "nl", confirmedAt }, confirmedAt is null ? null : Token());

    /// <summary>By the person himself, out of a confirmation mail that he asked for this moment: which alone brings him back after a "no".</summary>
    public async Task ConfirmAsync(string address, string topic = "newsletter")
    {
        var asked = new Confirmation(Controller, Sample.Site, topic, address, "nl", "form", Time.Is, new string('0', 64));
        await this.PressAsync(await this.PageAsync($"/c/{Get<ConfirmationTokens>().Seal(asked)}"), "class=\"primary\"");
    }

    /// <summary>By the controller's word, without anything that proves it.</summary>
    public Task<HttpResponseMessage> SubscribeUnprovenAsync(string address, string topic = "newsletter") =>
        PostAsync(Subscriptions, new { address, topic, language = "nl" }, Token());

    public async Task<string> ReasonAsync(string address, string topic = "newsletter", string? channel = null)
    {
        var answer = await PostAsync($"/v1/sites/{Sample.Site}/marketing/check", new { topic, channel, addresses = new[] { address } }, Token());
        answer.EnsureSuccessStatusCode();
        var result = (await answer.JsonAsync()).GetProperty("results")[0];
        var reason = result.GetProperty("reason").GetString()!;
        Assert.Equal(reason is "opted-in" or "soft-opt-in" or "legitimate-interest", result.GetProperty("permitted").GetBoolean());
        return reason;
    }
}

internal static class Answers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement;

    /// <summary>Asserts a problem of this status and type, which repeats nothing that it was given.</summary>
    public static async Task AssertProblemAsync(this HttpResponseMessage answer, int status, string slug, string? secret = null)
    {
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal($"urn:consent:problem:{slug}", problem.GetProperty("type").GetString());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        if (secret is not null) Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>Stands still until it is moved.</summary>
internal sealed class SettableTime : TimeProvider
{
    public DateTimeOffset Is { get; set; } = Sample.Noon;

    public override DateTimeOffset GetUtcNow() => Is;

    public void Pass(TimeSpan by) => Is += by;
}

/// <summary>Takes whatever is sent, and lets a test wait for it.</summary>
internal sealed class Transport : IEventTransport
{
    private readonly ConcurrentQueue<OutgoingEvent> _events = new();
    private readonly System.Threading.Channels.Channel<bool> _arrived = System.Threading.Channels.Channel.CreateUnbounded<bool>();

    public Task PublishAsync(IReadOnlyCollection<OutgoingEvent> events, CancellationToken cancel)
    {
        foreach (var e in events)
        {
            _events.Enqueue(e);
            _arrived.Writer.TryWrite(true);
        }
        return Task.CompletedTask;
    }

    public IReadOnlyList<T> All<T>() where T : IEvent =>
        [.. _events.Where(e => e.Kind == T.Kind).Select(e => ContractJson.Read<T>(e.Body.Span))];

    public async Task<IReadOnlyList<T>> WaitForAsync<T>(int count) where T : IEvent
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (All<T>().Count < count) await _arrived.Reader.ReadAsync(patience.Token);
        return All<T>();
    }
}

/// <summary>Every line that the process would log, under its own filters.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public string All => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _lines);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {state} {exception}");
    }
}

/// <summary>A folder of the test's own, gone with it.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("marketing-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
