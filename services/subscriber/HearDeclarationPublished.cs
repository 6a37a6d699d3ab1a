using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Subscriber;

/// <summary>Puts a declaration into the service's book, then acknowledges it.</summary>
internal sealed class HearDeclarationPublished(string service, DeclarationBook book, IEventTransport transport, TimeProvider time)
    : IEventHandler<DeclarationPublished>
{
    public async Task HandleAsync(DeclarationPublished e, CancellationToken cancel)
    {
        await book.KeepAsync(e.Declaration, cancel);
        await transport.AcknowledgeAsync(service, "consent", e.Id, time, cancel);
    }
}
