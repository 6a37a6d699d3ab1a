using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Consent.Storage;

/// <summary>A connection and the statements prepared on it. Used by one thread at a time.</summary>
internal abstract class StatementSet(SqliteConnection connection) : IDisposable
{
    private readonly List<Statement> _prepared = [];
    private Statement? _begin;
    private Statement? _commit;

    public void Begin() => (_begin ??= Prepare("BEGIN IMMEDIATE")).Run();

    public void Commit() => (_commit ??= Prepare("COMMIT")).Run();

    /// <summary>How many pages were written since this was last asked.</summary>
    public int TakePagesWritten() => sqlite3_db_status(connection.Handle, SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 1) == SQLITE_OK ? pages : 0;

    /// <summary>Copies the write-ahead log into the database, as far as no reader of an old state is in the way; whether that was all of it.</summary>
    public bool CopyWal() =>
        sqlite3_wal_checkpoint_v2(connection.Handle, null, SQLITE_CHECKPOINT_PASSIVE, out var pages, out var copied) == SQLITE_OK && copied == pages;

    /// <summary>Closes the connection; what was not committed is rolled back.</summary>
    public void Dispose()
    {
        foreach (var statement in _prepared) statement.Dispose();
        connection.Dispose();
    }

    protected Statement Prepare(string sql)
    {
        var statement = new Statement(connection, sql);
        _prepared.Add(statement);
        return statement;
    }
}
