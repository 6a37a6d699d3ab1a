using Consent.Contracts;
using Consent.ServiceDefaults.Outgoing;
using Consent.Subscriber;

namespace Consent.Connectors;

/// <summary>
/// Gives each connector its turn, again and again: first what came from there, then what is to be carried there, then a page of contacts. One thing after
/// the other for one connector, so that nothing is read of before what was just written; each connector by itself, so that a slow one holds up no other.
/// Of replicas one at a time gives a connector its turn: whichever finds something to do.
/// </summary>
internal sealed class RunConnectors(
    ConnectorStore store, ConnectorBook connectors, ContactBook contacts, BringOptOuts bring, CarryChanges carry, WalkContacts walk,
    [FromKeyedServices(ConnectorsSetup.Service)] WakeUp wakeUp, ConnectorSettings settings, ConnectorMetrics metrics, TimeProvider time, ILogger<RunConnectors> log) : BackgroundService
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
            isMore = store.Turns is { } turns ? await TakeTurnAsync(turns, connector, cancel) : await WorkAsync(connector, cancel);
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

    private async Task<bool> TakeTurnAsync(Turns turns, Connector seen, CancellationToken cancel)
    {
        if (!IsThereWork(seen)) return false;
        await using var turn = await turns.TakeAsync($"connector {seen.Id}", cancel);
        // As it stands now that no other replica works at it: until then one may have.
        if (turn is null || connectors.Find(seen.Id) is not { } connector) return false;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, turn.Lost);
        return await WorkAsync(connector, either.Token);
    }

    private bool IsThereWork(Connector connector) => connector.IsDeleting || bring.IsDue(connector)
        || (connector.MayCall(time.Now()) && (walk.IsDue(connector) || contacts.Due(connector.Id, time.Now(), 1).Count > 0));

    private async Task<bool> WorkAsync(Connector connector, CancellationToken cancel)
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
