using System.Security.Claims;
using Consent.Audit.Holds;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.Audit.Timelines;

/// <summary>All that was heard of one event.</summary>
/// <param name="Controller">In whose log it is, or is to be.</param>
internal sealed record OpenTrace(LoggedEvent Event, string Id, string Controller, IReadOnlyList<Heard> Heard)
{
    public DateTimeOffset HeardAt => Event.Record.RecordedAt;

    /// <summary>Null for what is no receipt.</summary>
    public HeardReceipt? Receipt => AuditLog.HeardOf(Event.Record).As<ConsentChanged>() is { } changed ? new HeardReceipt(changed, HeardAt, Heard) : null;

    /// <summary>Who applied it, each by its own word and clock.</summary>
    public IReadOnlyList<Application> Applied => TraceStory.AppliedTo(Id, Heard, HeardAt);
}

/// <summary>Reads traces that are open to a caller; what is another controller's is as if it were not there, and so is, unless it is asked for too, what is restricted.</summary>
internal sealed class OpenTraces([FromKeyedServices(AuditSetup.Service)] IRecordLog log, LogPlaces places, RestrictedPersons restricted)
{
    /// <summary>How many are in memory at once. Each call asks the log twice or three times, however many it is for: a database elsewhere would else be asked for each line of a page.</summary>
    public const int AtOnce = 100;

    /// <param name="positions">Of the events' records in the feed; few: see <see cref="AtOnce"/>.</param>
    /// <param name="isOpened">Whether the caller may see these persons whatever restricts them: see <see cref="RestrictedPersons.RefusalAsync"/>.</param>
    /// <returns>One for each, null where it is not open.</returns>
    public async Task<IReadOnlyList<OpenTrace?>> AtAsync(ClaimsPrincipal user, IReadOnlyList<long> positions, CancellationToken cancel, bool isOpened = false)
    {
        var found = await log.FindByPositionsAsync(positions, cancel);
        return await InAsync(user, [.. found.Select(r => r is { Stream.Length: > 0 } ? r.StreamKey : (StreamKey?)null)], isOpened, cancel);
    }

    /// <summary>One, as above.</summary>
    public async Task<OpenTrace?> AtAsync(ClaimsPrincipal user, long position, CancellationToken cancel, bool isOpened = false) =>
        position > 0 ? (await AtAsync(user, [position], cancel, isOpened))[0] : null;

    /// <summary>The same of what is told of events, by their ids.</summary>
    public Task<IReadOnlyList<OpenTrace?>> OfAsync(ClaimsPrincipal user, IReadOnlyList<string> ids, CancellationToken cancel, bool isOpened = false) =>
        InAsync(user, [.. ids.Select(id => (StreamKey?)log.KeyOf(AuditLog.TraceOf(id)))], isOpened, cancel);

    /// <summary>One, as above.</summary>
    public async Task<OpenTrace?> OfAsync(ClaimsPrincipal user, string id, CancellationToken cancel, bool isOpened = false) => (await OfAsync(user, [id], cancel, isOpened))[0];

    public Task<LogPlace?> PlaceOfAsync(OpenTrace trace, CancellationToken cancel) => places.FindAsync(trace.Event, trace.Controller, cancel);

    /// <summary>The same of many, in their order.</summary>
    public Task<IReadOnlyList<LogPlace?>> PlacesOfAsync(IReadOnlyList<OpenTrace> found, CancellationToken cancel) => places.FindAsync([.. found.Select(t => (t.Event, t.Controller))], cancel);

    private async Task<IReadOnlyList<OpenTrace?>> InAsync(ClaimsPrincipal user, IReadOnlyList<StreamKey?> streams, bool isOpened, CancellationToken cancel)
    {
        var wanted = streams.OfType<StreamKey>().Distinct().ToList();
        var open = new Dictionary<StreamKey, OpenTrace>();
        var read = await log.HistoriesAsync(wanted, cancel);
        foreach (var (stream, records, its) in wanted.Zip(read, await LoggedEvent.InAsync(log, read, cancel)))
        {
            if (its is { } e && await OpenToAsync(user, e, cancel) is { } controller)
                open[stream] = new OpenTrace(e, AuditLog.HeardOf(e.Record).EventId, controller, [.. records.Where(r => r.Kind != LogRecord.Erased).Select(AuditLog.HeardOf)]);
        }

        if (!isOpened)
        {
            var found = open.ToList();
            var kept = await restricted.OfAsync([.. found.Select(f => f.Value.Event.Record)], cancel);
            foreach (var (one, _) in found.Zip(kept).Where(each => each.Second is { IsRestricted: true })) open.Remove(one.Key);
        }

        return [.. streams.Select(s => s is { } stream ? open.GetValueOrDefault(stream) : null)];
    }

    /// <summary>By which controller the caller may see it; null when he may not.</summary>
    private async Task<string?> OpenToAsync(ClaimsPrincipal user, LoggedEvent e, CancellationToken cancel)
    {
        IReadOnlyList<string?> controllers = places.ControllersOf(e);
        if (controllers.Count == 0) controllers = [e.Controller ?? (e.Site is null ? null : await places.OwnerOfAsync(e.Site, cancel))];
        return controllers.FirstOrDefault(c => Tenancy.Allows(user, e.Site ?? "", c));
    }
}
