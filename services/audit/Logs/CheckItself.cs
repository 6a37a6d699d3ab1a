using System.Diagnostics.Metrics;
using Consent.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Logs;

/// <summary>
/// Compares, slowly and for ever, what audit heard with its logs, its index and the acknowledgements (<see cref="CheckItselfRecords"/>): what is new within a minute of its hearing, and all
/// that was ever heard again and again, at a fortieth of the pace. At most <c>Audit:CheckPerSecond</c> records a second (2,000 unless set). The health check <c>logs-complete</c> is degraded
/// while something does not agree.
/// </summary>
internal sealed class CheckItself : BackgroundService, IHealthCheck
{
    private static readonly Meter Meter = new("Consent.Audit");

    private static readonly Gauge<long> Faults = Meter.CreateGauge<long>(
        "consent.log.faults", "{record}", "Records heard of which the logs, the index of receipts or the tiles say something else; 0 when all agree.");

    private static readonly Gauge<double> Behind = Meter.CreateGauge<double>(
        "consent.log.check.behind", "s", "For how long the next record to be compared with the logs could have been; 0 at the end.");
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromMinutes(10);
    private const int MostTold = 3;

    /// <summary>What was compared once is looked at again so many times more slowly.</summary>
    private const int Slower = 40;
    private readonly SemaphoreSlim _one = new(1);
    private readonly DerivedLogs _logs;
    private readonly CheckItselfWalk _newest;
    private readonly CheckItselfWalk _all;
    private readonly int _perSecond;
    private readonly TimeProvider _time;
    private readonly ILogger<CheckItself> _logger;
    private long _failingSince;
    private volatile string? _trouble;

    public CheckItself(
        [FromKeyedServices(AuditSetup.Service)] IRecordLog log, DerivedLogs logs, CheckItselfRecords look, LogSettings settings, IConfiguration configuration, TimeProvider time,
        ILogger<CheckItself> logger)
    {
        (_logs, _time, _logger) = (logs, time, logger);
        _perSecond = configuration.GetValue("Audit:CheckPerSecond", 2000);
        if (_perSecond is < Slower or > 100_000) throw new InvalidOperationException("Audit:CheckPerSecond is the number of records that are compared with the logs in a second: 40 to 100000.");
        _newest = new CheckItselfWalk(log, look, $"logs-check{settings.Suffix}", $"logs{settings.Suffix}", time);
        _all = new CheckItselfWalk(log, look, $"logs-check-all{settings.Suffix}", null, time);
    }

    /// <summary>One step of both ways. Does nothing while the logs are still being opened.</summary>
    internal async Task StepAsync(CancellationToken cancel)
    {
        if (!_logs.IsReady) return;
        await _one.WaitAsync(cancel);
        try
        {
            await _newest.StepAsync(_perSecond, cancel);
            await _all.StepAsync(_perSecond / Slower, cancel);
            Tell(_newest.Told.Concat(_all.Told).GroupBy(t => t.Words, StringComparer.Ordinal).Select(of => (of.Key, of.Max(t => t.Count))).ToList());
            Behind.Record(_newest.Behind.TotalSeconds);
        }
        finally
        {
            _one.Release();
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        _trouble is { } trouble ? HealthCheckResult.Degraded(trouble)
        : Interlocked.Read(ref _failingSince) is not 0 and var since && _time.GetElapsedTime(since) > Patience
            ? HealthCheckResult.Degraded("what was heard could not be compared with the logs for longer than ten minutes")
        : HealthCheckResult.Healthy());

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _newest.GiveBackAsync();
        await _all.GiveBackAsync();
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await StepAsync(stoppingToken);
                Interlocked.Exchange(ref _failingSince, 0);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                if (Interlocked.CompareExchange(ref _failingSince, _time.GetTimestamp(), 0) == 0)
                    _logger.LogInformation("What was heard could not be compared with the logs ({Kind}); it is tried again.", e.GetType().Name);
            }
        }
    }

    private void Tell(List<(string Words, int Count)> told)
    {
        Faults.Record(told.Sum(t => (long)t.Count));
        var before = _trouble;
        _trouble = told.Count == 0 ? null
            : $"of what was heard more than a minute ago: {string.Join("; ", told.Take(MostTold).Select(t => $"{t.Count} {t.Words}"))}{(told.Count > MostTold ? "; and more" : "")}. Look into audit's log, and run consent fsck";
        if (_trouble is not null && before is null) _logger.LogError("The logs do not agree with what was heard, {Trouble}.", _trouble);
        if (_trouble is null && before is not null) _logger.LogInformation("The logs agree with what was heard again.");
    }
}
