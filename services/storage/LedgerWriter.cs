using Consent.Contracts;
using Microsoft.Data.Sqlite;

namespace Consent.Storage;

/// <summary>The ledger's writes on SQLite. Each is a part of one transaction, and the same again when repeated.</summary>
internal sealed class LedgerWriter : StatementSet
{
    private readonly Statement _number;
    private readonly Statement _add;
    private readonly Statement _announce;
    private readonly Statement _close;
    private readonly Statement _moveFrontier;
    private readonly Statement _retire;

    public LedgerWriter(SqliteConnection connection) : base(connection)
    {
        _number = Prepare("SELECT number FROM subscriber WHERE name = ?1");
        _add = Prepare("INSERT INTO subscriber (name, kinds, every_version, last_seen, joined, frontier) VALUES (?1, '', 0, 0, 0, 0)");
        _announce = Prepare("""
            UPDATE subscriber SET kinds = ?2, purposes = ?3, every_version = ?4, last_seen = iif(?5 = 0, last_seen, ?5), loaded = ?6,
            joined = iif(kinds = '', ?7, joined), frontier = iif(kinds = '', ?7, frontier) WHERE number = ?1
            """);
        _close = Prepare("INSERT OR IGNORE INTO applied (subscriber, position, closed_at, sooner) VALUES (?1, ?2, ?3, ?4)");
        _moveFrontier = Prepare("UPDATE subscriber SET frontier = ?2 WHERE number = ?1 AND frontier < ?2");
        _retire = Prepare("UPDATE subscriber SET retired_at = ?2, retired_because = ?3 WHERE name = ?1 AND kinds <> ''");
    }

    public bool Register(SubscriberAnnounced announced, DateTimeOffset? seen, long joined)
    {
        var number = NumberOf(announced.Subscriber);
        return _announce.Run(
            number, string.Join(' ', announced.Kinds), announced.Purposes is { } purposes ? string.Join(' ', purposes) : null, announced.EveryVersion,
            seen?.ToUnixTimeMilliseconds() ?? 0, announced.Loaded, joined) > 0;
    }

    public int Close(string subscriber, IReadOnlyList<long> positions, DateTimeOffset appliedAt, DateTimeOffset closedAt)
    {
        var (number, sooner) = (NumberOf(subscriber), ClosedRow.SoonerOf(appliedAt, closedAt));
        return positions.Sum(position => _close.Run(number, position, closedAt.ToUnixTimeMilliseconds(), sooner));
    }

    public int MoveFrontier(int subscriber, long position) => _moveFrontier.Run(subscriber, position);

    public bool Retire(string name, string? because, DateTimeOffset at) => _retire.Run(name, because is null ? null : at.ToUnixTimeMilliseconds(), because) > 0;

    private long NumberOf(string name)
    {
        if (_number.Number(name) is { } known) return known;
        _add.Run(name);
        return _number.Number(name)!.Value;
    }
}
