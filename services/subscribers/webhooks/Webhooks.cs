using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Consent.Subscriber;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Webhooks;

/// <summary>
/// The bridge to everything that does not listen on the bus: each change, erasure and expiry as an HTTP request to the endpoints that
/// a controller has named. Settings: see <see cref="WebhookSettings"/>. Data: <c>{Data}/webhooks/webhooks.db</c>, and the keys of its
/// secrets in <c>{Data}/keys/webhooks</c>.
/// </summary>
public static class WebhooksSetup
{
    public const string Service = "webhooks";

    public static IHostApplicationBuilder AddWebhooks(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        builder.AddConsentSubscriber(Service, onApplied: (provider, e, cancel) => provider.GetRequiredService<EnqueueChanges>().OnAppliedAsync(e, cancel));
        HearErasedFirst.Register(services);
        services.AddSingleton(_ => WebhookSettings.From(builder.Configuration));
        services.AddSingleton(_ => new WebhookStore(ServiceData.FileOf(builder.Configuration, Service, "webhooks.db")));
        services.AddSingleton(_ => new SealedText(IdentifierKeys.Of(builder.Configuration, Service)));
        services.AddSingleton<EndpointBook>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<EnqueueChanges>();
        services.AddSingleton<WakeUp>();
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<ResolveHost>(_ => System.Net.Dns.GetHostAddressesAsync);
        services.AddSingleton<GuardedConnect>();
        services.AddSingleton<PostWebhook>();
        services.AddHostedService<DeliverWebhooks>();
        services.AddHostedService<SendExpiries>();
        services.AddHostedService<WatchDeliveries>();
        services.AddHealthChecks().Add(new HealthCheckRegistration(Service, provider => new WebhooksHealth(provider.GetRequiredService<WebhookStore>()), null, null));
        return builder;
    }

    public static IEndpointRouteBuilder MapWebhooks(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSubscriberPermits(Service);
        ManageEndpoints.Map(endpoints);
        RotateSecret.Map(endpoints);
        EnableEndpoint.Map(endpoints);
        SendTest.Map(endpoints);
        ListDeliveries.Map(endpoints);
        ReplayDelivery.Map(endpoints);
        return endpoints;
    }
}

/// <summary>
/// The seam for erasures: puts the webhook's deliveries on disk before the subscriber's own handler erases and acknowledges. It goes
/// when <c>AddConsentSubscriber</c> takes an <c>onErased</c> of its own: pass <see cref="EnqueueChanges.OnErasedAsync"/> there.
/// </summary>
internal sealed class HearErasedFirst(EnqueueChanges enqueue, IEventHandler<ConsentErased> subscriber) : IEventHandler<ConsentErased>
{
    public static void Register(IServiceCollection services)
    {
        var queue = $"{WebhooksSetup.Service}-{ConsentErased.Kind}";
        var registered = services.Single(s => s.IsKeyedService && s.ServiceType == typeof(IEventHandler<ConsentErased>) && queue.Equals(s.ServiceKey));
        services.Remove(registered);
        services.AddKeyedSingleton<IEventHandler<ConsentErased>>(queue, (provider, key) => new HearErasedFirst(
            provider.GetRequiredService<EnqueueChanges>(), (IEventHandler<ConsentErased>)registered.KeyedImplementationFactory!(provider, key)));
    }

    public async Task HandleAsync(ConsentErased e, CancellationToken cancel)
    {
        await enqueue.OnErasedAsync(e, cancel);
        await subscriber.HandleAsync(e, cancel);
    }
}
