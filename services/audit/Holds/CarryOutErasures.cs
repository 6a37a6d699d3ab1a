using Consent.Contracts;

namespace Consent.Audit.Holds;

/// <summary>
/// Carries out the erasures that waited, when nothing holds them back any more: as soon as a hold is lifted, at the start, and every <c>Audit:HoldsEvery</c> (a time span, one minute
/// unless set), when the end of a hold is noted too. What a crash cuts short is done again: an erasure that was done changes nothing.
/// </summary>
internal sealed class CarryOutErasures(
    HoldJournal journal, AuditLog log, PersonTraces persons, AddressTraces addresses, IConfiguration configuration, TimeProvider time, ILogger<CarryOutErasures> logger) : BackgroundService
{
    /// <summary>All sites, one round.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        foreach (var site in await journal.SitesAsync(cancel)) await RunAsync(site, cancel);
    }

    public async Task RunAsync(string site, CancellationToken cancel)
    {
        var now = time.Now();
        foreach (var ended in (await journal.ReadAsync(site, cancel)).Holds.Where(h => h.Over is null && !h.IsInForce(now)))
            await journal.ActAsync(site, HoldAct.HoldEnded, book => OverOf(book.Holds, ended.Act.Id, HoldAct.Itself, now), cancel);

        foreach (var due in (await journal.ReadAsync(site, cancel)).Due(now))
        {
            // A hold may have been placed while the one before was carried out.
            if ((await journal.ReadAsync(site, cancel)).Due(time.Now()).All(d => d.Id != due.Id) || !await EraseAsync(due.Id, cancel)) continue;
            await journal.ActAsync(site, HoldAct.ErasureDone, book => book.IsWaiting(due.Id) ? due with { Id = RandomId.New(), At = time.Now(), Of = due.Id } : null, cancel);
        }
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

    /// <summary>By the event as it was heard. False while that has not been kept yet: whoever told of it tells it again.</summary>
    private async Task<bool> EraseAsync(string eventId, CancellationToken cancel)
    {
        foreach (var heard in await log.ReadAsync(AuditLog.TraceOf(eventId), cancel))
        {
            if (heard.As<ConsentErased>() is { } tombstone)
            {
                await persons.EraseNowAsync(tombstone, cancel);
                return true;
            }

            if (((IAddressEvent?)heard.As<MarketingErased>() ?? heard.As<ErasureAsked>()) is { } address)
            {
                await addresses.EraseAsync(address.Site, address.SubjectId, address.RecordedAt, address.Id, cancel);
                return true;
            }
        }

        return false;
    }
}
