using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Subscriber;

/// <summary>Puts a declaration into the service's book, then acknowledges it.</summary>
internal sealed class HearDeclarationPublished(DeclarationBook book, Acknowledger acknowledger) : IEventHandler<DeclarationPublished>
{
    public async Task HandleAsync(DeclarationPublished e, CancellationToken cancel)
    {
        await book.KeepAsync([e.Declaration], cancel);
        await acknowledger.TellAsync(e.Id, cancel);
    }
}

/// <summary>The same for a subscriber to the preferences of some purposes: see <see cref="SubscriberState.KeepAsync"/>.</summary>
internal sealed class HearDeclarationWithPurposes(Wishes wishes, SubscriberState state, Acknowledger acknowledger) : IEventHandler<DeclarationPublished>
{
    public async Task HandleAsync(DeclarationPublished e, CancellationToken cancel)
    {
        await state.KeepAsync([e.Declaration], wishes.Purposes, cancel);
        await acknowledger.TellAsync(e.Id, cancel);
    }
}
