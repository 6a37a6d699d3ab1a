using Microsoft.Data.Sqlite;

namespace Consent.Storage;

/// <summary>How a file of ours is opened: WAL and <c>synchronous=FULL</c>, so that a returned COMMIT has been fsynced.</summary>
/// <param name="Path">The database; its WAL lies beside it.</param>
/// <param name="Schema">Version of the schema that this code writes; kept in <c>user_version</c>.</param>
/// <param name="Create">Statements that make the schema from nothing.</param>
internal sealed record SqliteFile(string Path, int Schema, string Create)
{
    /// <summary>Seconds for which a statement waits while another process holds the file.</summary>
    private const int BusyTimeout = 5;

    public SqliteConnection OpenForWriting()
    {
        var connection = Open(SqliteOpenMode.ReadWriteCreate);
        try
        {
            Run(connection, "PRAGMA journal_mode = WAL");
            Run(connection, "PRAGMA synchronous = FULL");
            Prepare(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Sees what is committed. The file must have been opened for writing once.</summary>
    public SqliteConnection OpenForReading() => Open(SqliteOpenMode.ReadOnly);

    private void Prepare(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "PRAGMA user_version";
        var found = Convert.ToInt32(command.ExecuteScalar());
        if (found > Schema)
        {
            throw new NewerSchemaException(
                $"{System.IO.Path.GetFileName(Path)} has schema {found} and this version knows up to {Schema}. Run the version that wrote it, or a later one.");
        }

        if (found == 0)
        {
            command.CommandText = $"{Create}; PRAGMA user_version = {Schema}";
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private SqliteConnection Open(SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = BusyTimeout,
        }.ToString());
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

/// <summary>A prepared statement with parameters <c>?1</c>, <c>?2</c>, … One thread at a time; read to the end before running it again.</summary>
internal sealed class Statement : IDisposable
{
    private readonly SqliteCommand _command;

    public Statement(SqliteConnection connection, string sql, int parameters = 0)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
        for (var i = 1; i <= parameters; i++) _command.Parameters.Add(new SqliteParameter($"?{i}", DBNull.Value));
        _command.Prepare();
    }

    public int Run(params ReadOnlySpan<object?> values) => Bind(values).ExecuteNonQuery();

    /// <summary>The first column of the first row; null when there is none.</summary>
    public object? Scalar(params ReadOnlySpan<object?> values) => Bind(values).ExecuteScalar() is { } found and not DBNull ? found : null;

    public SqliteDataReader Read(params ReadOnlySpan<object?> values) => Bind(values).ExecuteReader();

    public List<T> List<T>(Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Read(values);
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    public void Dispose() => _command.Dispose();

    private SqliteCommand Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++) _command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return _command;
    }
}
