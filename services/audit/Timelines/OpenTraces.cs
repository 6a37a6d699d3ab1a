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
    /// <summary>How many are read beside each other: a database elsewhere is asked several times for each.</summary>
    public const int AtOnce = 8;

    /// <param name="positions">Few: see <see cref="AtOnce"/>.</param>
    /// <returns>One for each, null where it is not open.</returns>
    public Task<OpenTrace?[]> AtAsync(ClaimsPrincipal user, IEnumerable<long> positions, CancellationToken cancel) =>
        Task.WhenAll(positions.Select(position => AtAsync(user, position, cancel)));

    /// <param name="position">Of the event's record in the feed.</param>
    /// <param name="isOpened">Whether the caller may see this person whatever restricts him: see <see cref="RestrictedPersons.RefusalAsync"/>.</param>
    public async Task<OpenTrace?> AtAsync(ClaimsPrincipal user, long position, CancellationToken cancel, bool isOpened = false) =>
        position > 0 && await log.FindByPositionAsync(position, cancel) is { Stream.Length: > 0 } found ? await InAsync(user, found.Stream, isOpened, cancel) : null;

    /// <param name="isOpened">As above.</param>
    public Task<OpenTrace?> OfAsync(ClaimsPrincipal user, string id, CancellationToken cancel, bool isOpened = false) => InAsync(user, AuditLog.TraceOf(id), isOpened, cancel);

    public Task<LogPlace?> PlaceOfAsync(OpenTrace trace, CancellationToken cancel) => places.FindAsync(trace.Event, trace.Controller, cancel);

    private async Task<OpenTrace?> InAsync(ClaimsPrincipal user, string stream, bool isOpened, CancellationToken cancel)
    {
        var records = await log.HistoryAsync(stream, cancel);
        if (LoggedEvent.In(records) is not { } e) return null;
        IReadOnlyList<string?> controllers = places.ControllersOf(e);
        if (controllers.Count == 0) controllers = [e.Controller ?? (e.Site is null ? null : await places.OwnerOfAsync(e.Site, cancel))];
        if (controllers.FirstOrDefault(c => Tenancy.Allows(user, e.Site ?? "", c)) is not { } controller) return null;
        if (!isOpened && await restricted.OfAsync(e.Record, cancel) is { IsRestricted: true }) return null;
        var heard = records.Where(r => r.Kind != LogRecord.Erased).Select(AuditLog.HeardOf).ToList();
        return new OpenTrace(e, AuditLog.HeardOf(e.Record).EventId, controller, heard);
    }
}
