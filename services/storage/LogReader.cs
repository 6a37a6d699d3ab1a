using Microsoft.Data.Sqlite;

namespace Consent.Storage;

/// <summary>The log's reads, on a connection of their own.</summary>
internal sealed class LogReader : StatementSet
{
    private const string Columns = "position, stream, epoch, version, kind, recorded_at, slot, name, request, body";
    private readonly Statement _latest;
    private readonly Statement _oldest;
    private readonly Statement _slot;
    private readonly Statement _slotOfRecord;
    private readonly Statement _version;
    private readonly Statement _history;
    private readonly Statement _byVersion;
    private readonly Statement _byKey;
    private readonly Statement _byPosition;
    private readonly Statement _feed;
    private readonly Statement _namedFeed;
    private readonly Statement _cursor;
    private readonly Statement _position;
    private readonly Statement _newestOfStreams;

    public LogReader(SqliteConnection connection) : base(connection)
    {
        _latest = Prepare($"SELECT {Columns} FROM record WHERE stream = ?1 ORDER BY version DESC LIMIT 1");
        _oldest = Prepare($"SELECT {Columns} FROM record WHERE stream = ?1 ORDER BY version LIMIT 1");
        _slot = Prepare("SELECT slot FROM record WHERE stream = ?1 ORDER BY version DESC LIMIT 1");
        _slotOfRecord = Prepare("SELECT slot FROM record WHERE stream = ?1 AND version = ?3 AND epoch = ?2");
        _version = Prepare("SELECT max(version) FROM record WHERE stream = ?1");
        _history = Prepare($"SELECT {Columns} FROM record WHERE stream = ?1 ORDER BY version");
        _byVersion = Prepare($"SELECT {Columns} FROM record WHERE stream = ?1 AND version = ?2");
        _byKey = Prepare($"SELECT {Columns} FROM record WHERE stream = ?1 AND substr(request, 1, 8) = ?2");
        _byPosition = Prepare($"SELECT {Columns} FROM record WHERE position = ?1");
        _feed = Prepare($"SELECT {Columns} FROM record WHERE position > ?1 ORDER BY position LIMIT ?2");
        // By the index of names, which holds the positions too: walking the positions would pass every receipt.
        _namedFeed = Prepare($"""
            SELECT {Columns} FROM record WHERE position IN (
                SELECT position FROM record INDEXED BY record_name WHERE name >= ?1 AND name < ?2 AND position > ?3 ORDER BY position LIMIT ?4)
            ORDER BY position
            """);
        _cursor = Prepare("SELECT position FROM cursor WHERE name = ?1");
        _position = Prepare("SELECT position FROM record WHERE stream = ?1 AND version = ?3 AND epoch = ?2");
        _newestOfStreams = Prepare($"""
            SELECT {Columns} FROM record AS r WHERE stream > coalesce(?1, x'') AND stream <= ?2 AND version = (SELECT max(version) FROM record WHERE stream = r.stream)
            ORDER BY stream LIMIT ?3
            """);
    }

    public StoredRecord? Latest(StreamKey stream) => _latest.First(Record, stream.ToArray());

    public StoredRecord? Oldest(StreamKey stream) => _oldest.First(Record, stream.ToArray());

    public long? SlotOfNewest(StreamKey stream) => _slot.Number(stream.ToArray());

    public long? SlotOf(StreamKey stream, int epoch, long version) => _slotOfRecord.Number(stream.ToArray(), epoch, version);

    public long NewestVersion(StreamKey stream) => _version.Number(stream.ToArray()) ?? 0;

    public List<StoredRecord> History(StreamKey stream) => _history.List(Record, stream.ToArray());

    public StoredRecord? ByVersion(StreamKey stream, long version) => _byVersion.First(Record, stream.ToArray(), version);

    public StoredRecord? ByKey(StreamKey stream, byte[] key) => _byKey.First(Record, stream.ToArray(), key);

    public StoredRecord? ByPosition(long position) => _byPosition.First(Record, position);

    public List<StoredRecord> Feed(long after, int max) => _feed.List(Record, after, max);

    public List<StoredRecord> NamedFeed(string prefix, long after, int max) => _namedFeed.List(Record, prefix, prefix + "\U0010FFFF", after, max);

    public long PositionOf(StreamKey stream, int epoch, long version) => _position.Number(stream.ToArray(), epoch, version) ?? 0;

    public List<StoredRecord> NewestOfStreams(StreamKey? after, StreamKey until, int max) =>
        _newestOfStreams.List(Record, after?.ToArray(), until.ToArray(), max);

    public long Cursor(string name) => _cursor.Number(name) ?? 0;

    private static StoredRecord Record(Row row) => new(
        row.Int64(0), StreamKey.Read(row.Bytes(1)), row.Int32(2), row.Int64(3), row.Text(4), row.Int64(5),
        row.IsNull(6) ? null : row.Int64(6), row.IsNull(7) ? null : row.Text(7), row.IsNull(8) ? null : row.Bytes(8).ToArray(), row.Bytes(9).ToArray());
}
