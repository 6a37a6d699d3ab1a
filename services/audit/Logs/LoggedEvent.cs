using System.Collections.Frozen;
using System.Text.Json;
using Consent.Audit.Holds;
using Consent.Contracts;
using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>What happened and gets an entry of its own: the record in audit's log that is the event itself, in the trace of its id; the note of a look (<see cref="AccessNotes"/>); or an act about a hold (<see cref="HoldAct"/>).</summary>
/// <param name="Controller">By the event's own word; null where it names a site alone, or nobody.</param>
/// <param name="Version">Of a declaration.</param>
/// <param name="Subscriber">That was retired or readmitted.</param>
internal sealed record LoggedEvent(LogRecord Record, string Class, string? Site, string? Controller, int Version = 0, string? Subscriber = null)
{
    private const string Trace = "trace/";

    private static readonly FrozenDictionary<string, string> Classes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [DeclarationPublished.Kind] = LogClass.Declaration,
        [ConsentChanged.Kind] = LogClass.Decision,
        [MarketingUnsubscribed.Kind] = LogClass.Decision,
        [MarketingUnsubscribeUndone.Kind] = LogClass.Decision,
        [MarketingSubscribed.Kind] = LogClass.Decision,
        [ConsentErased.Kind] = LogClass.Erasure,
        [ErasureAsked.Kind] = LogClass.Request,
        [MarketingErased.Kind] = LogClass.Erasure,
        [SubscriberRetired.Kind] = LogClass.Subscriber,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool IsAcknowledgement(LogRecord record) => record.Kind == ConsentApplied.Kind && record.Stream.StartsWith(Trace, StringComparison.Ordinal);

    /// <summary>Null for any other record; also for a copy of the event in another stream, as an opt-out's trace has of what took it back.</summary>
    public static LoggedEvent? Of(LogRecord record)
    {
        if (record.Kind == AccessNotes.Kind && AccessNotes.IsStream(record.Stream) && record.Read<Body>() is var look) return new LoggedEvent(record, LogClass.Access, look.Site, look.Controller);
        if (HoldJournal.ClassOf(record) is { } acted && record.Read<Body>() is var act) return new LoggedEvent(record, acted, act.Site, act.Controller);
        if (!Classes.TryGetValue(record.Kind, out var its) || !record.Stream.StartsWith(Trace, StringComparison.Ordinal)) return null;
        var body = record.Read<Body>();
        if (body.Id != record.Stream[Trace.Length..]) return null;
        // Elsewhere a declaration is named by its hash.
        var published = its == LogClass.Declaration ? body.Declaration.Deserialize<Published>(ContractJson.Options) : null;
        var declared = published?.Declaration;
        return new LoggedEvent(
            record, its, body.Site ?? body.Receipt?.Site ?? declared?.Site, body.Receipt?.Controller ?? declared?.Controller?.Id, published?.Version ?? 0,
            its == LogClass.Subscriber ? body.Subscriber : null);
    }

    /// <summary>The event of a trace; null for one that was not heard (yet), or was erased.</summary>
    public static LoggedEvent? In(IEnumerable<LogRecord> trace) => trace.Select(Of).FirstOrDefault(e => e is not null);

    /// <summary>
    /// The event of each trace, as above, with its place in the feed where it depends on that whose the event is: what was read with its stream may not have it yet, and would be taken for its site's
    /// present controller's.
    /// </summary>
    public static async ValueTask<IReadOnlyList<LoggedEvent?>> InAsync(IRecordLog log, IReadOnlyList<IReadOnlyList<LogRecord>> traces, CancellationToken cancel)
    {
        var events = traces.Select(In).ToList();
        var wanted = events.Index().Where(e => e.Item is { IsByPlace: true, Record.IsPlaced: false }).ToList();
        var placed = await log.PlacedAsync([.. wanted.Select(e => e.Item!.Record)], cancel);
        foreach (var ((at, one), record) in wanted.Zip(placed)) events[at] = record.IsPlaced ? one! with { Record = record } : null;
        return events;
    }

    /// <summary>The event of one trace, likewise.</summary>
    public static async ValueTask<LoggedEvent?> InAsync(IRecordLog log, IReadOnlyList<LogRecord> trace, CancellationToken cancel) => (await InAsync(log, [trace], cancel))[0];

    private bool IsByPlace => Class == LogClass.Subscriber || (Controller is null && Site is not null);

    /// <summary>Whose logs have it, for who has read the feed up to a position; none while its site has no controller there, or for ever when it names no site.</summary>
    public IReadOnlyList<string> Controllers(SiteOwners owners, long readThrough)
    {
        if (Class == LogClass.Subscriber) return [.. owners.OfSubscriber(Subscriber, Record.Position).Where(LogBatch.IsName)];
        var one = Controller ?? (Site is null ? null : owners.Of(Site, Record.Position, readThrough));
        return one is not null && LogBatch.IsName(one) ? [one] : [];
    }

    /// <summary>Whether it can have an entry, once the site that it names is known.</summary>
    public bool Waits(SiteOwners owners, long readThrough) =>
        Class != LogClass.Subscriber && Controller is null && Site is not null && owners.Of(Site, Record.Position, readThrough) is null;

    private sealed record Body(string? Id = null, string? Site = null, OfReceipt? Receipt = null, JsonElement Declaration = default, string? Controller = null, string? Subscriber = null);

    private sealed record OfReceipt(string? Site = null, string? Controller = null);

    private sealed record Published(OfDeclaration? Declaration = null, int Version = 0);

    private sealed record OfDeclaration(string? Site = null, OfController? Controller = null);

    private sealed record OfController(string? Id = null);
}
