using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;
using Microsoft.EntityFrameworkCore;

namespace Consent.Webhooks;

/// <summary>
/// Puts what was heard into the queues of the endpoints, on disk before the message is acknowledged. Of a stream only what is newer than
/// what was queued last counts: what comes twice, late or out of order changes nothing.
/// </summary>
internal sealed class EnqueueChanges(
    WebhookStore store, EndpointBook endpoints, [FromKeyedServices(WebhooksSetup.Service)] IDeclarations declarations, WakeUp wakeUp, TimeProvider time)
{
    public async Task OnAppliedAsync(ConsentChanged e, CancellationToken cancel)
    {
        var (receipt, now) = (e.Receipt, time.Now());
        var stream = e.Stream ?? StreamOf(receipt);
        // A state that is loaded again brings all that was queued long ago.
        if (IsAsFar(stream, receipt)) return;
        var isWanted = endpoints.AnyOf(receipt.Site, receipt.RecordedAt);
        var told = isWanted && WaitForDeclarations.Find(declarations, receipt.Site, receipt.DeclarationVersion, receipt.Declaration) is { } inForce
            ? WebhookEvents.OfChange(e, inForce, now)
            : null;
        await store.WriteAsync(
            db =>
            {
                var held = db.Streams.FirstOrDefault(s => s.Stream == stream);
                // What ran out in a time that this service slept through is still to be told, unless the newer receipt moved it.
                var from = held?.Due is { } missed && missed <= receipt.RecordedAt.ToUnixTimeMilliseconds()
                    ? DateTimeOffset.FromUnixTimeMilliseconds(missed - 1)
                    : receipt.RecordedAt;
                var due = ExpirySchedule.Next(receipt, from)?.ToUnixTimeMilliseconds();
                if (!Advance(db, new(stream, receipt.Site, receipt.SubjectId, receipt.Epoch, receipt.Version, due, due))) return false;
                if (isWanted && told is null)
                {
                    WaitForDeclarations.Put(db, e, stream, now);
                    return true;
                }
                DeliveryQueue.Supersede(db, stream, now);
                if (told is not null) DeliveryQueue.Add(db, told, stream, now);
                return true;
            },
            cancel);
        if (told is not null) wakeUp.Call();
    }

    /// <summary>Nothing that names the erased person stays in the file; a receiver knows him by the stream that stood in each event.</summary>
    public async Task OnErasedAsync(ConsentErased e, CancellationToken cancel)
    {
        var now = time.Now();
        await store.WriteAsync(
            db =>
            {
                // After some restores the tombstone has lost the site; whoever was told of the stream is told of its end.
                var site = e.Site ?? db.Streams.Where(s => s.Stream == e.Stream).Select(s => s.Site).FirstOrDefault();
                if (site is null || !Advance(db, new(e.Stream, site, null, e.Epoch, e.Version, null, null))) return false;
                DeliveryQueue.Supersede(db, e.Stream, now);
                DeliveryQueue.Add(db, WebhookEvents.OfErasure(e, site), e.Stream, now);
                return true;
            },
            cancel);
        wakeUp.Call();
        // For one that came again, too: it comes again because of this.
        store.EmptyWal();
    }

    private bool IsAsFar(string stream, Receipt receipt)
    {
        using var db = store.Open();
        return db.Streams.FirstOrDefault(s => s.Stream == stream) is { } held && (held.Epoch, held.Version).CompareTo((receipt.Epoch, receipt.Version)) >= 0;
    }

    /// <summary>False when the stream is as far, or further.</summary>
    private static bool Advance(WebhookDb db, StreamRow to) => db.Database.ExecuteSql(
        $"""
        INSERT INTO streams (stream, site, subject, epoch, version, due, look)
        VALUES ({to.Stream}, {to.Site}, {to.Subject}, {to.Epoch}, {to.Version}, {to.Due}, {to.Look})
        ON CONFLICT (stream) DO UPDATE SET subject = excluded.subject, epoch = excluded.epoch, version = excluded.version, due = excluded.due, look = excluded.look
        WHERE (excluded.epoch, excluded.version) > (streams.epoch, streams.version)
        """) > 0;

    /// <summary>For what was published before events named their stream.</summary>
    private static string StreamOf(Receipt receipt) => CanonicalJson.Hash(new { receipt.Site, receipt.SubjectId })[..20];
}
