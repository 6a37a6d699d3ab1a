using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe;

/// <summary>What the other services hear of a record. Pure.</summary>
public static class MarketingEvents
{
    /// <summary>The event with the record's id; null for what is kept as evidence only.</summary>
    public static OutgoingEvent? Of(LogRecord record, DateTimeOffset publishedAt)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Kind == LogRecord.Erased) return null;
        var r = record.Read<MarketingRecord>();
        return record.Kind switch
        {
            // With it come records of all topics that are declared, which the others know.
            _ when r.Topic == MarketingRecord.Everything => null,
            MarketingRecord.Unsubscribed => OutgoingEvent.Of(new MarketingUnsubscribed(
                record.Id, publishedAt, r.Site, r.SubjectId, [r.Topic], r.Action, r.Language, record.RecordedAt)),
            MarketingRecord.Subscribed when r.Proof is { } proof => OutgoingEvent.Of(new MarketingSubscribed(
                record.Id, publishedAt, r.Site, r.SubjectId, [r.Topic], r.Action, r.Language, proof.Declaration, proof.ConfirmedAt,
                record.RecordedAt)),
            MarketingRecord.Undone when r.Undoes is { } undoes => OutgoingEvent.Of(new MarketingUnsubscribeUndone(
                record.Id, publishedAt, r.Site, r.SubjectId, [r.Topic], undoes, r.Language, record.RecordedAt)),
            _ => null,
        };
    }
}
