using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Subscriber;

namespace Consent.Connectors;

/// <summary>
/// To audit each connector is a subscriber of its own, <c>connectors/{system}/{id}</c>, which has applied a "no" when the mailing system has it: that this service
/// has it in a queue is no "everywhere". The ledgers hear nothing of that; they would send to a mailing system. Of replicas one tells.
/// </summary>
internal sealed class TellCarried(
    ConnectorStore store, ConnectorBook connectors, OwedReceipts owed, IEventTransport transport, ConnectorSettings settings, TimeProvider time, ILogger<TellCarried> log) : BackgroundService
{
    private const string Audit = "audit";

    /// <summary>Whose receipts they are.</summary>
    private const string Source = "consent";

    /// <summary>How often connectors are announced anew, and those looked at that cannot be spoken to.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>Until what could not be told is tried again, as where audit is not deployed.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private DateTimeOffset? _settledAt;
    private DateTimeOffset? _announcedAt;
    private DateTimeOffset? _notBefore;
    private bool _hasBegun;
    private Turn? _turn;
    private bool _isFailing;

    public static string NameOf(Connector connector) => $"connectors/{connector.Row.System}/{connector.Id}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(stoppingToken);
        }
        finally
        {
            if (_turn is not null) await _turn.DisposeAsync();
        }
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.LookEvery, time);
        do
        {
            try
            {
                if (!await IsMineAsync(stoppingToken)) continue;
                await SettleAsync(stoppingToken);
                if (_notBefore > time.Now()) continue;
                await TellAsync(stoppingToken);
                _isFailing = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // The process ends; what was not told is told by the next.
            }
            catch (Exception e)
            {
                if (!_isFailing) log.LogWarning("What mailing systems have by now could not be told ({Kind}); it is tried again.", e.GetType().Name);
                _isFailing = true;
                _notBefore = time.Now() + Pause;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Whether this replica tells. Whoever begins tells again what the one before told last, as a process does that starts.</summary>
    private async Task<bool> IsMineAsync(CancellationToken cancel)
    {
        if (store.Turns is not { } turns || _turn is { Lost.IsCancellationRequested: false }) return true;
        if (_turn is { } lost)
        {
            _turn = null;
            await lost.DisposeAsync();
        }
        _turn = await turns.TakeAsync("tell", cancel);
        if (_turn is null) return false;
        _hasBegun = false;
        _settledAt = null;
        _announcedAt = null;
        return true;
    }

    /// <summary>Before anything is told, and whether it can be: what was carried would stand here for ever otherwise.</summary>
    private async Task SettleAsync(CancellationToken cancel)
    {
        if (!_hasBegun) await owed.BeginAsync(cancel);
        _hasBegun = true;
        var now = time.Now();
        var isTime = _settledAt is not { } at || at + Every <= now;
        foreach (var connector in connectors.All().Where(c => !c.IsDeleting && (isTime || c.MayCall(now)))) await owed.SettleAsync(connector, cancel);
        if (!isTime) return;
        await owed.ForgetOldAsync(cancel);
        _settledAt = now;
    }

    private async Task TellAsync(CancellationToken cancel)
    {
        var (now, all) = (time.Now(), connectors.All().Where(c => !c.IsDeleting).ToList());
        var isTime = _announcedAt is not { } at || at + Every <= now;
        await AnnounceAsync(all, isTime, now, cancel);
        while (owed.Untold() is { Count: > 0 } some)
        {
            var names = owed.Announced().ToDictionary(a => a.Connector, a => a.Name, StringComparer.Ordinal);
            var carried = some.Where(row => names.ContainsKey(row.Connector))
                .Select(row => ConsentApplied.By(names[row.Connector], Source, row.Record, DateTimeOffset.FromUnixTimeMilliseconds(row.CarriedAt!.Value)));
            await transport.PublishAsync([.. carried.Select(e => OutgoingEvent.Of(e, Audit))], cancel);
            await owed.ToldAsync(some, cancel);
        }
        if (isTime) _announcedAt = now;
    }

    private async Task AnnounceAsync(IReadOnlyList<Connector> all, bool isTime, DateTimeOffset now, CancellationToken cancel)
    {
        var known = owed.Announced();
        var ids = known.Select(a => a.Connector).ToHashSet(StringComparer.Ordinal);
        var announced = all.Where(c => isTime || !ids.Contains(c.Id)).ToList();
        if (announced.Count > 0)
        {
            await owed.AnnouncingAsync([.. announced.Where(c => !ids.Contains(c.Id)).Select(c => new AnnouncedRow(c.Id, NameOf(c)))], cancel);
            await transport.PublishAsync(
                [.. announced.Select(c => OutgoingEvent.Of(new SubscriberAnnounced(RandomId.New(), NameOf(c), [ConsentChanged.Kind], false, now, Site: c.Site), Audit))], cancel);
        }

        var gone = known.Where(a => all.All(c => c.Id != a.Connector)).ToList();
        if (gone.Count == 0) return;
        await transport.PublishAsync(
            [.. gone.Select(a => OutgoingEvent.Of(new SubscriberRetired($"{a.Connector}.gone", now, Source, a.Name, "The connector was deleted.", ConnectorsSetup.Service, now), Audit))],
            cancel);
        await owed.GoneAsync(gone, cancel);
    }
}
