using System.Collections.Concurrent;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Audit;

/// <summary>
/// Asks each source for the deliveries that its ledger closed behind audit's cursor: at the start, and then every
/// <c>Audit:CatchUpEvery</c> (a time span, 30 seconds unless set). A question or an answer that is lost is asked again.
/// </summary>
internal sealed class AskLedgers(
    AuditLog log, IEventTransport transport, IConfiguration configuration, TimeProvider time, ILogger<AskLedgers> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<string, bool> _reading = new(StringComparer.Ordinal);

    /// <summary>One page of a ledger at a time: the answer to a question that was repeated because this takes long brings the same. False while one is read.</summary>
    public bool TryBegin(string source) => _reading.TryAdd(source, true);

    public void End(string source) => _reading.TryRemove(source, out _);

    public async Task AskAsync(string source, CancellationToken cancel)
    {
        var cursor = await log.CursorOfAsync(source, cancel);
        var question = new LedgerRequested(RandomId.New(), source, cursor.Through, cursor.Epoch);
        await transport.PublishAsync([OutgoingEvent.Of(question, source)], cancel);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(configuration.GetValue("Audit:CatchUpEvery", TimeSpan.FromSeconds(30)), time);
        do
        {
            foreach (var source in AuditSetup.Sources) await TryAskAsync(source, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TryAskAsync(string source, CancellationToken cancel)
    {
        if (_reading.ContainsKey(source)) return;
        try
        {
            await AskAsync(source, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            logger.LogInformation("The ledger of {Source} could not be asked ({Kind}); it is asked again later.", source, e.GetType().Name);
        }
    }
}
