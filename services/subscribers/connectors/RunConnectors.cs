using Consent.Contracts;
using Consent.ServiceDefaults.Outgoing;

namespace Consent.Connectors;

/// <summary>
/// Gives each connector its turn, again and again: first what came from there, then what is to be carried there, then a page of contacts. One thing after
/// the other for one connector, so that nothing is read of before what was just written; each connector by itself, so that a slow one holds up no other.
/// </summary>
internal sealed class RunConnectors(
    ConnectorBook connectors, BringOptOuts bring, CarryChanges carry, WalkContacts walk, [FromKeyedServices(ConnectorsSetup.Service)] WakeUp wakeUp,
    ConnectorSettings settings, ConnectorMetrics metrics, TimeProvider time, ILogger<RunConnectors> log) : BackgroundService
{
    /// <summary>Until what failed here is tried again, and could not even be written down, as on a full disk.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _underWay = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var connector in connectors.All())
                {
                    lock (_gate)
                    {
                        if (!_underWay.Add(connector.Id)) continue;
                    }
                    _ = TurnAsync(connector, stoppingToken);
                }
            }
            catch (Exception e)
            {
                log.LogWarning("Connectors could not be looked for ({Kind}); it is tried again.", e.GetType().Name);
            }
            await wakeUp.WaitAsync(settings.LookEvery, stoppingToken);
        }
    }

    private async Task TurnAsync(Connector connector, CancellationToken cancel)
    {
        // Away from the loop at once, whatever the turn does before it first waits.
        await Task.Yield();
        var isMore = false;
        try
        {
            isMore = await TakeTurnAsync(connector, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The process ends; what was not written down is done again.
        }
        catch (Exception e)
        {
            log.LogWarning("The connector {Connector} could not take its turn ({Kind}); it is tried again.", connector.Id, e.GetType().Name);
            await Task.Delay(Pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            lock (_gate) _underWay.Remove(connector.Id);
        }
        if (isMore) wakeUp.Call();
    }

    private async Task<bool> TakeTurnAsync(Connector connector, CancellationToken cancel)
    {
        var isMore = await bring.BringAsync(connector, cancel);
        if (connector.IsDeleting) await connectors.EndAsync(connector, cancel);
        if (!connector.MayCall(time.Now())) return isMore;
        try
        {
            var isCarried = await carry.CarryDueAsync(connector, cancel);
            var isRead = await walk.PageAsync(connector, cancel);
            if (isCarried || isRead) await connectors.SucceededAsync(connector, cancel);
            return isMore || isCarried || isRead;
        }
        catch (CallFailedException failed)
        {
            metrics.Failed(connector.Id, failed.Outcome);
            await connectors.FailedAsync(connector, failed.Outcome, failed.Status, failed.RetryAfter, cancel);
            return isMore;
        }
    }
}
