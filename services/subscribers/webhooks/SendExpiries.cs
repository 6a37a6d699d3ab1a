using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;
using Consent.Subscriber;
using Microsoft.EntityFrameworkCore;

namespace Consent.Webhooks;

/// <summary>
/// Tells the endpoints when a consent runs out, by the schedule in this service's own store: no message has to arrive. What ran out
/// while the service was away is told at its return.
/// </summary>
internal sealed class SendExpiries(
    WebhookStore store, [FromKeyedServices(WebhooksSetup.Service)] SubscriberState state, [FromKeyedServices(WebhooksSetup.Service)] IDeclarations declarations,
    WakeUp wakeUp, WebhookSettings settings, TimeProvider time, ILogger<SendExpiries> log) : BackgroundService
{
    private const int AtOnce = 200;

    /// <summary>Until it is looked again where the receipt or the declaration is not here yet.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The most, where everything is loaded and the receipt is older all the same.</summary>
    private static readonly TimeSpan LongPatience = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.LookEvery, time);
        do
        {
            try
            {
                while (await SendDueAsync(stoppingToken) == AtOnce) { }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Expired consents could not be told to webhooks ({Kind}); it is tried again.", e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> SendDueAsync(CancellationToken cancel)
    {
        var now = time.Now();
        var at = now.ToUnixTimeMilliseconds();
        List<StreamRow> due;
        using (var db = store.Open()) due = [.. db.Streams.Where(s => s.Look <= at).OrderBy(s => s.Look).Take(AtOnce)];
        if (due.Count == 0) return 0;
        var behind = (await Task.WhenAll(due.Select(stream => SendAsync(stream, now, cancel)))).Count(isBehind => isBehind);
        if (behind > 0)
            log.LogWarning("Of {Count} persons less is held than webhooks were told, as after a restore that lost records: what ran out of theirs is told with their next decision.", behind);
        wakeUp.Call();
        return due.Count;
    }

    /// <summary>True for one that is put off although everything is loaded: the log knows less than the schedule was made by.</summary>
    private async Task<bool> SendAsync(StreamRow stream, DateTimeOffset now, CancellationToken cancel)
    {
        var moment = DateTimeOffset.FromUnixTimeMilliseconds(stream.Due!.Value);
        // Before the receipt is read, so that what is loaded in between counts as not loaded.
        var isLoaded = state.IsLoaded;
        var newest = state.Newest(stream.Site, stream.Subject!);
        // Another receipt than the schedule was made by: a newer one is about to be queued, and to make the schedule anew; an older one, or
        // none, is a state that is being rebuilt.
        if ((newest?.Epoch, newest?.Version) != (stream.Epoch, stream.Version) || declarations.InForce(stream.Site) is not { } inForce)
        {
            // Or the log lost records in a restore, and it stays so until the person decides again: the longer, the more seldom it is looked at.
            var isBehind = isLoaded && (newest?.Epoch ?? 0, newest?.Version ?? 0).CompareTo((stream.Epoch, stream.Version)) < 0;
            var overdue = now - moment;
            var pause = !isBehind || overdue < Patience ? Patience : overdue > LongPatience ? LongPatience : overdue;
            await MoveAsync(stream, stream.Due, (now + pause).ToUnixTimeMilliseconds(), [], now, cancel);
            return isBehind;
        }

        var events = ExpirySchedule.RunOut(newest!, inForce, moment).Select(purpose => WebhookEvents.OfExpiry(newest!, stream.Stream, inForce, purpose, moment));
        var next = ExpirySchedule.Next(newest!, moment)?.ToUnixTimeMilliseconds();
        await MoveAsync(stream, next, next, [.. events], now, cancel);
        return false;
    }

    /// <summary>In one commit: the schedule moves on and the events are in the queues; neither when the schedule was made anew meanwhile.</summary>
    private Task<bool> MoveAsync(StreamRow stream, long? due, long? look, IReadOnlyList<CloudEvent> events, DateTimeOffset now, CancellationToken cancel) => store.WriteAsync(
        db =>
        {
            var moved = db.Database.ExecuteSql(
                $"UPDATE streams SET due = {due}, look = {look} WHERE stream = {stream.Stream} AND epoch = {stream.Epoch} AND version = {stream.Version} AND due = {stream.Due}");
            if (moved == 0) return false;
            foreach (var e in events) DeliveryQueue.Add(db, e, stream.Stream, now);
            return true;
        },
        cancel);
}
