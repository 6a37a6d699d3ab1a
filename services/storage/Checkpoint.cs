namespace Consent.Storage;

/// <summary>
/// Copies the write-ahead log into the database on a thread of its own, so that no commit waits for thousands of pages; SQLite by
/// itself does it within a commit. What was written meanwhile is copied again and again, until little is left; that little the
/// writer's thread copies between two commits, after which the next commit begins the log anew, and it does not grow. Used by the
/// writer's thread.
/// </summary>
/// <param name="enough">Pages in the write-ahead log at which it is copied; the default is 32 MB.</param>
internal sealed class Checkpoint(SqliteFile file, int enough = 8192)
{
    /// <summary>Pages for which a commit may wait.</summary>
    private const int Little = 64;

    /// <summary>Under a load that is as fast as copying, the rest does not become little: then it is copied as it is.</summary>
    private const int MostRounds = 4;
    private Task? _copying;
    private int _written;
    private int _round;

    /// <summary>Looks after a commit whether it is time.</summary>
    /// <param name="pages">That the commit wrote.</param>
    public void After(int pages, StatementSet statements)
    {
        _written += pages;
        if (_copying is null)
        {
            if (_written >= enough) Begin(1);
        }
        else if (_copying.IsCompleted)
        {
            if (_written > Little && _round < MostRounds)
            {
                Begin(_round + 1);
                return;
            }

            // Held up by a reader of an old state: it is tried again before long.
            _written = statements.CopyWal() ? 0 : enough / 2;
            _copying = null;
        }
    }

    /// <summary>Waits for what is under way.</summary>
    public void Finish() => _copying?.Wait();

    private void Begin(int round)
    {
        (_round, _written) = (round, 0);
        _copying = Task.Factory.StartNew(Copy, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

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
