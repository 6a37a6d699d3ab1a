using Consent.Contracts;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Connectors;

/// <param name="Contacts">Whose subject is known.</param>
/// <param name="Pending">Changes that are still to be carried, and opt-outs that are still to be brought.</param>
/// <param name="OldestPending">When the oldest of them came; null when there is none.</param>
internal sealed record ConnectorFigures(string Connector, long Contacts, long Pending, DateTimeOffset? OldestPending, long GivenUp);

/// <summary>Measures every few seconds how each connector stands.</summary>
internal sealed class WatchConnectors(
    ConnectorStore store, ConnectorBook connectors, ConnectorMetrics metrics, TimeProvider time, ILogger<WatchConnectors> log) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private readonly Dictionary<string, DateTimeOffset> _unreadable = new(StringComparer.Ordinal);
    private HashSet<string> _measured = [];

    public static IReadOnlyList<ConnectorFigures> Figures(ConnectorStore store)
    {
        using var db = store.Open();
        return
        [
            .. db.Connectors.Select(c => new
            {
                c.Id,
                Contacts = db.Contacts.LongCount(k => k.Connector == c.Id),
                Work = db.Work.LongCount(w => w.Connector == c.Id && w.Status == ContactBook.Pending),
                OldestWork = db.Work.Where(w => w.Connector == c.Id && w.Status == ContactBook.Pending).Min(w => (long?)w.QueuedAt),
                Inbox = db.Inbox.LongCount(i => i.Connector == c.Id),
                OldestInbox = db.Inbox.Where(i => i.Connector == c.Id).Min(i => (long?)i.QueuedAt),
                GivenUp = db.Work.LongCount(w => w.Connector == c.Id && w.Status == ContactBook.GivenUp),
            }).AsEnumerable().Select(f => new ConnectorFigures(
                f.Id, f.Contacts, f.Work + f.Inbox, Earlier(f.OldestWork, f.OldestInbox) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, f.GivenUp)),
        ];
    }

    internal void Measure()
    {
        var (now, all, figures) = (time.Now(), connectors.All(), Figures(store).ToDictionary(f => f.Connector, StringComparer.Ordinal));
        foreach (var connector in all)
        {
            if (connector.Account is not null || connector.IsDeleting) _unreadable.Remove(connector.Id);
            else if (_unreadable.TryAdd(connector.Id, now))
                log.LogWarning("The account of the connector {Connector} does not open with the keys that are here: nothing is carried until it is set anew, or the key is put back.", connector.Id);
            var since = connector.Row.FailingSince is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : _unreadable.TryGetValue(connector.Id, out var found) ? found : now;
            var stands = figures.GetValueOrDefault(connector.Id);
            metrics.Stands(connector.Id, now - (stands?.OldestPending ?? now), stands?.GivenUp ?? 0, now - since);
        }
        // Of one that was deleted the last word would stand for as long as the process does, and its alarm with it.
        var measured = all.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var id in _measured.Except(measured)) metrics.Stands(id, TimeSpan.Zero, 0, TimeSpan.Zero);
        _measured = measured;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                Measure();
            }
            catch (Exception e)
            {
                log.LogWarning("Connectors could not be measured ({Kind}); it is tried again.", e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static long? Earlier(long? one, long? other) => one < other ? one : other ?? one;
}

/// <summary>
/// Degraded, which is an alarm and takes nothing out of service, while a connector cannot be spoken to for ten minutes, its account does not open, something
/// waits so long in vain, a change was given up, or there are connectors and marketing cannot be asked.
/// </summary>
internal sealed class ConnectorsHealth(ConnectorStore store, ConnectorBook connectors, ConnectorSettings settings, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var (all, figures, before) = (connectors.All(), WatchConnectors.Figures(store), time.Now() - Patience);
        var unreadable = all.Count(c => c.Status == Connector.Unreadable);
        var failing = all.Count(c => c.Row.FailingSince < before.ToUnixTimeMilliseconds());
        var paused = all.Where(c => c.Status == Connector.Paused).Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        var (late, givenUp) = (figures.Count(f => f.OldestPending < before && !paused.Contains(f.Connector)), figures.Sum(f => f.GivenUp));
        var isUnset = all.Count > 0 && !settings.AreSet;
        return Task.FromResult(unreadable == 0 && failing == 0 && late == 0 && givenUp == 0 && !isUnset
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded(
                $"{failing} connectors cannot be spoken to, {unreadable} accounts do not open, {late} are late, {givenUp} changes were given up: see GET /v1/connectors.{(isUnset ? " Connectors:Marketing and a token are not set." : "")}"));
    }
}
