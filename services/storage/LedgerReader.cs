using Microsoft.Data.Sqlite;

namespace Consent.Storage;

/// <summary>The ledger's reads, on a connection of their own.</summary>
internal sealed class LedgerReader : StatementSet
{
    private readonly Statement _cursor;
    private readonly Statement _registry;
    private readonly Statement _subscribers;
    private readonly Statement _deliveries;
    private readonly Statement _closedAfter;
    private readonly Statement _dueNewest;
    private readonly Statement _dueOldest;

    public LedgerReader(SqliteConnection connection) : base(connection)
    {
        _cursor = Prepare("SELECT cursor FROM relay");
        _registry = Prepare("SELECT number, name, kinds, every_version, earlier, joined FROM subscriber WHERE kinds <> ''");
        _subscribers = Prepare("""
            SELECT name, kinds, every_version, last_seen, count(position), min(opened_at)
            FROM subscriber LEFT JOIN open ON subscriber = number GROUP BY number ORDER BY name
            """);
        _deliveries = Prepare("""
            SELECT name, opened_at, applied_at, closed_at, superseded_by FROM closed JOIN subscriber ON number = subscriber WHERE position = ?1
            UNION ALL
            SELECT name, opened_at, NULL, NULL, NULL FROM subscriber JOIN open ON subscriber = number AND stream = ?2 AND position = ?1
            ORDER BY 1
            """);
        _closedAfter = Prepare("""
            SELECT sequence, position, name, applied_at FROM closed JOIN subscriber ON number = subscriber
            WHERE sequence > ?1 ORDER BY sequence LIMIT ?2
            """);
        _dueNewest = PrepareDue("max");
        _dueOldest = PrepareDue("min");
    }

    public long Cursor() => _cursor.Number().GetValueOrDefault();

    public List<Subscriber> Registry() => _registry.List(LedgerSchema.Subscriber);

    public List<SubscriberStatus> Subscribers() => _subscribers.List(row => new SubscriberStatus(
        row.Text(0), LedgerSchema.Kinds(row.Text(1)), row.Bool(2), row.Moment(3), row.Int64(4),
        row.IsNull(5) ? null : row.Moment(5)));

    public List<DeliveryRow> DeliveriesOf(Place record) => _deliveries.List(row => new DeliveryRow(
        row.Text(0), row.Moment(1), row.IsNull(2) ? null : row.Moment(2), row.IsNull(3) ? null : row.Moment(3),
        row.IsNull(4) ? null : row.Int64(4)), record.Position, record.Stream);

    public List<ClosedRow> ClosedAfter(long sequence, int max) => _closedAfter.List(
        row => new ClosedRow(row.Int64(0), row.Int64(1), row.Text(2), row.Moment(3)), sequence, max);

    public List<DueDelivery> Due(long subscriber, bool oldestFirst, DateTimeOffset now, int max) => (oldestFirst ? _dueOldest : _dueNewest).List(
        row => new DueDelivery(new Place(row.Int64(0), row.Int64(1)), row.Moment(2), row.Int32(3)),
        subscriber, now.ToUnixTimeMilliseconds(), max);

    private Statement PrepareDue(string chosen) => Prepare($"""
        SELECT position, stream, due_at, attempts FROM open AS o
        WHERE subscriber = ?1 AND due_at <= ?2
        AND position = (SELECT {chosen}(position) FROM open WHERE subscriber = ?1 AND stream = o.stream)
        ORDER BY due_at LIMIT ?3
        """);
}
