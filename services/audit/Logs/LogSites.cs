using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>
/// Keeps <see cref="SiteOwners"/> in audit's own log: streams <c>log-site/{site}</c>, which lie under their names. Marketing's events name a site and no controller, and may
/// be heard before the site's first declaration.
/// </summary>
internal sealed class LogSites([FromKeyedServices(AuditSetup.Service)] IRecordLog log, AuditLog audit)
{
    private const string Prefix = "log-site/";
    private const string Owned = "log-site-owned";
    private const string Waits = "log-site-waits";
    private const int PageSize = 1000;
    private readonly Lock _gate = new();
    private SiteOwners _owners = SiteOwners.None;
    private long _read;

    /// <summary>As far as this process has read.</summary>
    public SiteOwners Owners => Volatile.Read(ref _owners);

    public static bool IsStream(string stream) => stream.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>All that was noted until now, by whichever process.</summary>
    public async Task LoadAsync(CancellationToken cancel)
    {
        while (await log.NamedFeedAsync(Prefix, Interlocked.Read(ref _read), PageSize, cancel) is { Count: > 0 } page)
            foreach (var record in page) Take(record);
    }

    /// <summary>A record of the feed, if it is a note of this kind.</summary>
    public void Take(LogRecord record)
    {
        if (!IsStream(record.Stream)) return;
        var site = record.Stream[Prefix.Length..];
        lock (_gate)
        {
            _read = Math.Max(_read, record.Position);
            if (record.Kind == Owned && record.Read<OwnedNote>() is var owned) _owners = _owners.With(site, owned.Controller, owned.Since);
            else if (record.Kind == Waits) _owners = _owners.WithWaiting(site, record.Read<WaitsNote>().Position);
        }
    }

    /// <summary>Durable on return, and once however often it is noted.</summary>
    public async Task NoteOwnerAsync(string site, string controller, long since, CancellationToken cancel)
    {
        if (!Owners.IsNews(site, controller, since)) return;
        await audit.NoteAsync($"{Prefix}{site}", Owned, new OwnedNote(controller, since), $"{Owned}:{since}", cancel);
        lock (_gate) _owners = _owners.With(site, controller, since);
    }

    /// <summary>As above.</summary>
    public async Task NoteWaitingAsync(string site, long position, CancellationToken cancel)
    {
        await audit.NoteAsync($"{Prefix}{site}", Waits, new WaitsNote(position), $"{Waits}:{position}", cancel);
        lock (_gate) _owners = _owners.WithWaiting(site, position);
    }

    private sealed record OwnedNote(string Controller, long Since);

    private sealed record WaitsNote(long Position);
}
