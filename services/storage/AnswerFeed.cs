using System.Globalization;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Storage;

/// <summary>
/// Answers a subscriber of every version with one page of what was published behind its cursor, straight to its queue. Only what the
/// relay has passed: so the subscriber's cursor never passes what is still to come by itself.
/// </summary>
internal sealed class AnswerFeed(string service, IRecordLog log, IEventTransport transport, Published published, TimeProvider time) : IEventHandler<FeedRequested>
{
    private const int RecordsPerPage = 500;
    private const int LargestPage = 1 << 20;
    private readonly Answering _answering = new(service, transport, time);

    public async Task HandleAsync(FeedRequested e, CancellationToken cancel)
    {
        var question = string.Create(CultureInfo.InvariantCulture, $"{e.After} {string.Join(' ', e.Kinds)}");
        if (e.Source != service || _answering.IsAnswered(SubscriberName.Checked(e.Subscriber), question)) return;
        var relayed = await log.CursorAsync(RelayLease.Name, cancel);
        var (through, bytes) = (e.After, 0);
        var events = new List<OutgoingEvent>();
        foreach (var record in (await log.FeedAsync(e.After, RecordsPerPage, cancel)).TakeWhile(r => r.Position <= relayed))
        {
            if (bytes > LargestPage) break;
            through = record.Position;
            if (published.EventFor(record, e.Kinds, null, time.Now()) is not { } told) continue;
            events.Add(told);
            bytes += told.Body.Length;
        }

        var page = PublishedEvents.Page(events, json =>
        {
            json.WriteString("id"u8, e.Id);
            json.WriteString("source"u8, service);
            json.WriteNumber("after"u8, e.After);
            json.WriteNumber("through"u8, through);
        });
        await _answering.SendAsync(new OutgoingEvent(FeedPage.Kind, RandomId.New(), page, e.Subscriber), e.Subscriber, question, cancel);
    }
}
