using Microsoft.Data.Sqlite;

namespace Consent.Storage;

/// <summary>How a file of ours is opened: WAL and <c>synchronous=FULL</c>, so that a returned COMMIT has been fsynced.</summary>
/// <param name="Path">The database; its WAL lies beside it.</param>
/// <param name="First">Version of the oldest schema that can be read; the version found is kept in <c>user_version</c>.</param>
/// <param name="Steps">
/// What makes the first schema from nothing, and then each next one from the one before: forward only. A file is brought up to date
/// in one transaction, when it is opened for writing.
/// </param>
internal sealed record SqliteFile(string Path, int First, IReadOnlyList<string> Steps)
{
    /// <summary>Milliseconds for which a statement waits while another process holds the file.</summary>
    private const int BusyTimeout = 5000;

    /// <summary>Version of the schema that this code writes.</summary>
    public int Schema => First + Steps.Count - 1;

    public SqliteConnection OpenForWriting()
    {
        var connection = Open(SqliteOpenMode.ReadWriteCreate);
        try
        {
            Run(connection, "PRAGMA journal_mode = WAL");
            Run(connection, "PRAGMA synchronous = FULL");
            // Not within a commit: see Checkpoint.
            Run(connection, "PRAGMA wal_autocheckpoint = 0");
            // 16 MB: the index of streams is met at random places, and each miss is a call of the system within the commit.
            Run(connection, "PRAGMA cache_size = -16384");
            // What is deleted is overwritten with zeros.
            Run(connection, "PRAGMA secure_delete = ON");
            BringUpToDate(connection);
            EmptyAfterCrash(connection);
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

    /// <summary>
    /// Copies what the write-ahead log holds into the database and cuts it to nothing, so that no earlier state of a page is left
    /// in it. Waits for readers; a log that stays busy is emptied by a later call.
    /// </summary>
    public void EmptyWal()
    {
        using var connection = Open(SqliteOpenMode.ReadWrite);
        Run(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>Copies what the write-ahead log holds into the database, beside the one who writes and those who read.</summary>
    public void CopyWal()
    {
        using var connection = Open(SqliteOpenMode.ReadWrite);
        Run(connection, "PRAGMA wal_checkpoint(PASSIVE)");
    }

    /// <summary>
    /// A process that was killed leaves its write-ahead log, behind which the next one writes on: where each lives only for a while, it would
    /// grow for ever. A disk with no room for it is no reason not to begin.
    /// </summary>
    private static void EmptyAfterCrash(SqliteConnection connection)
    {
        try
        {
            Run(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
            StorageMetrics.CheckpointFailures.Add(1);
        }
    }

    private void BringUpToDate(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "PRAGMA user_version";
        var found = Convert.ToInt32(command.ExecuteScalar());
        var name = System.IO.Path.GetFileName(Path);
        if (found > Schema)
        {
            throw new NewerSchemaException(
                $"{name} has schema {found} and this version knows up to {Schema}. Run the version that wrote it, or a later one.");
        }

        if (found > 0 && found < First)
            throw new NewerSchemaException($"{name} has schema {found}, of a preview that was never released. Begin with an empty data folder.");
        if (found < Schema)
        {
            command.CommandText = $"{string.Join(";\n", Steps.Skip(found == 0 ? 0 : found - First + 1))}; PRAGMA user_version = {Schema}";
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
        }.ToString());
        connection.Open();
        SQLitePCL.raw.sqlite3_busy_timeout(connection.Handle, BusyTimeout);
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
