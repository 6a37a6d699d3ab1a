using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>A record that an entry of a controller's log is to commit to.</summary>
/// <param name="Trigger">Position of the record with which it comes into the log: its own, or that of a later one without which it could not.</param>
internal sealed record Candidate(string Controller, string Class, LogRecord Record, long Trigger);

/// <summary>Which records of the feed go into which logs; pure. Told by positions alone, so that the same feed gives the same however often and from where it is read.</summary>
internal static class LogDecision
{
    /// <param name="page">Records of the feed, ascending.</param>
    /// <param name="traces">The whole stream of each acknowledgement and of each event in the page that is not the first of its stream.</param>
    public static IEnumerable<Candidate> Of(IEnumerable<LogRecord> page, IReadOnlyDictionary<string, IReadOnlyList<LogRecord>> traces, SiteOwners owners) =>
        page.SelectMany(record => OfOne(record, record.Position, traces, owners));

    /// <summary>What was heard of a site before its first declaration, and comes into the log with that.</summary>
    /// <param name="trigger">Position of the declaration.</param>
    /// <param name="traces">As above, of these records.</param>
    public static IEnumerable<Candidate> Late(IEnumerable<LogRecord> waited, long trigger, IReadOnlyDictionary<string, IReadOnlyList<LogRecord>> traces, SiteOwners owners) =>
        waited.Where(record => record.Position < trigger).SelectMany(record => OfOne(record, trigger, traces, owners));

    /// <summary>What of the page waits for a declaration: site and position, acknowledgements that came before their event with it.</summary>
    public static IEnumerable<(string Site, long Position)> Waiting(IEnumerable<LogRecord> page, IReadOnlyDictionary<string, IReadOnlyList<LogRecord>> traces, SiteOwners owners)
    {
        foreach (var record in page)
        {
            if (LoggedEvent.Of(record) is { } e && e.Waits(owners, record.Position))
            {
                yield return (e.Site!, record.Position);
                foreach (var early in Early(record, traces)) yield return (e.Site!, early.Position);
            }
            else if (EventOf(record, record.Position, traces) is { } its && its.Waits(owners, record.Position))
            {
                yield return (its.Site!, record.Position);
            }
        }
    }

    private static IEnumerable<Candidate> OfOne(LogRecord record, long trigger, IReadOnlyDictionary<string, IReadOnlyList<LogRecord>> traces, SiteOwners owners)
    {
        if (EventOf(record, trigger, traces) is { } its) return its.Controllers(owners, trigger).Select(c => new Candidate(c, LogClass.Delivery, record, trigger));
        if (LoggedEvent.Of(record) is not { } e) return [];
        // What waited is taken one by one, acknowledgements too.
        var early = trigger == record.Position ? Early(record, traces) : [];
        return e.Controllers(owners, trigger).SelectMany(c => (Candidate[])[new(c, e.Class, record, trigger), .. early.Select(a => new Candidate(c, LogClass.Delivery, a, trigger))]);
    }

    /// <summary>The event that is acknowledged, when it was heard before; otherwise the acknowledgement comes with the event.</summary>
    private static LoggedEvent? EventOf(LogRecord record, long trigger, IReadOnlyDictionary<string, IReadOnlyList<LogRecord>> traces) =>
        LoggedEvent.IsAcknowledgement(record) && LoggedEvent.In(traces.GetValueOrDefault(record.Stream) ?? []) is { } e && e.Record.Position < trigger ? e : null;

    private static IEnumerable<LogRecord> Early(LogRecord record, IReadOnlyDictionary<string, IReadOnlyList<LogRecord>> traces) =>
        (traces.GetValueOrDefault(record.Stream) ?? []).Where(r => LoggedEvent.IsAcknowledgement(r) && r.Position < record.Position);
}
