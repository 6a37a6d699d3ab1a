using Consent.Contracts;
using Consent.Storage;

namespace Consent.MailGate;

/// <summary>
/// Counts copies of mail by stream, hour and outcome, in memory, and adds to the log every <see cref="GateSettings.CountEvery"/> and at the end: a
/// process that is killed takes the counts of that time with it, and no mail. What the log does not take is kept, and offered again.
/// </summary>
public sealed class CountMail(
    [FromKeyedServices(MailGateSetup.Service)] IRecordLog records, GateSettings settings, TimeProvider time, ILogger<CountMail> log) : BackgroundService
{
    private readonly string _counter = RandomId.New();
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private Dictionary<MailFlow, Dictionary<string, long>> _gathered = [];

    /// <param name="outcome">See <see cref="MailOutcome"/>.</param>
    public void Add(SendingStream stream, string outcome, int copies) => Add(MailFlow.Of(stream, time.Now()), outcome, copies);

    /// <summary>Appends what was counted; throws <see cref="LogUnavailableException"/>.</summary>
    public async Task TellAsync(CancellationToken cancel)
    {
        await _oneAtATime.WaitAsync(cancel);
        var gathered = Take();
        try
        {
            foreach (var (flow, copies) in gathered.ToList())
            {
                // Not to be given up half way: what was committed all the same would be counted once more.
                await AppendAsync(new MailVolume(flow, copies, _counter));
                gathered.Remove(flow);
            }
        }
        finally
        {
            foreach (var (flow, copies) in gathered)
                foreach (var (outcome, number) in copies) Add(flow, outcome, number);
            _oneAtATime.Release();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryTellAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _oneAtATime.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.CountEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await TryTellAsync(stoppingToken);
    }

    private async Task TryTellAsync(CancellationToken cancel)
    {
        try
        {
            await TellAsync(cancel);
        }
        catch (LogUnavailableException e)
        {
            log.LogWarning("Counts of mail could not be stored ({Kind}); they are kept and offered again.", e.InnerException?.GetType().Name);
        }
    }

    /// <summary>On top of the newest record of the flow that this process made.</summary>
    private async Task AppendAsync(MailVolume more)
    {
        var stream = MailVolume.StreamOf(more.Flow, _counter);
        while (true)
        {
            var newest = await records.LatestAsync(stream, CancellationToken.None);
            var volume = newest is null ? more : newest.Read<MailVolume>().Plus(more.Copies);
            if (await records.AppendAsync(new NewRecord
            {
                Stream = stream,
                Version = (newest?.Version ?? 0) + 1,
                Kind = MailVolume.Kind,
                RecordedAt = time.Now(),
                Payload = ContractJson.Write(volume),
            }) is AppendOutcome.Appended) return;
        }
    }

    private void Add(MailFlow flow, string outcome, long copies)
    {
        lock (_gate)
        {
            if (!_gathered.TryGetValue(flow, out var counts)) _gathered[flow] = counts = new Dictionary<string, long>(StringComparer.Ordinal);
            counts[outcome] = counts.GetValueOrDefault(outcome) + copies;
        }
    }

    private Dictionary<MailFlow, Dictionary<string, long>> Take()
    {
        lock (_gate)
        {
            var gathered = _gathered;
            _gathered = [];
            return gathered;
        }
    }
}
