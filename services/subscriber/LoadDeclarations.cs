using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Subscriber;

/// <summary>
/// For a service that holds declarations alone: asks at each start for those that were published before, again and again until all are here. Of replicas each
/// asks, and each keeps whatever page it is given, for all of them.
/// </summary>
/// <param name="isShared">Whether a page may be the answer to another replica's question.</param>
internal sealed class LoadDeclarations(string service, bool isShared, DeclarationBook book, IEventTransport transport, TimeProvider time, ILogger<LoadDeclarations> log)
    : BackgroundService, IEventHandler<SnapshotPage>
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(2);
    private readonly Lock _gate = new();
    private readonly FailedPages _failed = new(service, time, log);
    private string _after = "";
    private bool _isComplete;

    public async Task HandleAsync(SnapshotPage e, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (e.Source != LoadSnapshot.Source || _failed.IsPausing || (!isShared && !IsAwaited(e))) return;
        }

        try
        {
            await book.KeepAsync(new LoadedPage(e, _ => true).Declarations, cancel);
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested)
        {
            lock (_gate) _failed.Add(failure);
            return;
        }

        lock (_gate)
        {
            _failed.Passed();
            if (!IsAwaited(e)) return;
            (_after, _isComplete) = (e.Through, e.Complete);
        }

        if (!e.Complete) await AskAsync(cancel);
    }

    private bool IsAwaited(SnapshotPage e) => !_isComplete && e.After == _after;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(AskEvery, time);
        do
        {
            if (_isComplete) return;
            if (IsPausing()) continue;
            try
            {
                await AskAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                log.LogDebug(e, "The question for declarations was not sent; it is asked again.");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private bool IsPausing()
    {
        lock (_gate) return _failed.IsPausing;
    }

    private Task AskAsync(CancellationToken cancel) => transport.PublishAsync(
        [OutgoingEvent.Of(new SnapshotRequested(RandomId.New(), LoadSnapshot.Source, service, [DeclarationPublished.Kind], null, _after, LoadSnapshot.End), LoadSnapshot.Source)], cancel);
}
