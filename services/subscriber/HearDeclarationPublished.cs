using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Subscriber;

/// <summary>Puts a declaration into the service's book, then acknowledges it.</summary>
internal sealed class HearDeclarationPublished(DeclarationBook book, Acknowledger acknowledger) : IEventHandler<DeclarationPublished>
{
    public async Task HandleAsync(DeclarationPublished e, CancellationToken cancel)
    {
        await book.KeepAsync(e.Declaration, cancel);
        await acknowledger.TellAsync(e.Id, cancel);
    }
}

/// <summary>
/// The same for a subscriber to the preferences of some purposes: a site that declares one of them for the first time, and was known before,
/// is loaded before anything is permitted there.
/// </summary>
internal sealed class HearDeclarationWithPurposes(Wishes wishes, SubscriberState state, DeclarationBook book, Acknowledger acknowledger) : IEventHandler<DeclarationPublished>
{
    public async Task HandleAsync(DeclarationPublished e, CancellationToken cancel)
    {
        var site = e.Declaration.Declaration.Site;
        // Awaited before it is in force here: a crash between the two lets it be awaited once more.
        if (book.IsKnown(site) && !book.Concerns(site, wishes.Purposes) && wishes.Purposes!.Any(p => e.Declaration.Declaration.PurposeBehind(p) is not null))
            await state.AwaitAsync(site, cancel);
        await book.KeepAsync(e.Declaration, cancel);
        // What came before the declaration was kept, since nobody knew whether it concerns the service.
        if (!book.Concerns(site, wishes.Purposes)) await state.ForgetAsync(site, cancel);
        await acknowledger.TellAsync(e.Id, cancel);
    }
}
