using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;
using Consent.Subscriber;

namespace Consent.ConsentService;

/// <summary>
/// Erases here whom marketing erased by his address, as of then: what he said to marketing since, it tells again. A tombstone is left of a person never
/// heard of, too, so that what he said before and is still on its way resurrects nobody.
/// </summary>
internal sealed class HearMarketingErased(
    [FromKeyedServices(ConsentSetup.Service)] IRecordLog log, DecisionRecorder recorder, DeclarationLog declarations, IEventTransport transport, TimeProvider time)
    : IEventHandler<MarketingErased>
{
    private const string Placeholder = "placeholder";

    public async Task HandleAsync(MarketingErased e, CancellationToken cancel)
    {
        var stream = Receipt.Stream(e.Site, e.SubjectId);
        while (await log.OldestAsync(stream, cancel) is not { Kind: LogRecord.Erased } done || done.RecordedAt < e.RecordedAt)
        {
            var newest = await log.LatestAsync(stream, cancel);
            if (newest is null or { Kind: LogRecord.Erased })
            {
                await log.AppendAsync(new NewRecord { Stream = stream, Version = (newest?.Version ?? 0) + 1, Kind = Placeholder, RecordedAt = e.RecordedAt, Payload = "{}"u8.ToArray() });
                continue;
            }

            if (await EraseSubject.EraseAsync(log, e.Site, e.SubjectId, e.RecordedAt, version: newest.Version) is not { Kind: LogRecord.Erased }) continue;
            await KeepAsync(e, DecisionRecorder.ReceiptOf(newest));
        }
        await transport.AcknowledgeAsync(ConsentSetup.Service, "marketing-unsubscribe", e.Id, time, cancel);
    }

    /// <summary>What the person refused here after that, before this was heard, he refused all the same.</summary>
    private async Task KeepAsync(MarketingErased e, Receipt? erased)
    {
        var later = erased?.Purposes.Where(p => p.Value.IsNo && (p.Value.TakenAt ?? p.Value.DecidedAt) > e.RecordedAt).ToList() ?? [];
        if (later.Count == 0 || declarations.InForce(e.Site) is not { } inForce) return;
        var said = later.Max(p => p.Value.TakenAt ?? p.Value.DecidedAt);
        await recorder.RecordAsync(
            new Decided(e.Site, e.SubjectId, 0, later.ToDictionary(p => p.Key, _ => false), null, Source: erased!.Source, ClaimedAt: said, CausedBy: e.Id, TakenAt: said), inForce, null);
    }
}
