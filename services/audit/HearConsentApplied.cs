using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Audit;

/// <summary>Keeps a subscriber's word, whether or not the record itself has been heard.</summary>
internal sealed class HearConsentApplied(AuditLog log) : IEventHandler<ConsentApplied>
{
    public Task HandleAsync(ConsentApplied e, CancellationToken cancel) => KeepAsync(log, e, cancel);

    /// <summary>In the trace of each record. Audit's own acknowledgement is passed over: what audit applied is what stands in its log, and nothing else.</summary>
    public static Task KeepAsync(AuditLog log, ConsentApplied e, CancellationToken cancel) =>
        e.Subscriber == AuditSetup.Service ? Task.CompletedTask : Task.WhenAll(e.Each().Select(one => log.KeepAsync(AuditLog.TraceOf(one.RecordId), one, cancel)));
}
