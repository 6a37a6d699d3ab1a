using Microsoft.Data.Sqlite;

namespace Consent.Storage;

/// <summary>The ledger's writes. Each is a part of one transaction, and the same again when repeated.</summary>
internal sealed class LedgerWriter : StatementSet
{
    private static readonly TimeSpan SeenPrecision = TimeSpan.FromMinutes(1);
    private readonly Statement _opened;
    private readonly Statement _moveOpened;
    private readonly Statement _moveCursor;
    private readonly Statement _registry;
    private readonly Statement _find;
    private readonly Statement _lastSeen;
    private readonly Statement _add;
    private readonly Statement _change;
    private readonly Statement _open;
    private readonly Statement _moveEarlier;
    private readonly Statement _isClosed;
    private readonly Statement _takeOne;
    private readonly Statement _takeThrough;
    private readonly Statement _close;
    private readonly Statement _putOff;

    public LedgerWriter(SqliteConnection connection) : base(connection)
    {
        _opened = Prepare("SELECT opened FROM relay");
        _moveOpened = Prepare("UPDATE relay SET opened = ?1");
        _moveCursor = Prepare("UPDATE relay SET cursor = ?1 WHERE cursor < ?1");
        _registry = Prepare("SELECT number, name, kinds, every_version, earlier, joined FROM subscriber");
        _find = Prepare("SELECT number, name, kinds, every_version, earlier, joined FROM subscriber WHERE name = ?1");
        _lastSeen = Prepare("SELECT last_seen FROM subscriber WHERE number = ?1");
        _add = Prepare("INSERT INTO subscriber (name, kinds, every_version, last_seen, earlier, joined) VALUES (?1, '', 0, 0, 0, 0)");
        _change = Prepare(
            "UPDATE subscriber SET kinds = ?2, every_version = ?3, last_seen = ?4, earlier = ?5, joined = ?6 WHERE number = ?1");
        _open = Prepare("""
            INSERT OR IGNORE INTO open (subscriber, stream, position, opened_at, due_at, attempts)
            SELECT ?1, ?2, ?3, ?4, ?5, 0 WHERE NOT EXISTS (SELECT 1 FROM closed WHERE position = ?3 AND subscriber = ?1)
            """);
        _moveEarlier = Prepare("UPDATE subscriber SET earlier = ?3 WHERE number = ?1 AND earlier = ?2");
        _isClosed = Prepare("SELECT 1 FROM closed WHERE position = ?1 AND subscriber = ?2");
        _takeOne = Prepare("DELETE FROM open WHERE subscriber = ?1 AND stream = ?2 AND position = ?3 RETURNING position, opened_at");
        _takeThrough = Prepare("DELETE FROM open WHERE subscriber = ?1 AND stream = ?2 AND position <= ?3 RETURNING position, opened_at");
        _close = Prepare(
            "INSERT OR IGNORE INTO closed (position, subscriber, opened_at, applied_at, closed_at, superseded_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        _putOff = Prepare("UPDATE open SET due_at = ?4, attempts = ?5 WHERE subscriber = ?1 AND stream = ?2 AND position = ?3");
    }

    public bool Register(string name, IReadOnlyList<string> kinds, bool everyVersion, DateTimeOffset now)
    {
        var known = FindOrAdd(name);
        var wantsMore = (everyVersion && !known.EveryVersion) || kinds.Except(known.Kinds, StringComparer.Ordinal).Any();
        var same = !wantsMore && everyVersion == known.EveryVersion && kinds.Count == known.Kinds.Count;
        var seen = DateTimeOffset.FromUnixTimeMilliseconds(_lastSeen.Number(known.Number).GetValueOrDefault());
        if (same && now - seen < SeenPrecision) return false;
        // What is opened already is joined before; the rest is opened to it when published. Both ends are set in this transaction.
        var (earlier, joined) = wantsMore ? (0, _opened.Number().GetValueOrDefault()) : (known.Earlier, known.Joined);
        _change.Run(known.Number, string.Join(' ', kinds), everyVersion, now.ToUnixTimeMilliseconds(), earlier, joined);
        return wantsMore;
    }

    public int OpenNew(List<(Place Place, string? Kind)> page, DateTimeOffset now, DateTimeOffset due)
    {
        var opened = _opened.Number().GetValueOrDefault();
        var subscribers = _registry.List(LedgerSchema.Subscriber);
        var rows = 0;
        foreach (var (place, kind) in page.Where(p => p.Kind is not null && p.Place.Position > opened))
        {
            foreach (var subscriber in subscribers.Where(s => s.Kinds.Contains(kind!)))
                rows += Open(subscriber.Number, place, now, due);
        }

        if (page.Count > 0) _moveOpened.Run(Math.Max(opened, page[^1].Place.Position));
        return rows;
    }

    public int OpenEarlier(Subscriber to, List<Place> places, long through, DateTimeOffset now)
    {
        // Announced anew with other wishes in between: then the walk begins again, and this page is of the old one.
        if (_moveEarlier.Run(to.Number, to.Earlier, through) == 0) return 0;
        return places.Sum(place => Open(to.Number, place, now, now));
    }

    public bool Close(string name, Place applied, bool newestSuffices, DateTimeOffset appliedAt, DateTimeOffset now)
    {
        var subscriber = FindOrAdd(name);
        if (_isClosed.Number(applied.Position, subscriber.Number) is not null) return false;
        var take = newestSuffices && !subscriber.EveryVersion ? _takeThrough : _takeOne;
        var rows = take.List(row => (Position: row.Int64(0), OpenedAt: row.Int64(1)), subscriber.Number, applied.Stream, applied.Position);
        // Applied before it was opened, by one who had not announced itself yet.
        if (rows.TrueForAll(r => r.Position != applied.Position)) rows.Add((applied.Position, now.ToUnixTimeMilliseconds()));
        foreach (var (position, openedAt) in rows.OrderBy(r => r.Position))
        {
            _close.Run(
                position, subscriber.Number, openedAt, appliedAt.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds(),
                position == applied.Position ? null : applied.Position);
        }

        return true;
    }

    public int PutOff(long subscriber, IReadOnlyList<DueDelivery> deliveries) => deliveries.Sum(d =>
        _putOff.Run(subscriber, d.Place.Stream, d.Place.Position, d.DueAt.ToUnixTimeMilliseconds(), d.Attempts));

    public int Forget(long subscriber, DueDelivery unwanted) => _takeOne.List(
        row => row.Int64(0), subscriber, unwanted.Place.Stream, unwanted.Place.Position).Count;

    public int MoveCursor(long position) => _moveCursor.Run(position);

    private int Open(long subscriber, Place place, DateTimeOffset now, DateTimeOffset due) =>
        _open.Run(subscriber, place.Stream, place.Position, now.ToUnixTimeMilliseconds(), due.ToUnixTimeMilliseconds());

    private Subscriber FindOrAdd(string name)
    {
        var found = _find.List(LedgerSchema.Subscriber, name);
        if (found.Count == 0)
        {
            _add.Run(name);
            found = _find.List(LedgerSchema.Subscriber, name);
        }

        return found[0];
    }
}
