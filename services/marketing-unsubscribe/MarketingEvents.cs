using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe;

/// <summary>What the other services hear of a record. Pure.</summary>
public static class MarketingEvents
{
    /// <summary>
    /// Of who wants nothing any more, what the others are told: each purpose that has topics now, and that it is everything (<see cref="Receipt.Everything"/>).
    /// Nothing where the site has no topics, or none is known: it is told when it has.
    /// </summary>
    public static IReadOnlyList<string> OfEverything(Declaration? inForce) => inForce?.PurposesOfTopics() is { Count: > 0 } purposes ? [Receipt.Everything, .. purposes] : [];

    /// <summary>The event with the record's id; null for what is kept as evidence only.</summary>
    public static OutgoingEvent? Of(LogRecord record, DateTimeOffset publishedAt)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Kind == LogRecord.Erased) return null;
        if (record.Kind == CampaignLinks.Kind) return OutgoingEvent.Of(CampaignLinks.EventOf(record, publishedAt));
        if (record.Kind == MarketingRecord.ErasureAsked)
            return record.Read<AskedErasure>() is var asked ? OutgoingEvent.Of(new MarketingErased(record.Id, publishedAt, asked.Site, asked.SubjectId, record.RecordedAt)) : null;
        if (!MarketingRecord.IsOfAnAddress(record.Kind)) return null;
        var r = record.Read<MarketingRecord>();
        return record.Kind switch
        {
            // The others know topics and purposes. What is left of an erasure is told to nobody.
            _ when Told(r) is not { Count: > 0 } => null,
            MarketingRecord.Unsubscribed => OutgoingEvent.Of(new MarketingUnsubscribed(
                record.Id, publishedAt, r.Site, r.SubjectId, TopicsOf(r), r.Action, r.Language, SaidAt(r, record.RecordedAt), r.Campaign,
                Told(r)!.Contains(Receipt.Everything) ? true : null)),
            MarketingRecord.Subscribed when r.Proof is { Permits: true } proof => OutgoingEvent.Of(new MarketingSubscribed(
                record.Id, publishedAt, r.Site, r.SubjectId, [r.Topic], r.Action, r.Language, proof.Declaration, proof.OwnWord?.ConfirmedAt,
                record.RecordedAt, proof.OwnWord?.RequestedAt, proof.StatedBy, proof.OwnWord?.MailHash)),
            MarketingRecord.Undone when r.Undoes is { } undoes => OutgoingEvent.Of(new MarketingUnsubscribeUndone(
                record.Id, publishedAt, r.Site, r.SubjectId, TopicsOf(r), undoes, r.Language, record.RecordedAt, StandingOf(r), r.OptedOutAt, EarlierOf(r))),
            _ => null,
        };
    }

    /// <summary>Told anew for what is declared later, it is as old as it was.</summary>
    private static DateTimeOffset SaidAt(MarketingRecord record, DateTimeOffset recordedAt) =>
        record.Topic == MarketingRecord.Everything && record.Topics.GetValueOrDefault(record.Topic) is { } all && all.At < recordedAt ? all.At : recordedAt;

    private static IReadOnlyList<string>? Told(MarketingRecord record) => record.Topic == MarketingRecord.Everything ? record.Purposes : [record.Topic];

    private static List<string> TopicsOf(MarketingRecord record) => [.. (Told(record) ?? []).Where(id => id != Receipt.Everything)];

    private static StandingOptIn? StandingOf(MarketingRecord record) =>
        record.Topics.GetValueOrDefault(record.Topic) is { Status: TopicStatus.Subscribed, Proof: { Permits: true } proof, At: var at }
            ? new(proof.Declaration, proof.OwnWord?.ConfirmedAt, proof.OwnWord?.RequestedAt, at, proof.StatedBy)
            : null;

    private static List<string>? EarlierOf(MarketingRecord undone) =>
        undone.TakenBack?.GetValueOrDefault(undone.Topic)?.Ids.Where(id => id != undone.Undoes).ToList() is { Count: > 0 } earlier ? earlier : null;
}
