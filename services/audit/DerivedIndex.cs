using Microsoft.Data.Sqlite;

namespace Consent.Audit;

/// <summary>
/// A SQLite file of what follows from audit's own log, and can be made anew: without an fsync at each commit, so that after a crash of the machine it is a little
/// behind, and consistent. Safe for many threads.
/// </summary>
internal abstract class DerivedIndex(SqliteConnection connection) : IDisposable
{
    protected Lock Gate { get; } = new();

    protected SqliteConnection Connection => connection;

    public void Dispose()
    {
        lock (Gate) connection.Dispose();
    }

    protected void Run(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }

    protected List<T> List<T>(string sql, Func<SqliteDataReader, T> read, params object?[] values)
    {
        lock (Gate)
        {
            using var command = Command(sql);
            Bind(command, values);
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read()) rows.Add(read(reader));
            return rows;
        }
    }

    protected SqliteCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    protected static void Execute(SqliteCommand command, params object?[] values)
    {
        Bind(command, values);
        command.ExecuteNonQuery();
    }

    protected static void Bind(SqliteCommand command, object?[] values)
    {
        if (command.Parameters.Count == 0)
            for (var i = 0; i < values.Length; i++) command.Parameters.Add(new SqliteParameter { ParameterName = $"${i + 1}" });
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
    }
}
