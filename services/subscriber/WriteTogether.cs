using System.Threading.Channels;

namespace Consent.Subscriber;

/// <summary>Writes in transactions, one after the other. One thread at a time.</summary>
internal interface IFileWriter : IDisposable
{
    void Begin();

    void Commit();
}

/// <summary>The one writer of a process, which commits those that wait together, so that many messages share one fsync.</summary>
internal sealed class WriteTogether<TWriter> : IAsyncDisposable where TWriter : class, IFileWriter
{
    private const int LargestBatch = 512;
    private readonly Channel<Write> _waiting = Channel.CreateBounded<Write>(4 * LargestBatch);
    private readonly Func<TWriter> _open;
    private readonly Action<TWriter> _committed;
    private readonly Func<Exception, bool> _failsAll;
    private readonly Task _writing;
    private TWriter? _writer;

    /// <param name="open">Makes a writer; another one after each failure.</param>
    /// <param name="committed">What was written is on the disk, and nobody was answered yet. On the thread of the writer; must not throw.</param>
    /// <param name="failsAll">Whether a failure is nobody's own, as when the database is away: then those that waited together are not tried one by one.</param>
    public WriteTogether(Func<TWriter> open, Action<TWriter> committed, Func<Exception, bool> failsAll)
    {
        (_open, _committed, _failsAll) = (open, committed, failsAll);
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Runs <paramref name="write"/> in a transaction and completes when it is on the disk; throws when it is not. May be run twice.</summary>
    public async Task<T> WriteAsync<T>(Func<TWriter, T> write, CancellationToken cancel)
    {
        var result = default(T)!;
        var one = new Write(writer => result = write(writer));
        await _waiting.Writer.WriteAsync(one, cancel);
        await one.Committed.Task.WaitAsync(cancel);
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writing;
        _writer?.Dispose();
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<Write>(LargestBatch);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < LargestBatch && _waiting.Reader.TryRead(out var one)) batch.Add(one);
            // A write that fails must not take its neighbours with it: they are then tried one by one.
            if (TryCommit(batch) is not { } all) continue;
            if (batch.Count == 1 || _failsAll(all)) batch.ForEach(one => one.Committed.TrySetException(all));
            else
            {
                foreach (var one in batch)
                    if (TryCommit([one]) is { } failure) one.Committed.TrySetException(failure);
            }
        }
    }

    private Exception? TryCommit(List<Write> batch)
    {
        try
        {
            _writer ??= _open();
            _writer.Begin();
            foreach (var one in batch) one.Run(_writer);
            _writer.Commit();
        }
        catch (Exception e)
        {
            GiveUpWriter();
            return e;
        }
        _committed(_writer!);
        foreach (var one in batch) one.Committed.TrySetResult();
        return null;
    }

    /// <summary>Whatever state the failure left behind goes with the connection; also when that cannot be closed any more.</summary>
    private void GiveUpWriter()
    {
        try
        {
            _writer?.Dispose();
        }
        catch (Exception)
        {
            // The first failure tells what is wrong.
        }
        _writer = null;
    }

    private sealed record Write(Action<TWriter> Run)
    {
        public TaskCompletionSource Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
