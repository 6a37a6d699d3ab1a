using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>
/// Keeps <see cref="SiteOwners"/> in audit's own log: streams <c>log-site/{site}</c>, which lie under their names. Marketing's events name a site and no controller, and may
/// be heard before the site's first declaration. What subscribers ask for stands in the log already (<see cref="KnownSubscribers"/>).
/// </summary>
internal sealed class LogSites([FromKeyedServices(AuditSetup.Service)] IRecordLog log, AuditLog audit)
{
    private const string Prefix = "log-site/";
    private const string Owned = "log-site-owned";
    private const string Waits = "log-site-waits";
    private const int PageSize = 1000;
    private readonly Lock _gate = new();
    private SiteOwners _owners = SiteOwners.None;
    private readonly Dictionary<string, long> _read = new(StringComparer.Ordinal) { [Prefix] = 0, [KnownSubscribers.Prefix] = 0 };

    /// <summary>As far as this process has read.</summary>
    public SiteOwners Owners => Volatile.Read(ref _owners);

    public static bool IsStream(string stream) => stream.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>All that was noted until now, by whichever process.</summary>
    public async Task LoadAsync(CancellationToken cancel)
    {
        foreach (var prefix in (string[])[Prefix, KnownSubscribers.Prefix])
            while (await log.NamedFeedAsync(prefix, ReadOf(prefix), PageSize, cancel) is { Count: > 0 } page)
                foreach (var record in page) Take(record);
    }

    /// <summary>All that was read may be gone from the log.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _owners = SiteOwners.None;
            foreach (var prefix in _read.Keys.ToList()) _read[prefix] = 0;
        }
    }

    /// <summary>A record of the feed, if it is a note of this kind.</summary>
    public void Take(LogRecord record)
    {
        var prefix = IsStream(record.Stream) ? Prefix : KnownSubscribers.IsStream(record.Stream) ? KnownSubscribers.Prefix : null;
        if (prefix is null) return;
        var site = record.Stream[prefix.Length..];
        lock (_gate)
        {
            _read[prefix] = Math.Max(_read[prefix], record.Position);
            if (KnownSubscribers.WishIn(record) is { } wish) _owners = _owners.WithWish(wish.Subscriber, wish.Site, record.Position);
            else if (record.Kind == Owned && record.Read<OwnedNote>() is var owned) _owners = _owners.With(site, owned.Controller, owned.Version, owned.Since);
            else if (record.Kind == Waits) _owners = _owners.WithWaiting(site, record.Read<WaitsNote>().Position);
        }
    }

    /// <summary>Durable on return, and once however often it is noted.</summary>
    /// <param name="version">Of the declaration that says so.</param>
    public async Task NoteOwnerAsync(string site, string controller, int version, long since, CancellationToken cancel)
    {
        if (!Owners.IsNews(site, controller, version, since)) return;
        await audit.NoteAsync($"{Prefix}{site}", Owned, new OwnedNote(controller, since, version), $"{Owned}:{since}", cancel);
        lock (_gate) _owners = _owners.With(site, controller, version, since);
    }

    /// <summary>As above.</summary>
    public async Task NoteWaitingAsync(string site, long position, CancellationToken cancel)
    {
        await audit.NoteAsync($"{Prefix}{site}", Waits, new WaitsNote(position), $"{Waits}:{position}", cancel);
        lock (_gate) _owners = _owners.WithWaiting(site, position);
    }

    private long ReadOf(string prefix)
    {
        lock (_gate) return _read[prefix];
    }

    private sealed record OwnedNote(string Controller, long Since, int Version = 0);

    private sealed record WaitsNote(long Position);
}
