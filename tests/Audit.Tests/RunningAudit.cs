using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Audit.Tests;

/// <summary>The service as its Program composes it, with an outbox in the broker's place.</summary>
public class RunningAudit : IAsyncLifetime
{
    private readonly RunningApp _app;

    public RunningAudit() => _app = new RunningApp(
        builder =>
        {
            builder.Configuration["Audit:Checkpoints"] = Path.Combine(builder.Configuration["Data"]!, "checkpoints");
            builder.AddAudit();
            AddTransport(builder);
        },
        app => app.MapAudit());

    internal RecordingTransport Outbox { get; } = new();

    protected IServiceProvider Services => _app.Services;

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    /// <summary>Through the handler of audit's queue for the kind.</summary>
    public Task HearAsync<T>(T e) where T : class, IEvent => _app.HearAsync(AuditSetup.Service, e, TestContext.Current.CancellationToken);

    public string Token(string scope, string? controller = null, string? site = null) =>
        _app.Token(scope, controller is null ? [] : [controller], site is null ? [] : [site]);

    public Task<HttpResponseMessage> GetAsync(string path, string? token) => _app.SendAsync(HttpMethod.Get, path, token: token);

    internal Task PublishAsync<T>(T e) where T : IEvent =>
        _app.Services.GetRequiredService<IEventTransport>().PublishAsync([OutgoingEvent.Of(e)], TestContext.Current.CancellationToken);

    protected virtual void AddTransport(WebApplicationBuilder builder) => builder.Services.AddSingleton<IEventTransport>(Outbox);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>The same with the real messaging, in memory: events go through audit's queues.</summary>
public sealed class RunningAuditWithMessaging : RunningAudit
{
    protected override void AddTransport(WebApplicationBuilder builder) => builder.AddMessaging();
}
