using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;
using Consent.Subscriber;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Webhooks;

/// <summary>
/// The bridge to everything that does not listen on the bus: each change, erasure and expiry as an HTTP request to the endpoints that
/// a controller has named. Settings: see <see cref="WebhookSettings"/>. Data: <c>{Data}/webhooks/webhooks.db</c>, or the schema <c>webhooks</c> of
/// <c>Storage:Postgres</c>, which replicas share; and the keys of its secrets in <c>{Data}/keys/webhooks</c>, which they share too.
/// </summary>
public static class WebhooksSetup
{
    public const string Service = "webhooks";

    public static IHostApplicationBuilder AddWebhooks(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        builder.AddConsentSubscriber(
            Service,
            onApplied: (provider, e, cancel) => provider.GetRequiredService<EnqueueChanges>().OnAppliedAsync(e, cancel),
            onErased: (provider, e, cancel) => provider.GetRequiredService<EnqueueChanges>().OnErasedAsync(e, cancel));
        services.AddSingleton(_ => WebhookSettings.From(builder.Configuration));
        builder.AddMigration($"the endpoints of {Service}", WebhookStore.Kept.BringUpToDate);
        services.AddSingleton(provider => new WebhookStore(builder.Configuration, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(_ => new SealedText(IdentifierKeys.Of(builder.Configuration, Service), Service));
        services.AddSingleton<EndpointBook>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<EnqueueChanges>();
        services.AddSingleton<WakeUp>();
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<ResolveHost>(_ => System.Net.Dns.GetHostAddressesAsync);
        services.AddSingleton(provider => new GuardedConnect(
            provider.GetRequiredService<WebhookSettings>().AllowedNetworks, provider.GetRequiredService<WebhookSettings>().AttemptTimeout, provider.GetRequiredService<ResolveHost>()));
        services.AddSingleton<PostWebhook>();
        services.AddHostedService<DeliverWebhooks>();
        services.AddHostedService<SendExpiries>();
        services.AddHostedService<WaitForDeclarations>();
        services.AddHostedService<WatchDeliveries>();
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            Service,
            provider => new WebhooksHealth(
                provider.GetRequiredService<WebhookStore>(), provider.GetRequiredService<EndpointBook>(), provider.GetRequiredService<TimeProvider>()),
            null, null));
        return builder;
    }

    public static IEndpointRouteBuilder MapWebhooks(this IEndpointRouteBuilder endpoints)
    {
        ManageEndpoints.Map(endpoints);
        RotateSecret.Map(endpoints);
        EnableEndpoint.Map(endpoints);
        SendTest.Map(endpoints);
        ListDeliveries.Map(endpoints);
        ReplayDelivery.Map(endpoints);
        return endpoints;
    }
}
