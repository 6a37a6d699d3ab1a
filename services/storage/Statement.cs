using Microsoft.Data.Sqlite;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Consent.Storage;

/// <summary>
/// A prepared statement with parameters <c>?1</c>, <c>?2</c>, … on SQLite's own interface: the provider's command objects cost
/// more than the statements here do. One thread at a time. Throws <see cref="SqliteException"/>.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _db;
    private readonly sqlite3_stmt _stmt;

    public Statement(SqliteConnection connection, string sql)
    {
        _db = connection.Handle ?? throw new InvalidOperationException("The connection is closed.");
        SqliteException.ThrowExceptionForRC(sqlite3_prepare_v2(_db, sql, out _stmt), _db);
    }

    /// <returns>How many rows it changed.</returns>
    public int Run(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        try
        {
            while (Step())
            {
            }

            return sqlite3_changes(_db);
        }
        finally
        {
            sqlite3_reset(_stmt);
        }
    }

    /// <summary>The number in the first column of the first row; null when there is none.</summary>
    public long? Number(params ReadOnlySpan<object?> values) => First(row => row.IsNull(0) ? (long?)null : row.Int64(0), values);

    /// <summary>What is read from the first row; the default when there is none.</summary>
    public T? First<T>(Func<Row, T> read, params ReadOnlySpan<object?> values)
    {
        Bind(values);
        try
        {
            return Step() ? read(new Row(_stmt)) : default;
        }
        finally
        {
            sqlite3_reset(_stmt);
        }
    }

    public List<T> List<T>(Func<Row, T> read, params ReadOnlySpan<object?> values)
    {
        Bind(values);
        try
        {
            var rows = new List<T>();
            while (Step()) rows.Add(read(new Row(_stmt)));
            return rows;
        }
        finally
        {
            sqlite3_reset(_stmt);
        }
    }

    public void Dispose() => _stmt.Dispose();

    private bool Step()
    {
        var code = sqlite3_step(_stmt);
        if (code == SQLITE_ROW) return true;
        if (code != SQLITE_DONE) SqliteException.ThrowExceptionForRC(code, _db);
        return false;
    }

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var code = values[i] switch
            {
                null => sqlite3_bind_null(_stmt, i + 1),
                long number => sqlite3_bind_int64(_stmt, i + 1, number),
                int number => sqlite3_bind_int64(_stmt, i + 1, number),
                bool yes => sqlite3_bind_int64(_stmt, i + 1, yes ? 1 : 0),
                string text => sqlite3_bind_text(_stmt, i + 1, text),
                byte[] bytes => sqlite3_bind_blob(_stmt, i + 1, bytes),
                var other => throw new ArgumentException($"A {other.GetType().Name} cannot be bound.", nameof(values)),
            };
            SqliteException.ThrowExceptionForRC(code, _db);
        }
    }
}

/// <summary>The row at which a statement stands; columns count from 0.</summary>
internal readonly struct Row(sqlite3_stmt stmt)
{
    public bool IsNull(int column) => sqlite3_column_type(stmt, column) == SQLITE_NULL;

    public long Int64(int column) => sqlite3_column_int64(stmt, column);

    public int Int32(int column) => sqlite3_column_int(stmt, column);

    public bool Bool(int column) => sqlite3_column_int(stmt, column) != 0;

    public string Text(int column) => sqlite3_column_text(stmt, column).utf8_to_string();

    /// <summary>Valid until the statement goes on.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => sqlite3_column_blob(stmt, column);

    public DateTimeOffset Moment(int column) => DateTimeOffset.FromUnixTimeMilliseconds(Int64(column));
}
