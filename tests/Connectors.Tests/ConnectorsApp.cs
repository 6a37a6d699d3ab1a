using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.MarketingUnsubscribe;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Consent.Subscriber;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Consent.Connectors.Tests;

/// <summary>
/// Connectors, and the marketing service that they ask, in one process on the loopback, with a clock that the test moves. The consent service is the test,
/// which hands over the receipts. Mailing systems may be on the loopback, without TLS, unless the settings say otherwise.
/// </summary>
internal sealed class ConnectorsApp : IAsyncDisposable
{
    public const string Path = "/v1/connectors";
    public const string Site = "bakery";
    public const string Controller = "bakery-bv";
    public const string OtherSite = "florist";
    public const string OtherController = "florist-bv";
    public static readonly DateTimeOffset Start = StandIn.Start;

    /// <summary>Marketing hears first, as it does where it took the decision.</summary>
    private static readonly string[] Both = [MarketingUnsubscribeSetup.Service, ConnectorsSetup.Service];
    private static readonly PublishedDeclaration Declared = DeclarationOf(Site, Controller);
    private readonly RunningApp _app;
    private readonly Dictionary<string, List<Receipt>> _receipts = new(StringComparer.Ordinal);

    /// <summary>Versions of tombstones.</summary>
    private readonly Dictionary<string, long> _erased = new(StringComparer.Ordinal);

    private ConnectorsApp(string? data, DateTimeOffset at, Action<WebApplicationBuilder>? change) => _app = new RunningApp(
        builder =>
        {
            var url = $"http://127.0.0.1:{FreePorts.Take(1)[0]}";
            builder.WebHost.UseUrls(url);
            builder.Configuration["Connectors:Marketing"] = url;
            builder.Configuration["Auth:MetadataAddress"] = $"{url}{DevelopmentIssuer.Path}/.well-known/openid-configuration";
            builder.Configuration["Connectors:Token"] = Tokens.For(builder.Configuration["Data"]!, "marketing");
            builder.Configuration["Connectors:AllowHttp"] = "true";
            builder.Configuration["Connectors:AllowedNetworks:0"] = "127.0.0.1/32";
            builder.Configuration["Connectors:LookEvery"] = "00:00:00.050";
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(Log);
            builder.Services.AddSingleton<TimeProvider>(new MovedClock(at));
            builder.Services.AddSingleton<IEventTransport>(new RecordingTransport());
            builder.AddMarketingUnsubscribe();
            builder.AddConnectors();
            change?.Invoke(builder);
        },
        app =>
        {
            app.MapMarketingUnsubscribe();
            app.MapConnectors();
        },
        data);

    public IServiceProvider Services => _app.Services;

    public MovedClock Clock => (MovedClock)Services.GetRequiredService<TimeProvider>();

    public RecordingTransport Transport => (RecordingTransport)Services.GetRequiredService<IEventTransport>();

    public LogLines Log { get; } = new();

    public string Data => _app.Data;

    /// <summary>Started, told of both sites, and loaded.</summary>
    public static async Task<ConnectorsApp> StartAsync(string? data = null, DateTimeOffset? at = null, Action<WebApplicationBuilder>? change = null)
    {
        var app = new ConnectorsApp(data, at ?? Start, change);
        await app._app.StartAsync();
        foreach (var service in Both)
        {
            foreach (var declaration in (PublishedDeclaration[])[Declared, DeclarationOf(OtherSite, OtherController)])
                await app._app.HearAsync(service, new DeclarationPublished(RandomId.New(), declaration.PublishedAt, declaration));
            await app.LoadAsync(service);
        }
        return app;
    }

    /// <summary>From now on the site declares these topics, and no others.</summary>
    public Task DeclareAsync(int version, params string[] topics) => DeclareForAsync(version, [.. topics.Select(topic => (topic, "marketing"))]);

    public async Task DeclareForAsync(int version, params (string Topic, string Purpose)[] topics)
    {
        var purposes = topics.Select(t => t.Purpose).Append("marketing").Distinct(StringComparer.Ordinal).Select(id => SampleDeclaration.Purpose(id));
        var next = SampleDeclaration.Of(Site, Controller, [.. purposes], [.. topics.Select(t => SampleDeclaration.Topic(t.Topic, t.Purpose))]).Published(Clock.At, version);
        foreach (var service in Both) await _app.HearAsync(service, new DeclarationPublished(RandomId.New(), Clock.At, next));
    }

    public static string Stream(string subject) => CanonicalJson.Hash(new { site = Site, subject, key = "of the log" })[..20];

    public string SubjectOf(string address) =>
        Services.GetRequiredKeyedService<IdentifierKeys>(MarketingUnsubscribeSetup.Service).Addresses(Controller).AddressId(address);

    /// <summary>The person confirms here, now, out of a mail that he asked for this moment.</summary>
    public async Task OptInAsync(string address, params string[] topics)
    {
        foreach (var topic in topics)
        {
            var asked = new Confirmation(Controller, Site, topic, address, "nl", "form", Clock.At, new string('0', 64));
            var path = $"/c/{Services.GetRequiredService<ConfirmationTokens>().Seal(asked)}";
            using var page = await _app.SendAsync(HttpMethod.Get, path);
            var proof = Regex.Match(await page.Content.ReadAsStringAsync(), "(?<=name=\"proof\" value=\")[^\"]+").Value;
            using var form = new FormUrlEncodedContent([new("proof", proof)]);
            using var answer = await _app.SendAsync(HttpMethod.Post, $"{path}/confirm", form);
            Assert.Equal((HttpStatusCode.OK, "opted-in"), (answer.StatusCode, await ReasonAsync(address, topic)));
            await TellAsync(address, topic, Decision.Given);
        }
    }

    /// <summary>The person opts out here, now.</summary>
    public async Task OptOutAsync(string address, string topic)
    {
        var (status, _) = await MarketingAsync("opt-outs", new { topic, addresses = new[] { address }, source = "a-page" });
        Assert.Equal(200, status);
        await TellAsync(address, topic, Decision.Withdrawn);
    }

    /// <summary>Of everything; the consent service makes of it a "no" to each topic and each purpose that has topics now.</summary>
    public async Task OptOutOfEverythingAsync(string address, params string[] told)
    {
        var (status, _) = await MarketingAsync("opt-outs", new { addresses = new[] { address }, source = "a-page" });
        Assert.Equal(200, status);
        foreach (var id in told) await TellAsync(address, id, Decision.Withdrawn);
    }

    /// <summary>The consent service tells what it recorded.</summary>
    /// <param name="services">Who hears of it; both unless said.</param>
    public Task TellAsync(string address, string topic, Decision decision, params string[] services) => TellAsync(SubjectOf(address), [topic], decision, "save", null, services);

    /// <summary>The consent service makes a receipt of what marketing published, and tells both.</summary>
    public Task TellAsync(MarketingUnsubscribed published) =>
        TellAsync(published.SubjectId, published.Topics, Decision.Withdrawn, published.Action, published.Id, Both);

    private async Task TellAsync(string subject, IReadOnlyList<string> topics, Decision decision, string action, string? causedBy, string[] services)
    {
        if (!_receipts.TryGetValue(subject, out var before)) before = _receipts[subject] = [];
        var version = (before.LastOrDefault()?.Version ?? _erased.GetValueOrDefault(subject)) + 1;
        var receipt = new Receipt
        {
            Id = RandomId.New(),
            Site = Site,
            Controller = Controller,
            SubjectId = subject,
            Epoch = 1,
            Version = version,
            Changed = topics,
            Declaration = Declared.Hash,
            DeclarationVersion = 1,
            Language = "nl",
            Action = action,
            Source = MarketingUnsubscribeSetup.Service,
            CausedBy = causedBy,
            RecordedAt = Clock.At,
            Purposes = (before.LastOrDefault()?.Purposes ?? new Dictionary<string, PurposeDecision>()).Where(p => !topics.Contains(p.Key, StringComparer.Ordinal))
                .Concat(topics.Select(topic => KeyValuePair.Create(topic, new PurposeDecision(decision, Clock.At, version, null, Declared.Hash, Declared.MeaningOf(topic)))))
                .ToDictionary(StringComparer.Ordinal),
        };
        before.Add(receipt);
        foreach (var service in services.Length == 0 ? Both : services) await RepeatAsync(receipt, service);
    }

    /// <summary>The service hears the newest receipt.</summary>
    public Task RepeatAsync(string address, string service) => RepeatAsync(_receipts[SubjectOf(address)][^1], service);

    private Task RepeatAsync(Receipt receipt, string service) =>
        _app.HearAsync(service, new ConsentChanged(receipt.Id, receipt.RecordedAt, receipt, Stream(receipt.SubjectId)));

    /// <summary>The person asked the consent service to be forgotten.</summary>
    public async Task<ConsentErased> EraseAsync(string address)
    {
        var subject = SubjectOf(address);
        var version = _erased[subject] = _receipts[subject][^1].Version + 1;
        var erased = new ConsentErased(RandomId.New(), Clock.At, Site, Stream(subject), 1, version, Clock.At, ErasureReason.Request);
        _receipts[subject].Clear();
        foreach (var service in Both) await _app.HearAsync(service, erased);
        return erased;
    }

    /// <summary>The connectors hear of it once more.</summary>
    public Task HearAgainAsync(ConsentErased erased) => _app.HearAsync(ConnectorsSetup.Service, erased);

    /// <summary>What marketing recorded of the address last.</summary>
    public async Task<MarketingRecord?> RecordAsync(string address) =>
        await Services.GetRequiredService<MarketingLog>().LatestAsync(Site, SubjectOf(address), CancellationToken.None);

    /// <summary>Why marketing would have mail sent, or not.</summary>
    public async Task<string> ReasonAsync(string address, string topic)
    {
        var (_, json) = await MarketingAsync("check", new { topic, addresses = new[] { address } });
        return (string)json!["results"]![0]!["reason"]!;
    }

    public Task ReasonIsAsync(string wanted, string address, string topic)
    {
        var (reason, looks) = ("", 0);
        return Eventually.IsSoAsync(
            $"mail of {topic} is {wanted}",
            async () =>
            {
                if ((reason = await ReasonAsync(address, topic)) == wanted) return true;
                // A look over there that was under way when the clock was put forward plans the next one from then on: time goes on for it.
                if (++looks > 20) Clock.Pass(TimeSpan.FromMinutes(1));
                return false;
            },
            seen: () => $"It is {reason}; {Warnings}");
    }

    /// <summary>Makes the stand-in's connector.</summary>
    public async Task<(string Id, string WebhookSecret)> ConnectAsync(StandIn standIn, Action<JsonObject>? change = null)
    {
        // It may outlive this process.
        var clock = Clock;
        (standIn.Now, standIn.Before) = (() => clock.At, () => clock.Before);
        var body = standIn.Connector(Site);
        change?.Invoke(body);
        var (status, made) = await SendAsync(HttpMethod.Post, Path, body, Token());
        Assert.True(status == 201, $"{status} {made}");
        return ((string)made!["id"]!, (string)made["webhookSecret"]!);
    }

    /// <summary>Makes it, and waits until all contacts were compared and what differs is carried.</summary>
    public async Task<(string Id, string WebhookSecret)> ConnectedAsync(StandIn standIn, Action<JsonObject>? change = null)
    {
        var connector = await ConnectAsync(standIn, change);
        await SettledAsync(connector.Id);
        return connector;
    }

    public async Task<JsonNode> ShowAsync(string connector) => (await SendAsync(HttpMethod.Get, $"{Path}/{connector}", token: Token())).Json!;

    public Task SettledAsync(string connector) =>
        StandsAsync(connector, "all was compared and carried", json => json["walkedAt"] is not null && (long)json["pending"]! == 0 && json["failing"] is null);

    /// <summary>Compares all contacts anew, and waits until that is done.</summary>
    public async Task CompareAsync(string connector)
    {
        Assert.Equal(200, (await SendAsync(HttpMethod.Post, $"{Path}/{connector}/resume", token: Token())).Status);
        await SettledAsync(connector);
    }

    public Task StandsAsync(string connector, string what, Func<JsonNode, bool> isSo)
    {
        JsonNode? seen = null;
        return Eventually.IsSoAsync(what, async () => isSo(seen = await ShowAsync(connector)), seen: () => $"{seen?.ToJsonString()}; {Warnings}");
    }

    public string Token(string scope = "marketing", params string[] controllers) => _app.Token(scope, controllers.Length == 0 ? [Controller] : controllers);

    public async Task<(int Status, JsonNode? Json)> SendAsync(HttpMethod method, string path, object? body = null, string? token = null, params (string Name, string Value)[] headers)
    {
        using var answer = await _app.SendAsync(method, path, body, token, headers);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async Task<HealthStatus> HealthAsync() =>
        (await Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(c => c.Name == ConnectorsSetup.Service)).Status;

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private string Warnings => $"warnings: {string.Join("; ", Log.All.Where(line => line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal)))}";

    private static PublishedDeclaration DeclarationOf(string site, string controller) => SampleDeclaration.Of(
        site, controller, [SampleDeclaration.Purpose("marketing")], [SampleDeclaration.Topic("news", "marketing"), SampleDeclaration.Topic("offers", "marketing")])
        .Published(Start.AddDays(-1));

    private Task<(int Status, JsonNode? Json)> MarketingAsync(string route, object body) =>
        SendAsync(HttpMethod.Post, $"/v1/sites/{Site}/marketing/{route}", body, Token());

    /// <summary>Answers what the service asks at its start as a consent service that holds nothing.</summary>
    private Task LoadAsync(string service)
    {
        var state = Services.GetRequiredKeyedService<SubscriberState>(service);
        return Eventually.IsSoAsync($"{service} has loaded", async () =>
        {
            if (Transport.Of<SnapshotRequested>().LastOrDefault(asked => asked.Subscriber == service) is { } asked)
                await _app.HearAsync(service, new SnapshotPage(asked.Id, asked.Source, asked.After, asked.Until, true, []));
            return state.IsLoaded;
        });
    }
}
