using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Storage;

/// <summary>The health check <c>store-{service}</c>: degraded while <see cref="IRecordLog.Alarm"/> says something.</summary>
internal sealed class LogAlarm(string service, IServiceProvider provider) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(provider.GetRequiredKeyedService<IRecordLog>(service).Alarm is { } alarm ? HealthCheckResult.Degraded(alarm) : HealthCheckResult.Healthy());
}
