using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Storage;

/// <summary>Gives a service its log, its relay and its delivery ledger, all keyed by the service's name.</summary>
public static class StorageRegistration
{
    /// <summary>
    /// A log in <c>{Data}/{service}/log.db</c>: a keyed singleton <see cref="IRecordLog"/>, opened when first resolved, drained
    /// and closed with the container.
    /// </summary>
    /// <param name="namesNobody">Which streams may be stored in clear, under their names; none unless said.</param>
    public static IHostApplicationBuilder AddRecordLog(this IHostApplicationBuilder builder, string service, Func<string, bool>? namesNobody = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddKeyedSingleton<IRecordLog>(service, (provider, _) => OpenLog(builder.Configuration, service, provider.Time(), namesNobody));
        return builder;
    }

    /// <summary>
    /// Publishes what stands in the service's log (<see cref="AddRecordLog"/> first), and keeps the ledger of who applied it in
    /// <c>{Data}/{service}/ledger.db</c>: a keyed singleton <see cref="DeliveryLedger"/>. Hears
    /// <see cref="SubscriberAnnounced"/>, <see cref="ConsentApplied"/> and <see cref="LedgerRequested"/> in the service's name,
    /// and sends through the container's <see cref="IEventTransport"/>. Settings are those of <see cref="RelayOptions"/>.
    /// </summary>
    /// <param name="eventOf">
    /// Pure: the event that tells of a record, bearing the record's id, with the time at which it is published; null when the
    /// record is not published.
    /// </param>
    /// <param name="newestSuffices">
    /// True when every published record carries the whole state of its stream, as receipts and declarations do: whoever applied
    /// the newest has no need of those before it. False when each record says something of its own, as opt-outs per topic do:
    /// then each is delivered to each subscriber, whatever came after it.
    /// </param>
    public static IHostApplicationBuilder AddRelay(
        this IHostApplicationBuilder builder, string service, Func<LogRecord, DateTimeOffset, OutgoingEvent?> eventOf, bool newestSuffices = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = RelayOptions.Of(builder.Configuration);
        services.AddKeyedSingleton(service, (provider, _) => DeliveryLedger.Open(
            ServiceData.FileOf(builder.Configuration, service, "ledger.db"), provider.Log(service), service, newestSuffices, provider.Time()));

        services.AddSingleton<IHostedService>(p => new Relay(
            service, p.Log(service), p.Ledger(service), p.Transport(), eventOf, options, p.Time(), p.GetRequiredService<ILogger<Relay>>()));
        services.AddSingleton<IHostedService>(p => new Redelivery(
            service, p.Log(service), p.Ledger(service), p.Transport(), eventOf, options, p.Time(), p.GetRequiredService<ILogger<Redelivery>>()));

        services.AddEventHandler<SubscriberAnnounced>(service, p => new HearSubscriber(p.Ledger(service)));
        services.AddEventHandler<ConsentApplied>(service, p => new HearApplied(service, p.Ledger(service)));
        services.AddEventHandler<LedgerRequested>(service, p => new AnswerAudit(service, p.Ledger(service), p.Transport()));
        return builder;
    }

    /// <summary>
    /// <c>Storage:Engine</c>: <c>sqlite</c> (unless set), or <c>postgres</c> with <c>Storage:Postgres</c>, the connection string of the
    /// data, and <c>Storage:PostgresKeys</c>, that of the keys, which is another database and is backed up apart.
    /// </summary>
    private static IRecordLog OpenLog(IConfiguration settings, string service, TimeProvider time, Func<string, bool>? namesNobody)
    {
        var files = LogFiles.Of(settings, service);
        switch (settings["Storage:Engine"] ?? "sqlite")
        {
            case "sqlite":
                return SqliteRecordLog.Open(files, service, time, namesNobody);
            case "postgres":
                var data = settings["Storage:Postgres"] ?? throw new InvalidOperationException("Set Storage:Postgres to the connection string of the data.");
                var keys = settings["Storage:PostgresKeys"] ?? throw new InvalidOperationException("Set Storage:PostgresKeys to the connection string of the keys.");
                return data == keys
                    ? throw new InvalidOperationException("Give the keys a database of their own in Storage:PostgresKeys: a backup of the data must not hold them.")
                    : PostgresRecordLog.Open(data, keys, files, service, time, namesNobody);
            case var other:
                throw new InvalidOperationException($"Set Storage:Engine to sqlite or postgres; '{other}' is neither.");
        }
    }

    private static IRecordLog Log(this IServiceProvider provider, string service) => provider.GetRequiredKeyedService<IRecordLog>(service);

    private static DeliveryLedger Ledger(this IServiceProvider provider, string service) => provider.GetRequiredKeyedService<DeliveryLedger>(service);

    private static IEventTransport Transport(this IServiceProvider provider) => provider.GetRequiredService<IEventTransport>();

    private static TimeProvider Time(this IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();
}
