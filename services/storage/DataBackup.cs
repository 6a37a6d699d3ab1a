using Consent.Contracts;
using Microsoft.Data.Sqlite;

namespace Consent.Storage;

/// <param name="File">Relative to the data folder, such as <c>consent/log.db</c>.</param>
/// <param name="Epoch">The epoch that a log begins with the restore; null of any other file, and in a backup.</param>
public sealed record BackedUp(string File, long Bytes, int? Epoch = null);

/// <summary>
/// Copies of the databases in a data folder, taken while the services write, and their way back. Keys are never among them: a
/// backup holds what was erased only as bytes that nobody can read. Nor are the files of subscribers, which are made anew from the logs. Back the folder <c>keys</c> up apart.
/// </summary>
public static class DataBackup
{
    private const string Log = "log.db";

    /// <summary>What a subscriber holds, with ids in clear: no copy of it could be made to forget, and none is needed, since whoever lacks it loads it anew from the log.</summary>
    private const string Subscribers = "subscriber.db";

    /// <summary>
    /// Copies each database as it stands at one moment. A ledger before its log, so that it never knows more than the log does.
    /// Throws <see cref="IOException"/> when the target holds something already, lies in the data folder or among a copy of keys, when there is nothing to copy, or when the logs lie in no files:
    /// what else there is would be taken for a backup of them.
    /// </summary>
    public static IReadOnlyList<BackedUp> Take(string data, string target, Action<BackedUp>? done = null)
    {
        var files = DatabasesIn(data);
        if (!files.Exists(file => Path.GetFileName(file) == Log) && BackupPlace.SecretIn(data) is { } service)
            throw new IOException(
                $"The log of {service} lies in no file of {data}, but where Storage:Engine says. On Azure Cosmos DB its backup is the continuous backup of the account of the data (az cosmosdb restore); "
                + "on PostgreSQL a dump of the database.");
        if (files.Count == 0) throw new IOException($"There is no database in {data}: name the data folder of the services.");
        BackupPlace.RequireNew(data, target);
        BackupPlace.RequireApart(target, "log.secret", "a copy of keys");
        return [.. files.Select(file => Copied(data, target, file, done))];
    }

    /// <summary>
    /// Puts a backup in the place of what is in the data folder, and lets each log begin a new epoch, so that what is decided from
    /// now on overrules whatever subscribers hold of the lost time. Throws <see cref="IOException"/>, and has changed nothing, when a
    /// service still runs on the folder or there is no backup. The keys of persons are not opened for it.
    /// </summary>
    /// <param name="wrapper">
    /// Who keeps the wrapping key of the log that is replaced; null for a file among the keys. Without it what that log had erased, and whose key it could not destroy any more, keeps its key.
    /// </param>
    public static IReadOnlyList<BackedUp> Restore(string backup, string data, TimeProvider time, Action<BackedUp>? done = null, IKeyWrapper? wrapper = null)
    {
        var files = DatabasesIn(backup);
        if (files.Count == 0) throw new IOException($"There is no database in {backup}: name a folder that 'backup' made.");
        var replaced = files.Select(file => Path.Combine(data, file)).Where(File.Exists).ToList();
        foreach (var file in replaced) RefuseIfUsed(file);
        foreach (var file in files.Where(f => Path.GetFileName(f) == Log && File.Exists(Path.Combine(data, f)))) FinishErasures(data, file, time, wrapper);
        var restored = new List<BackedUp>();
        foreach (var file in files)
        {
            var one = Copied(backup, data, file, null);
            if (Path.GetFileName(file) == Log) one = one with { Epoch = BeginEpoch(data, file, time) };
            restored.Add(one);
            done?.Invoke(one);
        }

        return restored;
    }

    private static List<string> DatabasesIn(string folder) => !Directory.Exists(folder) ? [] :
    [
        .. Directory.EnumerateFiles(folder, "*.db", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f))
            .Where(f => !f.StartsWith("keys", StringComparison.Ordinal) && Path.GetFileName(f) != Subscribers)
            .OrderBy(f => Path.GetFileName(f) == Log).ThenBy(f => f, StringComparer.Ordinal),
    ];

    private static BackedUp Copied(string from, string to, string file, Action<BackedUp>? done)
    {
        var target = Path.Combine(to, file);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var aside = target + ".new";
        File.Delete(aside);
        using (var source = Open(Path.Combine(from, file), SqliteOpenMode.ReadWrite))
        using (var copy = Open(aside, SqliteOpenMode.ReadWriteCreate))
        {
            source.BackupDatabase(copy);
        }

        using (var whole = new FileStream(aside, FileMode.Open, FileAccess.ReadWrite)) whole.Flush(flushToDisk: true);
        foreach (var rest in new[] { "-wal", "-shm" }) File.Delete(target + rest);
        File.Move(aside, target, overwrite: true);
        var one = new BackedUp(file, new FileInfo(target).Length);
        done?.Invoke(one);
        return one;
    }

    /// <summary>A database leaves its write-ahead log only for somebody who has it alone.</summary>
    private static void RefuseIfUsed(string file)
    {
        try
        {
            using var connection = Open(file, SqliteOpenMode.ReadWrite);
            using var command = connection.CreateCommand();
            command.CommandTimeout = 1;
            command.CommandText = "PRAGMA journal_mode = DELETE";
            if ((string)command.ExecuteScalar()! != "delete") throw new IOException($"{file} is in use.");
        }
        catch (Exception e) when (e is SqliteException or IOException)
        {
            throw new IOException($"{file} is in use: stop the services of this data folder first.", e);
        }
    }

    private static int BeginEpoch(string data, string file, TimeProvider time)
    {
        var files = FilesOf(data, file);
        files.OpenSecret().Dispose();
        using var mark = new HighWaterMark(files.Mark, TimeProvider.System);
        using var writer = new LogWriter(SqliteRecordLog.FileAt(files.Data).OpenForWriting());
        if (writer.Slots > files.CountSlots()) throw LogFiles.KeysAreOlder();
        writer.Begin();
        writer.RaiseEpoch(Restored.NextEpoch(mark.Read(), writer.Epoch, time.Now()));
        writer.Commit();
        mark.Move(writer.Epoch, writer.LastPosition);
        return writer.Epoch;
    }

    /// <summary>What was erased and has its key still, since a process died in between, is known to the log that is about to be replaced, and to no other.</summary>
    private static void FinishErasures(string data, string file, TimeProvider time, IKeyWrapper? wrapper)
    {
        try
        {
            SqliteRecordLog.Open(FilesOf(data, file), "restore", time, wrapper: wrapper).Dispose();
        }
        catch (Exception e) when (e is SqliteException or IOException or NewerSchemaException)
        {
            // A log that does not open may be why it is replaced: it tells nothing any more.
        }
        catch (LogUnavailableException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private static LogFiles FilesOf(string data, string file) => new(Path.Combine(data, file), Path.Combine(data, "keys", Path.GetDirectoryName(file)!));

    private static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
