using Microsoft.Data.Sqlite;

namespace Consent.Storage;

/// <summary>The log's reads, on a connection of their own.</summary>
internal sealed class LogReader : StatementSet
{
    private const string Columns = "position, stream, epoch, version, kind, recorded_at, slot, name, request, body";
    private readonly Statement _latest;
    private readonly Statement _slot;
    private readonly Statement _version;
    private readonly Statement _history;
    private readonly Statement _byVersion;
    private readonly Statement _byKey;
    private readonly Statement _byPosition;
    private readonly Statement _feed;
    private readonly Statement _streams;
    private readonly Statement _cursor;

    public LogReader(SqliteConnection connection) : base(connection)
    {
        _latest = Prepare($"SELECT {Columns} FROM record WHERE stream = ?1 ORDER BY version DESC LIMIT 1");
        _slot = Prepare("SELECT slot FROM record WHERE stream = ?1 ORDER BY version DESC LIMIT 1");
        _version = Prepare("SELECT max(version) FROM record WHERE stream = ?1");
        _history = Prepare($"SELECT {Columns} FROM record WHERE stream = ?1 ORDER BY version");
        _byVersion = Prepare($"SELECT {Columns} FROM record WHERE stream = ?1 AND version = ?2");
        _byKey = Prepare($"SELECT {Columns} FROM record WHERE stream = ?1 AND substr(request, 1, 8) = ?2");
        _byPosition = Prepare($"SELECT {Columns} FROM record WHERE position = ?1");
        _feed = Prepare($"SELECT {Columns} FROM record WHERE position > ?1 ORDER BY position LIMIT ?2");
        _streams = Prepare($"""
            SELECT {Columns} FROM record JOIN (
                SELECT name AS called, max(version) AS newest FROM record
                WHERE name >= ?1 AND name > ?2 AND name < ?3 GROUP BY name ORDER BY name LIMIT ?4)
            ON name = called AND version = newest ORDER BY name
            """);
        _cursor = Prepare("SELECT position FROM cursor WHERE name = ?1");
    }

    public StoredRecord? Latest(StreamKey stream) => _latest.First(Record, stream.ToArray());

    public long? SlotOfNewest(StreamKey stream) => _slot.Number(stream.ToArray());

    public long NewestVersion(StreamKey stream) => _version.Number(stream.ToArray()) ?? 0;

    public List<StoredRecord> History(StreamKey stream) => _history.List(Record, stream.ToArray());

    public StoredRecord? ByVersion(StreamKey stream, long version) => _byVersion.First(Record, stream.ToArray(), version);

    public StoredRecord? ByKey(StreamKey stream, byte[] key) => _byKey.First(Record, stream.ToArray(), key);

    public StoredRecord? ByPosition(long position) => _byPosition.First(Record, position);

    public List<StoredRecord> Feed(long after, int max) => _feed.List(Record, after, max);

    /// <summary>Newest records of the named streams with the prefix, by name, behind the one given.</summary>
    public List<StoredRecord> Streams(string prefix, string after, int max) => _streams.List(Record, prefix, after, prefix + "\U0010FFFF", max);

    public long Cursor(string name) => _cursor.Number(name) ?? 0;

    private static StoredRecord Record(Row row) => new(
        row.Int64(0), StreamKey.Read(row.Bytes(1)), row.Int32(2), row.Int64(3), row.Text(4), row.Int64(5),
        row.IsNull(6) ? null : row.Int64(6), row.IsNull(7) ? null : row.Text(7), row.IsNull(8) ? null : row.Bytes(8).ToArray(), row.Bytes(9).ToArray());
}
