using System.Collections.Concurrent;
using Consent.Contracts;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Consent.Storage;

/// <summary>
/// Who is late, for how long: a metric, a warning in the log when it begins and a line when it ends, and the health check
/// <c>deliveries-{service}</c>, which is degraded then. Told by the replica that relays.
/// </summary>
internal sealed class LateDeliveries(string service, RelayOptions options, TimeProvider time, ILogger<LateDeliveries> logger) : IHealthCheck
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _oldest = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _alarmed = new(StringComparer.Ordinal);

    /// <param name="oldestOpen">When the oldest open delivery to it was recorded; null when nothing is open for long.</param>
    public void Tell(string subscriber, DateTimeOffset? oldestOpen)
    {
        var age = oldestOpen is { } since ? time.Now() - since : TimeSpan.Zero;
        StorageMetrics.OldestOpen.Record(Math.Max(0, age.TotalSeconds), new("store", service), new("subscriber", subscriber));
        if (oldestOpen is { } moment) _oldest[subscriber] = moment;
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

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = time.Now();
        var late = _oldest.Where(s => now - s.Value > options.AlarmAfter).OrderBy(s => s.Value).ToList();
        return Task.FromResult(late.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded(string.Join("; ", late.Select(s => $"{s.Key} has not applied what was recorded {(int)(now - s.Value).TotalSeconds} s ago"))));
    }
}
