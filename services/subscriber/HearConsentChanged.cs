using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Subscriber;

/// <summary>
/// Applies a receipt, lets the service react, then acknowledges: also one that was held already, or was overtaken, because the
/// sender repeats what stays open. Anything that fails before the acknowledgement brings the message back.
/// </summary>
internal sealed class HearConsentChanged(
    string service, SubscriberState state, IEventTransport transport, TimeProvider time, Func<ConsentChanged, CancellationToken, Task>? react)
    : IEventHandler<ConsentChanged>
{
    public async Task HandleAsync(ConsentChanged e, CancellationToken cancel)
    {
        var isNewest = await state.ApplyAsync(e.Receipt, e.Stream, cancel);
        if (isNewest && react is not null) await react(e, cancel);
        await transport.AcknowledgeAsync(service, "consent", e.Id, time, cancel);
    }
}
