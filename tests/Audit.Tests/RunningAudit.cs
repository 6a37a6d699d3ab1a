using System.Net.Http.Headers;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Audit.Tests;

/// <summary>The service as its Program composes it, on a real Kestrel, with a token issuer of its own and an outbox in the broker's place.</summary>
public class RunningAudit : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("audit-tests-").FullName;
    private WebApplication? _app;
    private DevelopmentIssuer? _issuer;
    private HttpClient? _client;

    internal Outbox Outbox { get; } = new();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(["--Data", _folder]);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults(AuditSetup.Service);
        builder.AddAudit();
        AddTransport(builder);
        _app = builder.Build();
        _app.UseServiceDefaults();
        _app.MapAudit();
        _issuer = DevelopmentIssuer.Open(_folder);
        _issuer.Map(_app);
        await _app.StartAsync(TestContext.Current.CancellationToken);
        var address = new Uri(_app.Urls.Single());
        _app.Configuration["Auth:MetadataAddress"] = new Uri(address, $"{DevelopmentIssuer.Path}/.well-known/openid-configuration").ToString();
        _client = new HttpClient { BaseAddress = address };
    }

    /// <summary>Through the handler of audit's queue for the kind.</summary>
    public Task HearAsync<T>(T e) where T : class, IEvent =>
        _app!.Services.GetRequiredKeyedService<IEventHandler<T>>($"audit-{T.Kind}").HandleAsync(e, TestContext.Current.CancellationToken);

    public string Token(string scope, string? controller = null, string? site = null) => _issuer!.Issue(
        [scope], controller is null ? [] : [controller], site is null ? [] : [site], TimeProvider.System.Now(), TimeSpan.FromMinutes(5));

    public Task<HttpResponseMessage> GetAsync(string path, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return _client!.SendAsync(request, TestContext.Current.CancellationToken);
    }

    internal Task PublishAsync<T>(T e) where T : IEvent =>
        _app!.Services.GetRequiredService<IEventTransport>().PublishAsync([OutgoingEvent.Of(e)], TestContext.Current.CancellationToken);

    protected virtual void AddTransport(WebApplicationBuilder builder) => builder.Services.AddSingleton<IEventTransport>(Outbox);

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The same with the real messaging, in memory: events go through audit's queues.</summary>
public sealed class RunningAuditWithMessaging : RunningAudit
{
    protected override void AddTransport(WebApplicationBuilder builder) => builder.AddMessaging();
}
