using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Consent.Storage;

/// <summary>
/// Who is late, for how long: a metric, a warning in the log when it begins and a line when it ends, and the health check
/// <c>deliveries-{service}</c>, which is degraded then. Told by the replica that relays. So is the relay itself that gets no further: what it
/// has not published is open to nobody yet. Kept by timestamps: a wall clock that jumps back ends no alarm.
/// </summary>
internal sealed class LateDeliveries(string service, RelayOptions options, TimeProvider time, ILogger<LateDeliveries> logger) : IHealthCheck
{
    private readonly ConcurrentDictionary<string, long> _oldest = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _alarmed = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private long? _unpublishedSince;

    /// <summary>For how long something waits that the relay cannot publish; zero while it gets on.</summary>
    public TimeSpan Unpublished
    {
        get
        {
            lock (_gate) return _unpublishedSince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;
        }
    }

    /// <param name="oldestOpen">For how long the oldest delivery to it is open; null when nothing is open for long.</param>
    public void Tell(string subscriber, TimeSpan? oldestOpen)
    {
        var age = oldestOpen ?? TimeSpan.Zero;
        StorageMetrics.OldestOpen.Record(Math.Max(0, age.TotalSeconds), new("store", service), new("subscriber", subscriber));
        if (oldestOpen is not null) _oldest[subscriber] = time.TimestampIn(-age);
        else _oldest.TryRemove(subscriber, out _);
        if (age > options.AlarmAfter && _alarmed.TryAdd(subscriber, true))
            logger.LogWarning("{Subscriber} has not applied what {Service} recorded {Age} s ago; it is sent again while the subscriber lives.", subscriber, service, (int)age.TotalSeconds);
        else if (oldestOpen is null && _alarmed.TryRemove(subscriber, out _))
            logger.LogInformation("{Subscriber} has applied all that {Service} recorded.", subscriber, service);
    }

    /// <summary>Retired: nobody waits for it any more.</summary>
    public void Forget(string subscriber)
    {
        if (_oldest.TryRemove(subscriber, out _)) StorageMetrics.OldestOpen.Record(0, new("store", service), new("subscriber", subscriber));
        _alarmed.TryRemove(subscriber, out _);
    }

    /// <summary>Another relays, and tells.</summary>
    public void ForgetAll()
    {
        foreach (var subscriber in _oldest.Keys) Forget(subscriber);
    }

    /// <summary>The relay begins a round.</summary>
    /// <returns>Whether the round before got it no further.</returns>
    public bool RelayTries()
    {
        lock (_gate)
        {
            if (_unpublishedSince is not null) return true;
            _unpublishedSince = time.GetTimestamp();
            return false;
        }
    }

    /// <summary>What the relay has to publish next was recorded so long ago.</summary>
    public void RelayFinds(TimeSpan age)
    {
        lock (_gate) _unpublishedSince = Math.Min(_unpublishedSince ?? long.MaxValue, time.TimestampIn(-age));
    }

    /// <summary>The relay has published what it found, or found nothing, or another relays.</summary>
    public void RelayGotOn()
    {
        lock (_gate) _unpublishedSince = null;
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var late = _oldest.Select(s => (Subscriber: s.Key, Age: time.GetElapsedTime(s.Value))).Where(s => s.Age > options.AlarmAfter).OrderByDescending(s => s.Age)
            .Select(s => $"{s.Subscriber} has not applied what was recorded {(int)s.Age.TotalSeconds} s ago").ToList();
        var unpublished = Unpublished;
        if (unpublished > options.AlarmAfter) late.Insert(0, $"{service} has not published what was to be published {(int)unpublished.TotalSeconds} s ago");
        return Task.FromResult(late.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join("; ", late)));
    }
}
