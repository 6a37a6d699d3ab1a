using System.Collections.Concurrent;
using Consent.Contracts;

namespace Consent.Audit.Holds;

/// <summary>
/// Carries out the erasures that waited, when nothing holds them back any more: as soon as a hold is lifted, at the start, and every <c>Audit:HoldsEvery</c> (a time span, one minute
/// unless set), when the end of a hold is noted too: of one that a round found ended and a later round, <c>Audit:HoldsSettle</c> (ten minutes unless set) of running time afterwards, finds ended still, so that
/// a clock that ran ahead and was set right has ended none. What a crash cuts short is done again: an erasure that was done changes nothing.
/// </summary>
internal sealed class CarryOutErasures(
    HoldJournal journal, AuditLog log, PersonTraces persons, AddressTraces addresses, IConfiguration configuration, TimeProvider time, ILogger<CarryOutErasures> logger) : BackgroundService
{
    /// <summary>Holds that a round found ended, and when by the running time, which no clock that is set changes.</summary>
    private readonly ConcurrentDictionary<string, long> _ended = new(StringComparer.Ordinal);

    private TimeSpan Settle => configuration.GetValue("Audit:HoldsSettle", TimeSpan.FromMinutes(10));

    /// <summary>All sites, one round.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        if (!journal.UnnameOver()) logger.LogWarning("Persons of holds and restrictions that are over could not be taken out of the folder Audit:Checkpoints; it is tried again.");
        foreach (var site in await journal.SitesAsync(cancel)) await RunAsync(site, cancel);
    }

    public async Task RunAsync(string site, CancellationToken cancel)
    {
        var now = time.Now();
        foreach (var ended in (await journal.ReadAsync(site, cancel)).Holds.Where(h => HasEnded(h, now)))
            await journal.ActAsync(site, HoldAct.HoldEnded, book => OverOf(book.Holds, ended.Act.Id, HoldAct.Itself, now), cancel);

        foreach (var due in (await journal.ReadAsync(site, cancel)).Due())
        {
            // A hold may have been placed while the one before was carried out.
            if ((await journal.ReadAsync(site, cancel)).Due().All(d => d.Id != due.Id) || await EraseAsync(due.Id, cancel) is not { } reason) continue;
            foreach (var person in reason is ErasureReason.Retention ? [] : due.Persons ?? []) await journal.UnnameAsync(site, person, cancel);
            await journal.ActAsync(site, HoldAct.ErasureDone, book => book.IsWaiting(due.Id) ? due with { Id = RandomId.New(), At = time.Now(), Of = due.Id } : null, cancel);
        }
    }

    /// <summary>Whether an earlier round found it ended, long enough ago, and none since found it in force.</summary>
    private bool HasEnded(Placed hold, DateTimeOffset now)
    {
        var id = hold.Act.Id;
        if (hold.Over is null && !hold.IsInForce(now)) return !_ended.TryAdd(id, time.GetTimestamp()) && _ended.TryGetValue(id, out var since) && time.GetElapsedTime(since) >= Settle;
        _ended.TryRemove(id, out _);
        return false;
    }

    /// <summary>That a hold or restriction is over; null where it is unknown or over already.</summary>
    public static HoldAct? OverOf(IEnumerable<Placed> placed, string id, string by, DateTimeOffset at) =>
        placed.FirstOrDefault(p => p.Act.Id == id) is { Over: null } one ? new HoldAct(RandomId.New(), at, by, one.Act.Site, one.Act.Controller, one.Act.Persons, one.Act.Ground, Of: id) : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(configuration.GetValue("Audit:HoldsEvery", TimeSpan.FromMinutes(1)), time);
        do
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("Erasures that waited could not be carried out ({Kind}); it is tried again.", e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>By the event as it was heard; for which reason. Null while that has not been kept yet: whoever told of it tells it again.</summary>
    internal async Task<ErasureReason?> EraseAsync(string eventId, CancellationToken cancel)
    {
        foreach (var heard in await log.ReadAsync(AuditLog.TraceOf(eventId), cancel))
        {
            if (heard.As<ConsentErased>() is { } tombstone)
            {
                await persons.EraseNowAsync(tombstone, cancel);
                return tombstone.Reason ?? ErasureReason.Request;
            }

            if (((IAddressEvent?)heard.As<MarketingErased>() ?? heard.As<ErasureAsked>()) is { } address)
            {
                await addresses.EraseAsync(address.Site, address.SubjectId, address.RecordedAt, address.Id, cancel);
                return ErasureReason.Request;
            }
        }

        return null;
    }
}
