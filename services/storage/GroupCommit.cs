using Microsoft.Data.Sqlite;

namespace Consent.Storage;

/// <summary>
/// The one writer of a file. Works that arrive while a commit is being fsynced share the next one: many requests, one
/// transaction, one fsync. Works run in the order of their arrival, each seeing those before it, on a thread of its own;
/// each is answered after the commit on which it rests, with what it returned, or with
/// <see cref="LogUnavailableException"/> together with all others of a transaction that failed.
/// </summary>
internal sealed class GroupCommit<TStatements> : IDisposable where TStatements : StatementSet
{
    private const int LargestBatch = 512;

    /// <summary>Few enough that all cores have their part of a batch, many enough that waking a thread for them pays.</summary>
    private const int AnsweredTogether = 16;
    private readonly object _gate = new();
    private readonly Queue<Work> _waiting = new();
    private readonly Func<TStatements> _open;
    private readonly KeyValuePair<string, object?> _tag;
    private readonly Action<TStatements> _committed;
    private readonly Checkpoint _checkpoint;
    private readonly int _capacity;
    private readonly Thread _thread;
    private TStatements? _statements;
    private bool _closed;

    /// <param name="open">Prepares the statements; called again after a failed commit. What it throws at first goes to the caller.</param>
    /// <param name="committed">Called on the writer's thread after each commit, before anybody is answered.</param>
    /// <param name="capacity">Works that may wait; one more is refused with <see cref="LogUnavailableException"/>.</param>
    public GroupCommit(string name, SqliteFile file, Func<SqliteConnection, TStatements> open, Action<TStatements> committed, int capacity = 8192)
    {
        _open = () => open(file.OpenForWriting());
        _checkpoint = new Checkpoint(file);
        _committed = committed;
        _capacity = capacity;
        _tag = new KeyValuePair<string, object?>("store", name);
        _statements = _open();
        _thread = new Thread(Write) { IsBackground = true, Name = $"commit {name}" };
        _thread.Start();
    }

    /// <summary>
    /// Runs the work in the next transaction. It must not wait for anything, and must not throw on bad input: that fails its batch.
    /// What follows upon the answer runs behind that of others and must not block either.
    /// </summary>
    public Task<T> RunAsync<T>(Func<TStatements, T> work)
    {
        var item = new Work<T>(work);
        lock (_gate)
        {
            if (_closed) return Task.FromException<T>(new LogUnavailableException("The log is closed."));
            if (_waiting.Count >= _capacity) return Task.FromException<T>(new LogUnavailableException("Too many writes are waiting."));
            _waiting.Enqueue(item);
            Monitor.Pulse(_gate);
        }

        return item.Answer;
    }

    /// <summary>Refuses new works, finishes those that wait, and closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
        _checkpoint.Finish();
    }

    private void Write()
    {
        var batch = new List<Work>(LargestBatch);
        while (Take(batch))
        {
            Commit(batch);
            batch.Clear();
        }

        _statements?.Dispose();
    }

    private bool Take(List<Work> batch)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (_closed) return false;
                Monitor.Wait(_gate);
            }

            while (batch.Count < LargestBatch && _waiting.TryDequeue(out var work)) batch.Add(work);
            return true;
        }
    }

    private void Commit(List<Work> batch)
    {
        TStatements statements;
        try
        {
            statements = _statements ??= _open();
            statements.Begin();
            foreach (var work in batch) work.Do(statements);
            statements.Commit();
            _committed(statements);
        }
        catch (Exception e)
        {
            StorageMetrics.CommitFailures.Add(1, _tag);
            Abandon();
            Answer(batch, work => work.Fail(e));
            return;
        }

        StorageMetrics.BatchSize.Record(batch.Count, _tag);
        Answer(batch, work => work.Complete());
        _checkpoint.After(statements.TakePagesWritten(), statements);
    }

    /// <summary>Whoever waits goes on on a thread of the pool, several on one: this thread is for the next batch.</summary>
    private static void Answer(List<Work> batch, Action<Work> answer)
    {
        for (var i = 0; i < batch.Count; i += AnsweredTogether)
            ThreadPool.UnsafeQueueUserWorkItem(new Answers(batch.GetRange(i, Math.Min(AnsweredTogether, batch.Count - i)), answer), preferLocal: false);
    }

    /// <summary>Whatever state the failure left behind goes with the connection; the next batch opens another.</summary>
    private void Abandon()
    {
        try
        {
            _statements?.Dispose();
        }
        catch (Exception)
        {
            // The failure that led here is the one to report.
        }

        _statements = null;
    }

    private sealed class Answers(List<Work> works, Action<Work> answer) : IThreadPoolWorkItem
    {
        public void Execute() => works.ForEach(answer);
    }

    private abstract class Work
    {
        public abstract void Do(TStatements statements);

        public abstract void Complete();

        public abstract void Fail(Exception e);
    }

    private sealed class Work<T>(Func<TStatements, T> work) : Work
    {
        private readonly TaskCompletionSource<T> _answer = new();
        private T _result = default!;

        public Task<T> Answer => _answer.Task;

        public override void Do(TStatements statements) => _result = work(statements);

        public override void Complete() => _answer.SetResult(_result);

        public override void Fail(Exception e) => _answer.SetException(new LogUnavailableException("The commit failed.", e));
    }
}
