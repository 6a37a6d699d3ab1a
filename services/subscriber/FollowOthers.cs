using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Subscriber;

/// <summary>
/// Looks twice a second for what other replicas have heard and loaded, so that a declaration is in force at each of them within a second, and each knows
/// whether everything is loaded. Receipts are read where they lie. Where one process owns the file there is nothing to look for. Once a minute what they need no more goes.
/// </summary>
/// <param name="state">Null for a service that holds declarations alone.</param>
internal sealed class FollowOthers(string service, ISubscriberStore store, DeclarationBook book, SubscriberState? state, TimeProvider time, ILogger<FollowOthers> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromMinutes(1);
    private long _forgot = time.GetTimestamp();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (store.Others is not { } others) return;
        using var timer = new PeriodicTimer(LookEvery, time);
        var failing = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var began = time.GetTimestamp();
                await (state?.RefreshAsync(stoppingToken) ?? book.RefreshAsync(stoppingToken));
                await others.LookedAsync(began, stoppingToken);
                if (time.GetElapsedTime(_forgot) > ForgetEvery) await ForgetAsync(stoppingToken);
                failing = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Told once for each time that the database is away, not twice a second.
                if (!failing) log.LogWarning("{Service} cannot look for what its other replicas did ({Reason}); it tries again all the time.", service, e.GetType().Name);
                failing = true;
            }
        }
    }

    /// <summary>
    /// The names that deleted rows left, two minutes after: who still needs one by then has to begin anew. And questions older than a minute, with the answers to them that
    /// nobody fetched: whoever asked has died, or has asked again.
    /// </summary>
    private async Task ForgetAsync(CancellationToken cancel)
    {
        await store.WriteAsync(
            writer =>
            {
                var gone = writer.List("DELETE FROM gone WHERE since < clock_timestamp() - interval '2 minutes' RETURNING seq", r => r.GetInt64(0));
                if (gone.Count > 0) writer.Run("UPDATE horizon SET seq = $1 WHERE seq < $1", gone.Max());
                return writer.Run("DELETE FROM letters WHERE since < clock_timestamp() - interval '1 minute'");
            },
            cancel);
        _forgot = time.GetTimestamp();
    }
}
