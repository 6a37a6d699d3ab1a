using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Who wants nothing any more wants none of what is declared later either, and the other services know purposes only: when a site comes to declare one, of
/// topics, whoever stopped everything before has it told to them, when nothing of before can be taken back any more. Looks every <c>Marketing:TellEvery</c> (a time span, a minute unless set), in one replica
/// at a time (<see cref="Rounds"/>); walks the log once for each change of a site's purposes. What was pressed while no declaration was held is told then, too. Since when a purpose is
/// declared, each replica knows by itself, from when it saw it: one that took up a cut-off round just after its own start leaves it to the next turn of one that has seen it for long enough.
/// </summary>
public sealed class TellObjections(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log, MarketingLog marketing,
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, IConfiguration configuration, TimeProvider time, ILogger<TellObjections> logger)
    : BackgroundService
{
    private const int StreamsAtOnce = 500;
    private static readonly StreamKey Last = StreamKey.Parse(new string('f', 20));
    private readonly Rounds _rounds = new(log, "tell-objections", time);
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    /// <returns>How many were told anew; none while another replica is at it.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancel)
    {
        var told = 0;
        await SeeAsync(cancel);
        await _rounds.TryAsync(async (_, running) => told = await TellAsync(running), cancel);
        return told;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _rounds.RunAsync(
        configuration.GetValue("Marketing:TellEvery", TimeSpan.FromMinutes(1)),
        (_, running) => TellAsync(running),
        e => logger.LogWarning("Objections could not be told for new purposes ({Reason}); it is tried again.", e.GetType().Name),
        stoppingToken,
        SeeAsync);

    /// <summary>Also where another replica has the lease.</summary>
    private async Task SeeAsync(CancellationToken cancel)
    {
        foreach (var site in declarations.Sites)
        {
            foreach (var purpose in await UntoldAsync(site, PurposesOf(site), cancel)) _seen.TryAdd($"{site} {purpose}", time.Now());
        }
    }

    private IReadOnlyList<string> PurposesOf(string site) => MarketingEvents.OfEverything(declarations.InForce(site)?.Declaration);

    private async Task<List<string>> UntoldAsync(string site, IReadOnlyList<string> purposes, CancellationToken cancel) =>
        [.. purposes.Except(await marketing.ToldPurposesAsync(site, cancel), StringComparer.Ordinal)];

    private async Task<int> TellAsync(CancellationToken cancel)
    {
        var changed = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var site in declarations.Sites)
        {
            var purposes = PurposesOf(site);
            var untold = await UntoldAsync(site, purposes, cancel);
            if (untold.Count > 0 && untold.TrueForAll(purpose => IsSettled($"{site} {purpose}"))) changed[site] = purposes;
        }

        if (changed.Count == 0) return 0;
        var told = await WalkAsync(changed, cancel);
        foreach (var (site, purposes) in changed) await marketing.NoteToldPurposesAsync(site, purposes, cancel);
        return told;
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
            foreach (var newest in page.Where(record => MarketingRecord.IsOfAnAddress(record.Kind)))
            {
                var held = newest.Read<MarketingRecord>();
                if (!changed.TryGetValue(held.Site, out var purposes) || OptOutDecisions.TellEverything(held, purposes, "", time.Now()) is null) continue;
                if (await marketing.AppendAsync(held.Site, held.SubjectId, (now, id) => OptOutDecisions.TellEverything(now, purposes, id, time.Now()), cancel) is not null) told++;
            }
        }
        return told;
    }
}
