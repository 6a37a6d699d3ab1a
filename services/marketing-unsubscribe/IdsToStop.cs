using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>Under which ids of an address a "no" is recorded, where its controller's key was succeeded. Pure.</summary>
public static class IdsToStop
{
    /// <summary>
    /// The one under which the address is known, here or else in the consent service, and each other one under which one of the topics may be sent: the other
    /// services know the person by that id alone. For a new address the newest.
    /// </summary>
    /// <param name="streams">Of the address, the newest key first.</param>
    /// <param name="held">The receipts that are held of these ids, by id.</param>
    /// <param name="isUnknown">Whether more may be held of an id than can be read now: that may be a "yes".</param>
    /// <param name="inForce">Null for a site that is not known.</param>
    public static IReadOnlyList<string> Of(
        IReadOnlyList<AddressStream> streams, IReadOnlyDictionary<string, Receipt> held, Func<string, bool> isUnknown, Declaration? inForce,
        IReadOnlyCollection<string> topics)
    {
        ArgumentNullException.ThrowIfNull(streams);
        ArgumentNullException.ThrowIfNull(held);
        ArgumentNullException.ThrowIfNull(isUnknown);
        ArgumentNullException.ThrowIfNull(topics);
        var home = streams.FirstOrDefault(s => s.Newest is not null) ?? streams.FirstOrDefault(s => held.ContainsKey(s.SubjectId)) ?? streams[0];
        return
        [
            home.SubjectId,
            .. streams.Where(s => s != home && (isUnknown(s.SubjectId) || topics.Any(topic => IsYes(s, topic) || IsYes(held.GetValueOrDefault(s.SubjectId), inForce, topic))))
                .Select(s => s.SubjectId),
        ];
    }

    private static bool IsYes(AddressStream stream, string topic) => topic == MarketingRecord.Everything
        ? stream.IsRelated
        : stream.Entry(topic) is { Status: TopicStatus.Subscribed or TopicStatus.SoftOptIn };

    /// <summary>To the topic, or to its purpose; where that is not known, to anything.</summary>
    private static bool IsYes(Receipt? receipt, Declaration? inForce, string topic)
    {
        if (receipt is null) return false;
        if (inForce?.PurposeBehind(topic) is not { } purpose) return receipt.Purposes.Values.Any(decision => !decision.IsNo);
        return !OptInDecisions.NosIn(receipt, inForce, topic).Any() && (receipt.Purposes.ContainsKey(topic) || receipt.Purposes.ContainsKey(purpose.Id));
    }
}
