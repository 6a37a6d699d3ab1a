using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Logs;

/// <summary>
/// Has witnesses cosign the checkpoints of the logs (C2SP tlog-witness), as often as there may be new ones. Each witness by itself and behind what is served: what is shown meanwhile
/// <see cref="CosignedLog"/> says. Every replica asks for itself. Health check <c>log-witnesses</c>: degraded while one of them does not cosign, or all do too slowly; unhealthy where one
/// has seen another history of a log. Does nothing where no witness is configured.
/// </summary>
internal sealed class AskWitnesses : BackgroundService, IHealthCheck
{
    private readonly CosignedLogs _logs;
    private readonly LogSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger<AskWitnesses> _logger;
    private readonly List<CallWitness> _calls;
    private readonly List<AskWitness> _witnesses;

    public AskWitnesses(CosignedLogs logs, LogSettings settings, WitnessSettings witnesses, TimeProvider time, ILogger<AskWitnesses> logger)
    {
        (_logs, _settings, _time, _logger) = (logs, settings, time, logger);
        _calls = [.. witnesses.Witnesses.Select(witness => new CallWitness(witness, witnesses.AllowedNetworks, time))];
        _witnesses = [.. witnesses.Witnesses.Zip(_calls, (witness, call) => new AskWitness(witness, call, time, logger))];
    }

    /// <summary>One round of each witness.</summary>
    internal Task RoundAsync(CancellationToken cancel) => Task.WhenAll(_witnesses.Select(witness => witness.RoundAsync(Growing(), cancel)));

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var troubles = string.Join("; ", _witnesses.Select(witness => witness.Trouble).OfType<string>().Concat(Slow()));
        return Task.FromResult(
            troubles.Length == 0 ? HealthCheckResult.Healthy() : _witnesses.Exists(witness => witness.HasForked) ? HealthCheckResult.Unhealthy(troubles) : HealthCheckResult.Degraded(troubles));
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var call in _calls) call.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_witnesses.Select(witness => AskAsync(witness, stoppingToken)));

    private async Task AskAsync(AskWitness witness, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(_settings.Every, _time);
        while (await timer.WaitForNextTickAsync(cancel))
        {
            try
            {
                await witness.RoundAsync(Growing(), cancel);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                _logger.LogWarning("A witness could not be asked ({Kind}); it is asked again at the next round.", e.GetType().Name);
            }
        }
    }

    private IEnumerable<string> Slow() =>
        Growing().Where(log => log.IsSlow).Select(log => $"cosignatures of the log {log.Name} come more slowly than Audit:CosignedWithin allows, and its checkpoints are shown without");

    /// <summary>Without those in whose place new ones were begun.</summary>
    private List<CosignedLog> Growing() => _witnesses.Count == 0 ? [] : [.. _logs.All.Where(log => _settings.LogOf(log.Controller) == log.Name)];
}
