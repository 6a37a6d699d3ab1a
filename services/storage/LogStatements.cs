using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Consent.Storage;

/// <summary>The log's only write.</summary>
internal sealed class LogWriter : StatementSet
{
    private readonly Statement _append;

    public LogWriter(SqliteConnection connection) : base(connection)
    {
        Epoch = Convert.ToInt32(Prepare("SELECT epoch FROM log").Scalar());
        LastAppended = Convert.ToInt64(Prepare("SELECT coalesce(max(position), 0) FROM record").Scalar());
        // A unique version, id or key that is taken makes no row; it ends neither the statement nor the transaction it shares.
        _append = Prepare("""
            INSERT OR IGNORE INTO record (stream, version, epoch, kind, id, recorded_at, payload, idempotency_key, request_hash)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
            WHERE ?2 = 1 + coalesce((SELECT max(version) FROM record WHERE stream = ?1), 0)
            RETURNING position
            """, 9);
    }

    public int Epoch { get; }

    public long LastAppended { get; private set; }

    public AppendOutcome Append(NewRecord record)
    {
        var at = record.RecordedAt.ToUnixTimeMilliseconds();
        var position = _append.Scalar(
            record.Stream, record.Version, Epoch, record.Kind, record.Id, at, ArrayOf(record.Payload), record.IdempotencyKey, record.RequestHash);
        if (position is null) return AppendOutcome.Conflict.Found;
        LastAppended = (long)position;
        return new AppendOutcome.Appended(new LogRecord
        {
            Position = LastAppended,
            Stream = record.Stream,
            Epoch = Epoch,
            Version = record.Version,
            Kind = record.Kind,
            Id = record.Id,
            RecordedAt = DateTimeOffset.FromUnixTimeMilliseconds(at),
            Payload = record.Payload,
        });
    }

    private static byte[] ArrayOf(ReadOnlyMemory<byte> payload) =>
        MemoryMarshal.TryGetArray(payload, out var segment) && segment is { Offset: 0, Array: { } array } && array.Length == segment.Count
            ? array
            : payload.ToArray();
}

/// <summary>The log's reads, on a connection of their own.</summary>
internal sealed class LogReader : StatementSet
{
    private const string Columns = "position, stream, epoch, version, kind, id, recorded_at, payload";
    private readonly Statement _latest;
    private readonly Statement _history;
    private readonly Statement _byId;
    private readonly Statement _byKey;
    private readonly Statement _byPosition;
    private readonly Statement _feed;
    private readonly Statement _streams;

    public LogReader(SqliteConnection connection) : base(connection)
    {
        _latest = Prepare($"SELECT {Columns} FROM record WHERE stream = ?1 ORDER BY version DESC LIMIT 1", 1);
        _history = Prepare($"SELECT {Columns} FROM record WHERE stream = ?1 ORDER BY version", 1);
        _byId = Prepare($"SELECT {Columns} FROM record WHERE id = ?1", 1);
        _byKey = Prepare($"SELECT {Columns}, request_hash FROM record WHERE stream = ?1 AND idempotency_key = ?2", 2);
        _byPosition = Prepare($"SELECT {Columns} FROM record WHERE position = ?1", 1);
        _feed = Prepare($"SELECT {Columns} FROM record WHERE position > ?1 ORDER BY position LIMIT ?2", 2);
        _streams = Prepare($"""
            SELECT {Columns} FROM record JOIN (
                SELECT stream AS name, max(version) AS newest FROM record
                WHERE stream >= ?1 AND stream > ?2 AND stream < ?3 GROUP BY stream ORDER BY stream LIMIT ?4)
            ON stream = name AND version = newest ORDER BY stream
            """, 4);
    }

    public LogRecord? Latest(string stream) => _latest.List(Row, stream).FirstOrDefault();

    public List<LogRecord> History(string stream) => _history.List(Row, stream);

    public LogRecord? ById(string id) => _byId.List(Row, id).FirstOrDefault();

    public KeyedRecord? ByKey(string stream, string key) =>
        _byKey.List(row => new KeyedRecord(Row(row), row.IsDBNull(8) ? null : row.GetString(8)), stream, key).FirstOrDefault();

    public LogRecord? ByPosition(long position) => _byPosition.List(Row, position).FirstOrDefault();

    public List<LogRecord> Feed(long after, int max) => _feed.List(Row, after, max);

    /// <summary>Newest records of the streams with the prefix, by name, behind the one named.</summary>
    public List<LogRecord> Streams(string prefix, string after, int max) => _streams.List(Row, prefix, after, prefix + "\U0010FFFF", max);

    private static LogRecord Row(SqliteDataReader row) => new()
    {
        Position = row.GetInt64(0),
        Stream = row.GetString(1),
        Epoch = row.GetInt32(2),
        Version = row.GetInt64(3),
        Kind = row.GetString(4),
        Id = row.GetString(5),
        RecordedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)),
        Payload = row.GetFieldValue<byte[]>(7),
    };
}
