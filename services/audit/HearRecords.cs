using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Audit;

// Each keeps the record first and acknowledges it then: an acknowledgement rests on a commit. When the broker does not take
// the acknowledgement the handler fails, and the record comes again. Of an erasure it says that it was heard: one that a hold keeps waiting is acknowledged too.

internal sealed class HearConsentChanged(PersonTraces persons, IEventTransport transport) : IEventHandler<ConsentChanged>, IEventHandler<ConsentErased>
{
    public async Task HandleAsync(ConsentChanged e, CancellationToken cancel) =>
        await transport.AcknowledgeAsync("consent", await persons.KeepAsync(e, cancel), cancel);

    public async Task HandleAsync(ConsentErased e, CancellationToken cancel) =>
        await transport.AcknowledgeAsync("consent", await persons.EraseAsync(e, cancel), cancel);
}

internal sealed class HearDeclarationPublished(AuditLog log, IEventTransport transport) : IEventHandler<DeclarationPublished>
{
    public async Task HandleAsync(DeclarationPublished e, CancellationToken cancel)
    {
        var declaration = e.Declaration;
        await SiteDeclarations.NoteAsync(log, declaration, cancel);
        await log.KeepAsync(AuditLog.DeclarationOf(declaration.Declaration.Site, declaration.Hash), e, cancel);
        var heard = await log.KeepAsync(AuditLog.TraceOf(e.Id), e, cancel);
        await transport.AcknowledgeAsync("consent", heard, cancel);
    }
}

internal sealed class HearSubscriberRetired(AuditLog log, IEventTransport transport) : IEventHandler<SubscriberRetired>
{
    public async Task HandleAsync(SubscriberRetired e, CancellationToken cancel)
    {
        await log.KeepAsync(KnownSubscribers.StreamOf(e.Subscriber), e, cancel);
        var heard = await log.KeepAsync(AuditLog.TraceOf(e.Id), e, cancel);
        await transport.AcknowledgeAsync(e.Source, heard, cancel);
    }
}

internal sealed class HearErasureAsked(AddressTraces addresses, IEventTransport transport) : IEventHandler<ErasureAsked>
{
    public async Task HandleAsync(ErasureAsked e, CancellationToken cancel) => await transport.AcknowledgeAsync("consent", await addresses.KeepAsync(e, cancel), cancel);
}

internal sealed class HearMarketing<T>(AddressTraces addresses, IEventTransport transport) : IEventHandler<T> where T : class, IAddressEvent
{
    public async Task HandleAsync(T e, CancellationToken cancel) =>
        await transport.AcknowledgeAsync("marketing-unsubscribe", await addresses.KeepAsync(e, cancel), cancel);
}

internal sealed class HearLinksMade(AuditLog log, CampaignNotes campaigns, IEventTransport transport) : IEventHandler<MarketingLinksMade>
{
    public async Task HandleAsync(MarketingLinksMade e, CancellationToken cancel)
    {
        await campaigns.NoteLinksAsync(e, cancel);
        await transport.AcknowledgeAsync("marketing-unsubscribe", await log.KeepAsync(AuditLog.TraceOf(e.Id), e, cancel), cancel);
    }
}

internal sealed class HearMailCounted(AuditLog log, IEventTransport transport) : IEventHandler<MailCounted>
{
    public async Task HandleAsync(MailCounted e, CancellationToken cancel)
    {
        // The body of another kind of event may name a site too.
        if (string.IsNullOrEmpty(e.Site) || string.IsNullOrEmpty(e.Stream) || e.Copies is null) throw new InvalidDataException("This counts no mail: it lacks its site, its stream or its numbers.");
        var heard = await log.KeepAsync(AuditLog.MailOf(e.Site, DateOnly.FromDateTime(e.Hour.UtcDateTime)), e, cancel);
        await transport.AcknowledgeAsync("mail-gate", heard, cancel);
    }
}

internal static class OwnAcknowledgement
{
    /// <summary>Says when it was first kept, also when it came again: the same acknowledgement, whose first copy may be lost.</summary>
    public static Task AcknowledgeAsync(this IEventTransport transport, string source, Heard heard, CancellationToken cancel) =>
        transport.PublishAsync([OutgoingEvent.Of(ConsentApplied.By(AuditSetup.Service, source, heard.EventId, heard.At))], cancel);
}
