using Consent.Contracts;
using Consent.ServiceDefaults.Outgoing;
using Microsoft.EntityFrameworkCore;

namespace Consent.Webhooks;

/// <summary>
/// What is to be sent to whom. Per endpoint and stream the oldest goes first, and a newer event of the stream takes the place of what
/// was not delivered before it: so an older state never arrives after a newer one.
/// </summary>
internal sealed class DeliveryQueue(WebhookStore store, TimeProvider time)
{
    /// <summary>Puts the event in the queue of each endpoint of its site that existed when it happened; once, however often it is called. Part of a transaction.</summary>
    public static void Add(WebhookDb db, CloudEvent e, string stream, DateTimeOffset now)
    {
        var (at, happened) = (now.ToUnixTimeMilliseconds(), e.Time.ToUnixTimeMilliseconds());
        db.Database.ExecuteSql(
            $"""
            INSERT INTO deliveries (endpoint, event, type, site, stream, time, data, status, queued_at, next_at)
            SELECT id, {e.Id}, {e.Type}, site, {stream}, {happened}, {e.Data}, {DeliveryStatus.Pending}, {at}, {at}
            FROM endpoints WHERE site = {e.Site} AND created_at <= {happened}
            ON CONFLICT (endpoint, event) DO NOTHING
            """);
    }

    /// <summary>A newer event of the stream is about to be added: what is not delivered yet, or waits for its declaration, will not be. Part of a transaction.</summary>
    public static void Supersede(WebhookDb db, string stream, DateTimeOffset now)
    {
        db.Database.ExecuteSql(
            $"""
            UPDATE deliveries SET status = {DeliveryStatus.Superseded}, data = NULL, ended_at = {now.ToUnixTimeMilliseconds()}
            WHERE stream = {stream} AND status IN ({DeliveryStatus.Pending}, {DeliveryStatus.GivenUp})
            """);
        db.Database.ExecuteSql($"DELETE FROM waiting WHERE stream = {stream}");
    }

    public Task AddTestAsync(CloudEvent e, string endpoint, CancellationToken cancel)
    {
        var at = e.Time.ToUnixTimeMilliseconds();
        return store.WriteAsync(
            db => db.Database.ExecuteSql(
                $"""
                INSERT INTO deliveries (endpoint, event, type, site, time, data, status, queued_at, next_at)
                VALUES ({endpoint}, {e.Id}, {e.Type}, {e.Site}, {at}, {e.Data}, {DeliveryStatus.Pending}, {at}, {at})
                """),
            cancel);
    }

    /// <summary>What has come due for an endpoint, longest due first; of one stream the oldest only.</summary>
    public IReadOnlyList<DeliveryRow> Due(string endpoint, DateTimeOffset now, int most)
    {
        var at = now.ToUnixTimeMilliseconds();
        using var db = store.Open();
        return
        [
            .. db.Deliveries.Where(d => d.Endpoint == endpoint && d.Status == DeliveryStatus.Pending && d.NextAt <= at)
                .Where(d => d.Stream == null || !db.Deliveries.Any(older =>
                    older.Stream == d.Stream && older.Endpoint == endpoint && older.Status == DeliveryStatus.Pending && older.Seq < d.Seq))
                .OrderBy(d => d.NextAt).ThenBy(d => d.Seq).Take(most),
        ];
    }

    /// <summary>Writes down what came of an attempt, and answers what becomes of the delivery.</summary>
    /// <param name="chance">See <see cref="RetrySchedule.Next"/>.</param>
    public Task<string> RecordAsync(DeliveryRow delivery, WebhookEndpoint endpoint, AttemptResult result, DateTimeOffset startedAt, double chance, CancellationToken cancel)
    {
        var now = time.Now();
        var firstAt = delivery.FirstAt is { } first ? DateTimeOffset.FromUnixTimeMilliseconds(first) : startedAt;
        var next = RetrySchedule.Next(delivery.Attempts + 1, firstAt, now, result.RetryAfter, chance);
        var (status, ended) = result switch
        {
            { Outcome: AttemptOutcome.Delivered } => (DeliveryStatus.Delivered, true),
            // Held, not given up: it waits for the operator.
            { Outcome: AttemptOutcome.Gone } => (DeliveryStatus.Pending, false),
            _ when next is null => (DeliveryStatus.GivenUp, true),
            _ => (DeliveryStatus.Pending, false),
        };
        return store.WriteAsync(
            db =>
            {
                Write(db, delivery.Seq, status, result, firstAt, now, next ?? now, ended ? now : null);
                if (status == DeliveryStatus.Delivered) SupersedeOlder(db, delivery, now);
                Tell(db, endpoint, result, now);
                return status;
            },
            cancel);
    }

    /// <summary>
    /// Opens an endpoint that was gone. What was held for it is sent, with three days of its own from now on.
    /// </summary>
    public Task EnableAsync(string endpoint, CancellationToken cancel) => store.WriteAsync(
        db =>
        {
            var now = time.Now().ToUnixTimeMilliseconds();
            db.Database.ExecuteSql(
                $"UPDATE deliveries SET first_at = NULL, attempts = 0, next_at = {now} WHERE endpoint = {endpoint} AND status = {DeliveryStatus.Pending}");
            return db.Database.ExecuteSql(
                $"UPDATE endpoints SET status = {WebhookEndpoint.Enabled}, gone_at = NULL, not_before = NULL WHERE id = {endpoint}");
        },
        cancel);

    /// <summary>Puts one that was given up into the queue again, with three days of its own. False for one that was not, or is not, given up.</summary>
    public Task<bool> ReplayAsync(string endpoint, string e, CancellationToken cancel) => store.WriteAsync(
        db => db.Database.ExecuteSql(
            $"""
            UPDATE deliveries SET status = {DeliveryStatus.Pending}, first_at = NULL, ended_at = NULL, attempts = 0, next_at = {time.Now().ToUnixTimeMilliseconds()}
            WHERE endpoint = {endpoint} AND event = {e} AND status = {DeliveryStatus.GivenUp}
            """) > 0,
        cancel);

    /// <summary>Newest first, behind a place in the list.</summary>
    /// <param name="before">Only those before this <see cref="DeliveryRow.Seq"/>; null from the newest.</param>
    public IReadOnlyList<DeliveryRow> List(string endpoint, string? status, long? before, int most)
    {
        using var db = store.Open();
        return
        [
            .. db.Deliveries.Where(d => d.Endpoint == endpoint && (status == null || d.Status == status) && (before == null || d.Seq < before))
                .OrderByDescending(d => d.Seq).Take(most),
        ];
    }

    public DeliveryRow? Find(string endpoint, string e)
    {
        using var db = store.Open();
        return db.Deliveries.FirstOrDefault(d => d.Endpoint == endpoint && d.Event == e);
    }

    private static void Write(
        WebhookDb db, long seq, string status, AttemptResult result, DateTimeOffset firstAt, DateTimeOffset now, DateTimeOffset next, DateTimeOffset? endedAt)
    {
        var (first, last, nextAt, ended) = (
            firstAt.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds(), next.ToUnixTimeMilliseconds(), endedAt?.ToUnixTimeMilliseconds());
        var delivered = status == DeliveryStatus.Delivered;
        // What was superseded while it was under way stays so, unless it arrived.
        db.Database.ExecuteSql(
            $"""
            UPDATE deliveries
            SET attempts = attempts + 1, first_at = coalesce(first_at, {first}), last_at = {last}, last_status = {result.Status}, last_outcome = {result.Outcome},
                next_at = {nextAt},
                ended_at = CASE WHEN {delivered} OR status = {DeliveryStatus.Pending} THEN {ended} ELSE ended_at END,
                data = CASE WHEN {delivered} THEN NULL ELSE data END,
                status = CASE WHEN {delivered} OR status = {DeliveryStatus.Pending} THEN {status} ELSE status END
            WHERE seq = {seq}
            """);
    }

    /// <summary>
    /// What was given up before this one of the same person must not be replayed after it; nor be sent, where it was replayed while this one was
    /// under way.
    /// </summary>
    private static void SupersedeOlder(WebhookDb db, DeliveryRow delivered, DateTimeOffset now) => db.Database.ExecuteSql(
        $"""
        UPDATE deliveries SET status = {DeliveryStatus.Superseded}, data = NULL, ended_at = {now.ToUnixTimeMilliseconds()}
        WHERE stream = {delivered.Stream} AND endpoint = {delivered.Endpoint} AND seq < {delivered.Seq}
          AND status IN ({DeliveryStatus.Pending}, {DeliveryStatus.GivenUp})
        """);

    /// <summary>
    /// What an answer says about the endpoint as a whole, if its address is still the one that answered. A success takes back no pause: no attempt begins in
    /// one, so it began before.
    /// </summary>
    private static void Tell(WebhookDb db, WebhookEndpoint endpoint, AttemptResult result, DateTimeOffset now)
    {
        var at = now.ToUnixTimeMilliseconds();
        if (result.Outcome == AttemptOutcome.Gone)
            db.Database.ExecuteSql(
                $"UPDATE endpoints SET status = {WebhookEndpoint.Gone}, gone_at = {at} WHERE id = {endpoint.Id} AND url = {endpoint.SealedUrl} AND status = {WebhookEndpoint.Enabled}");
        if (result.RetryAfter is not { } pause) return;
        var until = (now + pause).ToUnixTimeMilliseconds();
        db.Database.ExecuteSql(
            $"UPDATE endpoints SET not_before = {until} WHERE id = {endpoint.Id} AND url = {endpoint.SealedUrl} AND coalesce(not_before, 0) < {until}");
    }
}
