using Microsoft.Data.Sqlite;

namespace Consent.Storage;

/// <summary>The ledger's reads on SQLite, on a connection of their own.</summary>
internal sealed class LedgerReader : StatementSet
{
    private const string Closed = "SELECT sequence, position, name, closed_at, sooner FROM applied JOIN subscriber ON number = subscriber";
    private readonly Statement _registry;
    private readonly Statement _closedOf;
    private readonly Statement _closedAfter;
    private readonly Statement _between;
    private readonly Statement _isClosed;

    public LedgerReader(SqliteConnection connection) : base(connection)
    {
        _registry = Prepare("""
            SELECT number, name, kinds, purposes, every_version, joined, frontier, last_seen, loaded, retired_at, retired_because
            FROM subscriber WHERE kinds <> '' ORDER BY name
            """);
        // By the index, which begins with the subscriber: there are few of them.
        _closedOf = Prepare("""
            SELECT sequence, position, name, closed_at, sooner FROM subscriber CROSS JOIN applied INDEXED BY applied_delivery
            ON subscriber = number AND position = ?1 ORDER BY name
            """);
        _closedAfter = Prepare($"{Closed} WHERE sequence > ?1 ORDER BY sequence LIMIT ?2");
        _between = Prepare("SELECT position FROM applied WHERE subscriber = ?1 AND position > ?2 AND position <= ?3");
        _isClosed = Prepare("SELECT 1 FROM applied WHERE subscriber = ?1 AND position = ?2");
    }

    public List<Subscriber> Registry() => _registry.List(row => new Subscriber(
        row.Int32(0), row.Text(1), Subscriber.Words(row.Text(2)), row.IsNull(3) ? null : Subscriber.Words(row.Text(3)), row.Bool(4), row.Int64(5), row.Int64(6),
        row.Int64(7) == 0 ? null : row.Moment(7), row.IsNull(8) ? null : row.Bool(8), row.IsNull(9) ? null : row.Moment(9), row.IsNull(10) ? null : row.Text(10)));

    public List<ClosedRow> ClosedOf(long position) => _closedOf.List(Row, position);

    public List<ClosedRow> ClosedAfter(long sequence, int max) => _closedAfter.List(Row, sequence, max);

    public HashSet<long> Between(int subscriber, long after, long through) => [.. _between.List(row => row.Int64(0), subscriber, after, through)];

    public HashSet<long> Among(int subscriber, IEnumerable<long> positions) => [.. positions.Where(position => _isClosed.Number(subscriber, position) is not null)];

    private static ClosedRow Row(Row row) => new(row.Int64(0), row.Int64(1), row.Text(2), row.Moment(3), row.Int32(4));
}
