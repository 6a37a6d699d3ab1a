using Microsoft.Data.Sqlite;

namespace Consent.Storage;

/// <summary>A connection and the statements prepared on it. Used by one thread at a time.</summary>
internal abstract class StatementSet(SqliteConnection connection) : IDisposable
{
    private readonly List<Statement> _prepared = [];
    private Statement? _begin;
    private Statement? _commit;

    public void Begin() => (_begin ??= Prepare("BEGIN IMMEDIATE")).Run();

    public void Commit() => (_commit ??= Prepare("COMMIT")).Run();

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
