using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;
using Microsoft.Data.Sqlite;

namespace Consent.Audit.Pages;

/// <summary>
/// Keeps <see cref="DecisionCounts"/> up to audit's log, in <c>{Data}/audit/rates</c>, when somebody looks and not before: nobody else pays for it. A long log is counted on behind the
/// first look, which shows how far it has come. Made anew from the feed where it does not fit, and after a restore of the log.
/// </summary>
internal sealed class CountDecisions(
    [FromKeyedServices(AuditSetup.Service)] IRecordLog log, IConfiguration configuration, TimeProvider time, ILogger<CountDecisions> logger) : BackgroundService
{
    private const int PageSize = 1000;

    /// <summary>So long a look waits for what is behind.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _one = new(1);
    private readonly SemaphoreSlim _asked = new(0);
    private OwnFolder? _folder;
    private DecisionCounts? _counts;
    private long _position;
    private int _epoch;

    /// <summary>Throws <see cref="LogUnavailableException"/> when they cannot be written.</summary>
    /// <returns>The counts, and whether all that had been heard when this was called is in them.</returns>
    public async Task<(DecisionCounts Counts, bool IsWhole)> CurrentAsync(CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var (counts, isWhole) = await StepAsync(cancel);
            if (isWhole) return (counts, true);
            if (time.GetElapsedTime(began) < Patience) continue;
            if (_asked.CurrentCount == 0) _asked.Release();
            return (counts, false);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _counts?.Dispose();
        _folder?.Dispose();
        _one.Dispose();
        _asked.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await _asked.WaitAsync(stoppingToken);
            try
            {
                while (!(await StepAsync(stoppingToken)).IsWhole) await Task.Yield();
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                logger.LogInformation("The decisions could not be counted on ({Kind}); it is tried again at the next look.", e.GetType().Name);
            }
        }
    }

    private async Task<(DecisionCounts Counts, bool IsWhole)> StepAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            // In another epoch something else may stand at the places that were counted.
            if (_epoch != log.Epoch) Close();
            var counts = _counts ??= Open();
            var page = await log.FeedAsync(_position, PageSize, cancel);
            if (page.Count == 0) return (counts, true);
            counts.Apply(page.SelectMany(DecisionsIn), page[^1].Position, _epoch);
            _position = page[^1].Position;
            return (counts, page.Count < PageSize);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            Close();
            throw new LogUnavailableException("The counts of decisions cannot be written.", e);
        }
        finally
        {
            _one.Release();
        }
    }

    private static IEnumerable<CountedDecision> DecisionsIn(LogRecord record) =>
        record.Kind == ConsentChanged.Kind && record.Read<ConsentChanged>().Receipt is { } receipt ? DayOfDecision.In(receipt) : [];

    private void Close()
    {
        _counts?.Dispose();
        _counts = null;
    }

    private DecisionCounts Open()
    {
        _folder ??= OwnFolder.Take(ServiceData.FileOf(configuration, AuditSetup.Service, "rates"));
        _epoch = log.Epoch;
        DecisionCounts? counts = null;
        try
        {
            counts = DecisionCounts.Open(_folder.File("counts"));
            (_position, var epoch) = counts.Applied();
            // A restored log is in another epoch, and may have something else at these places.
            if (_position == 0 || epoch == _epoch) return counts;
        }
        catch (Exception e) when (e is FormatException or SqliteException)
        {
            logger.LogInformation("The counts of decisions cannot be read ({Kind}), and are made anew.", e.GetType().Name);
        }

        counts?.Dispose();
        _folder.Empty();
        _position = 0;
        return DecisionCounts.Open(_folder.File("counts"));
    }
}
