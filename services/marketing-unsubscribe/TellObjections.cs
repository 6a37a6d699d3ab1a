using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Who wants nothing any more wants none of what is declared later either, and the other services know purposes only: when a site comes to declare one, of
/// topics, whoever stopped everything before has it told to them, when nothing of before can be taken back any more. Looks every <c>Marketing:TellEvery</c> (a time span, a minute unless set), in one replica
/// at a time; walks the log once for each change of a site's purposes. What was pressed while no declaration was held is told then, too.
/// </summary>
public sealed class TellObjections(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log, MarketingLog marketing,
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, IConfiguration configuration, TimeProvider time, ILogger<TellObjections> logger)
    : BackgroundService
{
    private const string Name = "tell-objections";
    private const int StreamsAtOnce = 500;
    private static readonly TimeSpan Term = TimeSpan.FromMinutes(10);
    private static readonly StreamKey Last = StreamKey.Parse(new string('f', 20));
    private readonly string _holder = RandomId.New();
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    /// <returns>How many were told anew.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancel)
    {
        var changed = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var site in declarations.Sites)
        {
            var purposes = declarations.InForce(site)?.Declaration.PurposesOfTopics() ?? [];
            var untold = purposes.Except(await marketing.ToldPurposesAsync(site, cancel), StringComparer.Ordinal).ToList();
            if (untold.Count > 0 && untold.TrueForAll(purpose => IsSettled($"{site} {purpose}"))) changed[site] = purposes;
        }
        if (changed.Count == 0 || await log.AcquireAsync(Name, _holder, Term) is not { } lease) return 0;
        try
        {
            var told = await WalkAsync(changed, cancel);
            foreach (var (site, purposes) in changed) await marketing.NoteToldPurposesAsync(site, purposes, cancel);
            return told;
        }
        finally
        {
            await log.ReleaseAsync(lease);
        }
    }

    /// <summary>Whoever presses since it was seen has it told by that; and what was pressed before is final by then.</summary>
    private bool IsSettled(string purpose)
    {
        _seen.TryAdd(purpose, time.Now());
        return time.Now() - _seen[purpose] > PagePress.Lifetime;
    }

    private async Task<int> WalkAsync(Dictionary<string, IReadOnlyList<string>> changed, CancellationToken cancel)
    {
        var (told, after) = (0, (StreamKey?)null);
        while (await log.NewestOfStreamsAsync(after, Last, StreamsAtOnce, cancel) is { Count: > 0 } page)
        {
            after = page[^1].StreamKey;
            await log.AcquireAsync(Name, _holder, Term);
            foreach (var newest in page.Where(record => MarketingRecord.IsOfAnAddress(record.Kind)))
            {
                var held = newest.Read<MarketingRecord>();
                if (!changed.TryGetValue(held.Site, out var purposes) || OptOutDecisions.TellEverything(held, purposes, "", time.Now()) is null) continue;
                if (await marketing.AppendAsync(held.Site, held.SubjectId, (now, id) => OptOutDecisions.TellEverything(now, purposes, id, time.Now()), cancel) is not null) told++;
            }
        }
        return told;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(configuration.GetValue("Marketing:TellEvery", TimeSpan.FromMinutes(1)), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await RunOnceAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    logger.LogWarning("Objections could not be told for new purposes ({Reason}); it is tried again.", e.GetType().Name);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}
