using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Subscriber;

public static class Acknowledgement
{
    /// <summary>
    /// Tells the ledger of <paramref name="source"/> that <paramref name="service"/> has applied a record. Call it after the commit
    /// only, and also for a record that was held already. Throws when the broker did not take it: let the message come again.
    /// </summary>
    /// <param name="source">The service whose record it is: <c>consent</c> or <c>marketing-unsubscribe</c>.</param>
    /// <param name="recordId">Id of the event that was applied.</param>
    public static Task AcknowledgeAsync(
        this IEventTransport transport, string service, string source, string recordId, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(transport);
        return transport.PublishAsync([OutgoingEvent.Of(ConsentApplied.By(service, source, recordId, time.Now()))], cancel);
    }
}
