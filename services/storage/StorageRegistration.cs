using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Storage;

/// <summary>Gives a service its log, its relay and its delivery ledger, all keyed by the service's name.</summary>
public static class StorageRegistration
{
    /// <summary>
    /// A log in <c>{Data}/{service}/log.db</c>: a keyed singleton <see cref="IRecordLog"/>, opened when first resolved, drained
    /// and closed with the container. Where an <see cref="IKeyWrapper"/> is registered it keeps the wrapping key, instead of a file. The health check
    /// <c>store-{service}</c> is degraded while an operator should know something of it (<see cref="IRecordLog.Alarm"/>).
    /// </summary>
    /// <param name="namesNobody">Which streams may be stored in clear, under their names; none unless said.</param>
    public static IHostApplicationBuilder AddRecordLog(this IHostApplicationBuilder builder, string service, Func<string, bool>? namesNobody = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddKeyedSingleton<IRecordLog>(service, (provider, _) => OpenLog(builder.Configuration, service, provider.Time(), namesNobody, provider.GetService<IKeyWrapper>()));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration($"store-{service}", p => new LogAlarm(service, p), null, null));
        builder.AddMigration($"the keys of {service}", settings => MigrateStore.Keys(settings, service));
        builder.AddMigration($"the log of {service}", settings => MigrateStore.Log(settings, service));
        return builder;
    }

    /// <summary>
    /// Publishes what stands in the service's log (<see cref="AddRecordLog"/> first), and keeps the ledger of who applied it beside the
    /// log: a keyed singleton <see cref="DeliveryLedger"/>. Hears announcements, acknowledgements and the questions of subscribers in the
    /// service's name, and sends through the container's <see cref="IEventTransport"/>. Settings are those of <see cref="RelayOptions"/>.
    /// </summary>
    public static IHostApplicationBuilder AddRelay(this IHostApplicationBuilder builder, string service, Func<IServiceProvider, Published> published)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = RelayOptions.Of(builder.Configuration);
        services.AddKeyedSingleton(service, (provider, _) => published(provider));
        services.AddKeyedSingleton(service, (provider, _) => OpenLedger(builder.Configuration, service));
        services.AddKeyedSingleton(service, (p, _) => new OpenDeliveries(p.Log(service), p.Of<ILedgerStore>(service), p.Of<Published>(service), p.Time()));
        services.AddKeyedSingleton(service, (p, _) => new DeliveryLedger(p.Log(service), p.Of<ILedgerStore>(service), service, p.Of<OpenDeliveries>(service), p.Time()));
        services.AddKeyedSingleton(service, (p, _) => new RelayLease(p.Log(service), p.Time()));
        services.AddKeyedSingleton(service, (p, _) => new LateDeliveries(service, options, p.Time(), p.GetRequiredService<ILogger<LateDeliveries>>()));
        services.AddKeyedSingleton(service, (p, _) => new RetireSubscriber(service, p.Log(service), p.Of<ILedgerStore>(service), p.Time()));
        services.AddKeyedSingleton(service, (p, _) => new Relay(
            service, p.Log(service), p.Of<RelayLease>(service), p.Transport(), p.Of<Published>(service), p.Of<LateDeliveries>(service), options, p.Time(),
            p.GetRequiredService<ILogger<Relay>>()));

        services.AddSingleton<IHostedService>(p => new DeclareSubscribers(p.Of<DeliveryLedger>(service), options, p.Time(), p.GetRequiredService<ILogger<DeclareSubscribers>>()));
        services.AddSingleton<IHostedService>(p => p.Of<Relay>(service));
        services.AddSingleton<IHostedService>(p => new Redelivery(
            service, p.Log(service), p.Of<ILedgerStore>(service), p.Of<OpenDeliveries>(service), p.Of<Relay>(service), p.Of<RelayLease>(service), p.Transport(),
            p.Of<Published>(service), p.Of<LateDeliveries>(service), options, p.Time(), p.GetRequiredService<ILogger<Redelivery>>()));
        services.AddHealthChecks().Add(new HealthCheckRegistration($"deliveries-{service}", p => p.Of<LateDeliveries>(service), null, null));
        builder.AddMigration($"the ledger of {service}", settings => MigrateStore.Ledger(settings, service));

        services.AddEventHandler<SubscriberAnnounced>(service, p => new HearSubscriber(p.Of<DeliveryLedger>(service)));
        services.AddEventHandler<ConsentApplied>(service, p => new HearApplied(service, p.Of<DeliveryLedger>(service)));
        services.AddEventHandler<SubscriberRetired>(service, p => new HearRetired(service, p.Of<RetireSubscriber>(service)));
        services.AddEventHandler<LedgerRequested>(service, p => new AnswerAudit(service, p.Log(service), p.Of<DeliveryLedger>(service), p.Transport()));
        services.AddEventHandler<SnapshotRequested>(service, p => new AnswerSnapshot(
            service, p.Log(service), p.Of<DeliveryLedger>(service), p.Transport(), p.Of<Published>(service), p.Time()));
        services.AddEventHandler<FeedRequested>(service, p => new AnswerFeed(service, p.Log(service), p.Transport(), p.Of<Published>(service), p.Time()));
        services.AddEventHandler<StateCompared>(service, p => new AnswerComparison(service, p.Log(service), p.Transport(), p.Of<Published>(service), p.Time()));
        return builder;
    }

    /// <summary>
    /// Lets the service, which has a log and handlers of these events, ask <paramref name="source"/> for every event that never arrived: see <see cref="FollowFeed"/>.
    /// </summary>
    /// <param name="isHeld">Whether an event of this kind and id was handled already; null to hand over each once more.</param>
    public static IHostApplicationBuilder AddFeed(
        this IHostApplicationBuilder builder, string service, string source, IReadOnlyList<FedEvent> events,
        Func<IServiceProvider, string, string, ValueTask<bool>>? isHeld = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var pages = $"{service}-pages";
        builder.Services.AddKeyedSingleton(pages, (p, _) => new FollowFeed(service, source, events, p.Log(service), p, isHeld));
        builder.Services.AddSingleton<IHostedService>(p => p.GetKeyedServices<FollowFeed>(pages).First(f => f.Source == source));
        // One queue for the pages of all sources.
        if (builder.Services.Count(d => d.IsKeyedService && pages.Equals(d.ServiceKey)) == 1)
            builder.Services.AddEventHandler<FeedPage>(service, p => new HearFeedPage([.. p.GetKeyedServices<FollowFeed>(pages)]));
        return builder;
    }

    private static ILedgerStore OpenLedger(IConfiguration settings, string service) => StorageSettings.Of(settings) switch
    {
        { Cosmos: { } cosmos } => CosmosLedgerStore.Open(cosmos, service),
        { Data: { } data } => new PostgresLedgerStore(data, service),
        _ => new SqliteLedgerStore(ServiceData.FileOf(settings, service, "ledger.db"), service),
    };

    private static IRecordLog OpenLog(IConfiguration settings, string service, TimeProvider time, Func<string, bool>? namesNobody, IKeyWrapper? wrapper)
    {
        var files = LogFiles.Of(settings, service);
        return StorageSettings.Of(settings) switch
        {
            { Cosmos: { } cosmos, CosmosKeys: { } cosmosKeys } => CosmosRecordLog.Open(cosmos, cosmosKeys, files, service, time, namesNobody, wrapper),
            { Data: { } data, Keys: { } keys } => PostgresRecordLog.Open(data, keys, files, service, time, namesNobody, wrapper),
            _ => SqliteRecordLog.Open(files, service, time, namesNobody, wrapper),
        };
    }

    private static IRecordLog Log(this IServiceProvider provider, string service) => provider.GetRequiredKeyedService<IRecordLog>(service);

    private static T Of<T>(this IServiceProvider provider, string service) where T : notnull => provider.GetRequiredKeyedService<T>(service);

    private static IEventTransport Transport(this IServiceProvider provider) => provider.GetRequiredService<IEventTransport>();

    private static TimeProvider Time(this IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();
}
