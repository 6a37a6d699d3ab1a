using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;
using Consent.Subscriber;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Connectors;

/// <summary>
/// Carries opt-outs and opt-ins to mailing systems, and brings opt-outs that were made there back here. Settings: see <see cref="ConnectorSettings"/>.
/// Data: <c>{Data}/connectors/connectors.db</c>, or the schema <c>connectors</c> of <c>Storage:Postgres</c>, which replicas share; and the keys of its secrets in
/// <c>{Data}/keys/connectors</c>, which they share too.
/// </summary>
public static class ConnectorsSetup
{
    public const string Service = "connectors";

    public static IHostApplicationBuilder AddConnectors(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        builder.AddConsentSubscriber(
            Service,
            onApplied: (provider, e, cancel) => provider.GetRequiredService<HearChanges>().OnAppliedAsync(e, cancel),
            onErasing: (provider, erased, cancel) => provider.GetRequiredService<HearChanges>().OnErasingAsync(erased, cancel));
        services.AddSingleton(_ => ConnectorSettings.From(builder.Configuration));
        builder.AddMigration($"the contacts of {Service}", ConnectorStore.Kept.BringUpToDate);
        services.AddSingleton(provider => new ConnectorStore(builder.Configuration, provider.GetRequiredService<TimeProvider>()));
        // In one process others have keys, seals and wake-ups of their own.
        services.AddKeyedSingleton(Service, (_, _) => IdentifierKeys.Of(builder.Configuration, Service));
        services.AddKeyedSingleton(Service, (provider, _) => new SealedText(provider.GetRequiredKeyedService<IdentifierKeys>(Service), Service));
        services.AddKeyedSingleton(Service, (_, _) => new WakeUp());
        services.TryAddSingleton<ResolveHost>(_ => System.Net.Dns.GetHostAddressesAsync);
        services.AddSingleton(provider => new CallMailer(
            new GuardedConnect(
                provider.GetRequiredService<ConnectorSettings>().AllowedNetworks, provider.GetRequiredService<ConnectorSettings>().AttemptTimeout, provider.GetRequiredService<ResolveHost>()),
            provider.GetRequiredService<ConnectorSettings>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<FetchFromSns>(provider => async (url, cancel) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            return await provider.GetRequiredService<CallMailer>().BytesAsync(request, cancel);
        });
        services.AddSingleton<IMailingSystem, Listmonk>();
        services.AddSingleton<IMailingSystem, Mailchimp>();
        services.AddSingleton<IMailingSystem, Ses>();
        services.AddSingleton<IMailingSystem, Mautic>();
        services.AddSingleton<IMailingSystem, Brevo>();
        services.AddSingleton<MailingSystems>();
        services.AddSingleton<ConnectorBook>();
        services.AddSingleton<ContactBook>();
        services.AddSingleton<ConnectorMetrics>();
        services.AddSingleton<DeclaredNoMore>();
        services.AddSingleton<AskMarketing>();
        services.AddSingleton<WeighContacts>();
        services.AddSingleton<CarryChanges>();
        services.AddSingleton<WalkContacts>();
        services.AddSingleton<BringOptOuts>();
        services.AddSingleton<OwedReceipts>();
        services.AddSingleton<HearChanges>();
        services.AddHostedService<TellCarried>();
        services.AddHostedService<RunConnectors>();
        services.AddHostedService<WatchConnectors>();
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            Service,
            provider => new ConnectorsHealth(
                provider.GetRequiredService<ConnectorStore>(), provider.GetRequiredService<ConnectorBook>(), provider.GetRequiredService<ConnectorSettings>(),
                provider.GetRequiredService<TimeProvider>()),
            null, null));
        return builder;
    }

    public static IEndpointRouteBuilder MapConnectors(this IEndpointRouteBuilder endpoints)
    {
        ManageConnectors.Map(endpoints);
        PauseConnector.Map(endpoints);
        RotateWebhookSecret.Map(endpoints);
        TestConnector.Map(endpoints);
        ListFailures.Map(endpoints);
        ReceiveEvents.Map(endpoints);
        return endpoints;
    }
}
