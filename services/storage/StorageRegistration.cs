using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Hosting;

namespace Consent.Storage;

/// <summary>Gives a service its log, its relay and its delivery ledger, all keyed by the service's name.</summary>
public static class StorageRegistration
{
    /// <summary>
    /// A log in <c>{Data}/{service}/log.db</c>: a keyed singleton <see cref="IRecordLog"/>, opened when first resolved, drained
    /// and closed with the container.
    /// </summary>
    public static IHostApplicationBuilder AddRecordLog(this IHostApplicationBuilder builder, string service)
    {
        throw new NotSupportedException("On its way.");
    }

    /// <summary>
    /// Publishes what stands in the service's log (<see cref="AddRecordLog"/> first), and keeps the ledger of who applied it in
    /// <c>{Data}/{service}/ledger.db</c>: a keyed singleton <see cref="DeliveryLedger"/>. Hears
    /// <see cref="Contracts.SubscriberAnnounced"/>, <see cref="Contracts.ConsentApplied"/> and
    /// <see cref="Contracts.LedgerRequested"/> in the service's name. Settings are those of <see cref="RelayOptions"/>.
    /// </summary>
    /// <param name="eventOf">
    /// Pure: the event that tells of a record, bearing the record's id, with the time at which it is published; null when the
    /// record is not published.
    /// </param>
    public static IHostApplicationBuilder AddRelay(
        this IHostApplicationBuilder builder, string service, Func<LogRecord, DateTimeOffset, OutgoingEvent?> eventOf)
    {
        throw new NotSupportedException("On its way.");
    }
}
