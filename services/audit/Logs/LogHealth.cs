using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Logs;

/// <summary>What the health check <c>logs-audit</c> tells: what is wrong with a log, or with the clock, and that no round has ended well for a minute, whether it failed, hangs, or still makes the tiles. Safe for many threads.</summary>
/// <param name="every">Between two rounds.</param>
internal sealed class LogHealth(TimeSpan every, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private volatile string? _says;
    private long _completed = time.GetTimestamp();

    public void Completed() => Interlocked.Exchange(ref _completed, time.GetTimestamp());

    public void Say(IEnumerable<string?> what) => _says = string.Join("; ", what.OfType<string>().Distinct(StringComparer.Ordinal)) is { Length: > 0 } says ? says : null;

    /// <param name="isReady">Whether the logs were opened.</param>
    public HealthCheckResult Result(bool isReady)
    {
        var isLate = time.GetElapsedTime(Interlocked.Read(ref _completed)) > Patience + every;
        var late = !isLate ? null
            : isReady ? "no round of the logs has ended well for longer than a minute: what is heard is kept and acknowledged, and not in the logs yet"
            : "the tiles of the logs are still being made from their batches";
        // Degraded, as every alarm: who is told "not ready" takes the service away from those whom it answers all the same, and in one process all services with it.
        return string.Join("; ", ((string?[])[late, _says]).OfType<string>()) is { Length: > 0 } says ? HealthCheckResult.Degraded(says) : HealthCheckResult.Healthy();
    }
}
