namespace Consent.CookieBanner.Statistics;

/// <summary>
/// Counts in memory, and adds to the store every <see cref="Every"/> and at the end: a process that is killed takes the counts of
/// that time with it, which statistics can bear and a request for each count could not. What the store does not take is kept, and
/// offered again.
/// </summary>
internal sealed class GatherCounts(CountStore store, TimeProvider time, ILogger<GatherCounts> log) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private Dictionary<(string Site, string Day, int Version), DayCount> _gathered = [];

    /// <summary>False for a word that stands for nothing that is counted.</summary>
    public bool TryCount(string site, string day, int version, string what)
    {
        lock (_gate)
        {
            var before = _gathered.GetValueOrDefault((site, day, version)) ?? new DayCount(day, version);
            if (before.OneMore(what) is not { } after) return false;
            _gathered[(site, day, version)] = after;
            return true;
        }
    }

    /// <summary>Adds what was counted to the store; throws what the store throws.</summary>
    public async Task FlushAsync(CancellationToken cancel)
    {
        await _oneAtATime.WaitAsync(cancel);
        var gathered = Take();
        try
        {
            // Not to be given up half way: what was committed all the same would be added once more.
            if (gathered.Count > 0) await store.AddAsync([.. gathered.Select(g => (g.Key.Site, g.Value))], CancellationToken.None);
        }
        catch
        {
            PutBack(gathered);
            throw;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _oneAtATime.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await TryFlushAsync(stoppingToken);
    }

    private async Task TryFlushAsync(CancellationToken cancel)
    {
        try
        {
            await FlushAsync(cancel);
        }
        catch (CountsUnavailableException e)
        {
            log.LogWarning("Counts of the banner could not be stored ({Kind}); they are kept and offered again.", e.InnerException?.GetType().Name);
        }
    }

    private Dictionary<(string Site, string Day, int Version), DayCount> Take()
    {
        lock (_gate)
        {
            var gathered = _gathered;
            _gathered = [];
            return gathered;
        }
    }

    private void PutBack(Dictionary<(string Site, string Day, int Version), DayCount> counts)
    {
        lock (_gate)
        {
            foreach (var (key, count) in counts) _gathered[key] = _gathered.TryGetValue(key, out var since) ? since.Plus(count) : count;
        }
    }
}
