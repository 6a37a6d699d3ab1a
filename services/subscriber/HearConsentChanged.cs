using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Subscriber;

/// <summary>
/// Applies a receipt, lets the service react, then acknowledges: also one that was held already, or was overtaken, because the
/// sender repeats what stays open. Anything that fails before the acknowledgement brings the message back. A site that does not concern
/// the service is passed over.
/// </summary>
internal sealed class HearConsentChanged(Wishes wishes, SubscriberState state, DeclarationBook book, Acknowledger acknowledger, Reactions reactions, TimeProvider time)
    : IEventHandler<ConsentChanged>
{
    private readonly KeyValuePair<string, object?> _tag = new("service", wishes.Service);

    public async Task HandleAsync(ConsentChanged e, CancellationToken cancel)
    {
        if (!await ConcernsAsync(e.Receipt.Site, cancel)) return;
        var isNewest = await state.ApplyAsync(e.Receipt, e.Stream, cancel);
        (isNewest ? SubscriberMetrics.Applied : SubscriberMetrics.Passed).Add(1, _tag);
        if (isNewest)
        {
            SubscriberMetrics.Lag.Record(Math.Max(0, (time.GetUtcNow() - e.Receipt.RecordedAt).TotalSeconds), _tag);
            await reactions.AppliedAsync(e, cancel);
        }

        await acknowledger.TellAsync(e.Id, cancel);
    }

    /// <summary>Also by a declaration that another replica has just heard: the page that it asks for may be from before this receipt.</summary>
    private async Task<bool> ConcernsAsync(string site, CancellationToken cancel)
    {
        if (book.Concerns(site, wishes.Purposes)) return true;
        if (!state.IsShared) return false;
        await state.RefreshAsync(cancel);
        return book.Concerns(site, wishes.Purposes);
    }
}
