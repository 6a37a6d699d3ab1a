namespace Consent.Storage;

/// <summary>
/// Copies the write-ahead log into the database on a thread of its own, so that no commit waits for thousands of pages; SQLite by
/// itself does it within a commit. What was written meanwhile is copied by the writer's thread, between two commits: only when
/// nothing is left does the next commit begin the log anew, and it does not grow. Used by the writer's thread.
/// </summary>
/// <param name="enough">Pages in the write-ahead log at which it is copied; the default is 16 MB.</param>
internal sealed class Checkpoint(SqliteFile file, int enough = 4096)
{
    private Task? _copying;
    private int _written;

    /// <summary>Looks after a commit whether it is time.</summary>
    /// <param name="pages">That the commit wrote.</param>
    public void After(int pages, StatementSet statements)
    {
        _written += pages;
        if (_copying is { IsCompleted: true })
        {
            // Held up by a reader of an old state: the rest is tried again before long.
            _written = statements.CopyWal() ? 0 : enough / 2;
            _copying = null;
        }

        if (_copying is null && _written >= enough) _copying = Task.Factory.StartNew(Copy, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Waits for what is under way.</summary>
    public void Finish() => _copying?.Wait();

    private void Copy()
    {
        try
        {
            file.CopyWal();
        }
        catch (Exception e) when (e is Microsoft.Data.Sqlite.SqliteException or IOException)
        {
            // Such as a full disk: the commits say so, and it is tried again behind one of them.
            StorageMetrics.CheckpointFailures.Add(1);
        }
    }
}
