using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// What becomes of an opt-in that somebody typed on a page, whichever page it was: where mail can be sent the owner of the address is asked
/// (<see cref="AskToConfirm"/>); else it is noted as unproven in development, and refused anywhere else.
/// </summary>
public sealed class TypedOptIns(OptIns optIns, AskToConfirm askToConfirm, IConfiguration settings)
{
    /// <summary>Throws <see cref="MailUnavailableException"/> when nothing was promised, and nothing stored.</summary>
    /// <returns><c>pending</c> until the mail is answered, or <c>recorded</c>; null where it cannot be confirmed here, and nothing was stored.</returns>
    public async Task<string?> RecordAsync(PublishedDeclaration inForce, TopicOnChannel topic, string address, OptInProof proof, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(topic);
        if (askToConfirm.IsOn)
        {
            await askToConfirm.RecordAsync(inForce, topic.Told, address, proof, cancel);
            return "pending";
        }
        if (!MailSettings.AllowsUnconfirmed(settings)) return null;
        await optIns.RecordAsync(inForce, address, topic.Id, proof, cancel);
        return "recorded";
    }
}
