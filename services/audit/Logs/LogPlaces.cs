using Consent.Contracts;
using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>Where an event's own entry stands; the proof of it is at <c>/v1/audit/proofs/{id}</c>.</summary>
/// <param name="At">When the log took it.</param>
internal sealed record LogPlace(string Log, long Index, DateTimeOffset At);

/// <summary>Finds entries of the logs by the records that they commit to, as far as the newest checkpoint covers them.</summary>
internal sealed class LogPlaces(
    [FromKeyedServices(AuditSetup.Service)] IRecordLog log, AuditLog audit, DerivedLogs logs, LogSites sites, LogSettings settings, TimeProvider time)
{
    /// <summary>Whose logs have it; none while its site has no controller.</summary>
    public IReadOnlyList<string> ControllersOf(LoggedEvent e) => e.Controllers(sites.Owners, long.MaxValue);

    /// <summary>The site's controller by the newest declaration that the logs have taken in, else by the one in force; null before the first. The usual case reads nothing.</summary>
    public async ValueTask<string?> OwnerOfAsync(string site, CancellationToken cancel) =>
        sites.Owners.Of(site, long.MaxValue, long.MaxValue) ?? (await SiteDeclarations.ReadAsync(audit, site, cancel)).Current(time.Now())?.Declaration.Controller.Id;

    /// <summary>Null while it is not under a checkpoint, and for what is erased.</summary>
    public async Task<LogPlace?> FindAsync(LoggedEvent e, string controller, CancellationToken cancel) => (await FindAsync([(e, controller)], cancel))[0];

    /// <summary>The same of many, in their order.</summary>
    public async Task<IReadOnlyList<LogPlace?>> FindAsync(IReadOnlyList<(LoggedEvent Event, string Controller)> events, CancellationToken cancel)
    {
        var (places, salts) = (new List<LogPlace?>(), await log.SaltsOfAsync([.. events.Select(e => e.Event.Record)], cancel));
        foreach (var (one, salt) in events.Zip(salts)) places.Add(salt is null ? null : await FindAsync(one.Event, one.Controller, salt, cancel));
        return places;
    }

    private async Task<LogPlace?> FindAsync(LoggedEvent e, string controller, byte[] salt, CancellationToken cancel)
    {
        if (logs.Served(settings.LogOf(controller)) is not { } served) return null;
        var commitment = GatherEntries.CommitmentTo(e.Record, salt);
        foreach (var (index, _) in logs.Find(served.Name, commitment).Where(found => found.Batch == 0 && found.Entry < served.Size))
        {
            var bytes = await served.Reader.EntryAsync(index, served.Size, cancel);
            var entry = LogEntry.Read(bytes.Span);
            if (entry.Commitment is not null && entry.Commitment.AsSpan().SequenceEqual(commitment)) return new LogPlace(served.Name, index, entry.At);
        }

        return null;
    }
}
