using Consent.Contracts;

namespace Consent.Connectors;

/// <summary>
/// Reads the contacts of a mailing system a page at a time: all of them at first and every few hours, and between that those that changed. Learns which
/// subject each is, brings here what was opted out there, and puts what differs otherwise into the queue. Where it came to lies in the file, and moves only
/// when the page was dealt with as a whole.
/// </summary>
internal sealed class WalkContacts(
    ConnectorStore store, ContactBook contacts, MailingSystems systems, WeighContacts weigh, ConnectorSettings settings, TimeProvider time)
{
    public const string Walk = "walk";
    public const string Changes = "changes";

    /// <summary>So much earlier than the round before began: clocks differ, and what is read twice changes nothing.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromMinutes(10);

    /// <summary>A walk that a "no" asked for begins so long after the one before, at least.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongestWithoutChanges = TimeSpan.FromHours(1);
    private const int InOneWrite = 200;

    /// <summary>Whether a round is under way or due.</summary>
    public bool IsDue(Connector connector) => RoundOf(connector, time.Now()) is not null;

    /// <summary>Reads one page, if a round is under way or due.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> PageAsync(Connector connector, CancellationToken cancel)
    {
        var (row, now, system) = (connector.Row, time.Now(), systems.Of(connector));
        if (RoundOf(connector, now) is not { } round) return false;
        var began = row.Round is not null && row.RoundBegan is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : now;
        var since = round == Changes && row.Since is { } from ? DateTimeOffset.FromUnixTimeMilliseconds(from) : (DateTimeOffset?)null;

        var page = await system.ReadAsync(connector.Account!, since, row.Round is null ? null : row.RoundPage, cancel);
        // Of a contact that stands twice on a page the later counts.
        var found = page.Contacts.Where(c => c.Address.Length > 0).GroupBy(c => c.Id, StringComparer.Ordinal).Select(same => same.Last()).ToList();
        var weighed = await weigh.WeighAsync(connector, found, cancel);
        var learned = weighed.Select(w => w.Learned(w.CarryAt(now))).Chunk(InOneWrite).ToList();
        // Some at a time: whoever else writes waits meanwhile, at other replicas too. The last with the place, of a page of nobody too.
        for (var i = 0; i < learned.Count - 1; i++)
            if (!await LearnAsync(connector, learned[i], now, _ => { }, cancel)) return true;
        await LearnAsync(connector, learned.LastOrDefault() ?? [], now, db => ConnectorBook.MoveRound(db, row, round, began, page.Next, now + settings.PollEvery), cancel);
        return true;
    }

    /// <summary>False when it was deleted or set anew meanwhile: then it begins anew, too.</summary>
    private Task<bool> LearnAsync(Connector connector, LearnedContact[] some, DateTimeOffset began, Action<ConnectorDb> then, CancellationToken cancel) => store.WriteAsync(
        db =>
        {
            if (!contacts.Learn(db, connector, some, began)) return false;
            then(db);
            return true;
        },
        cancel);

    private string? RoundOf(Connector connector, DateTimeOffset now) =>
        connector.Row.Round ?? RoundDue(connector.Row, systems.Of(connector).TellsChanges, settings.WalkEvery, now);

    /// <summary>Which round is to begin; null for none.</summary>
    internal static string? RoundDue(ConnectorRow row, bool tellsChanges, TimeSpan walkEvery, DateTimeOffset now)
    {
        var every = tellsChanges || walkEvery < LongestWithoutChanges ? walkEvery : LongestWithoutChanges;
        if (row.WalkedAt is not { } at) return Walk;
        var walked = DateTimeOffset.FromUnixTimeMilliseconds(at);
        if (walked + every <= now) return Walk;
        if (tellsChanges && row.NextRound <= now.ToUnixTimeMilliseconds()) return Changes;
        // A "no" that found nobody, and was heard after that walk began: its pages may have been read by then.
        return row.WalkAskedAt >= at && walked + Apart <= now ? Walk : null;
    }
}
