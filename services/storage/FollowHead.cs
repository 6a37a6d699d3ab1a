using Consent.Contracts;
using Npgsql;

namespace Consent.Storage;

/// <summary>
/// The head of a log on PostgreSQL as this process has seen it committed, and those who wait for it to move. What other replicas append is found by looking, four times a second; what this one
/// did is told by its commit. A database that lacks something of it has lost what it had committed, while this process lived on: it failed over to a replica that lagged, or was put back.
/// Then an epoch begins, as at the start after a restore. Safe for many threads.
/// </summary>
internal sealed class FollowHead(NpgsqlDataSource source, string schema, HighWaterMark kept, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly LossAlarm _loss = new(
        time, "the database lost records that it had committed, as a replica does that lagged when it took over", "; let commits wait for the replica (synchronous_standby_names)");
    private TaskCompletionSource? _appended;
    private Mark _mark;
    private SeenRecord? _record;
    private long _newest;

    public Known Known
    {
        get
        {
            lock (_gate) return new Known(_mark, _record);
        }
    }

    public int Epoch => Known.Mark.Epoch;

    /// <summary>Position of the newest record.</summary>
    public long Newest => Volatile.Read(ref _newest);

    /// <summary>See <see cref="LossAlarm.Text"/>.</summary>
    public string? Alarm => _loss.Text;

    /// <summary>Throws <see cref="NpgsqlException"/>.</summary>
    public async Task BeginAsync()
    {
        var seen = kept.Read();
        var found = await PostgresHead.ReadAsync(source, schema, Known.Nothing);
        Announce(found.Mark, found.Newest);
        if (Restored.Since(seen, found.Mark.Epoch, found.Mark.Position)) await RaiseAsync();
        _ = Task.Run(LookAsync, CancellationToken.None);
    }

    /// <summary>Begins an epoch whatever is there.</summary>
    public async Task<int> RaiseAsync()
    {
        var begun = await PostgresHead.BeginEpochAsync(source, schema, Restored.NextEpoch(kept.Read(), Epoch, time.Now()), Known.Everything);
        Announce(begun!.Value, null);
        return begun.Value.Epoch;
    }

    /// <summary>Begins an epoch if something of what was known is lost, unless another replica has; whichever it is, it is this one's from here on.</summary>
    public async Task RecoverAsync(Known known)
    {
        _loss.Stands(known.Mark.Epoch);
        if (await PostgresHead.BeginEpochAsync(source, schema, Restored.NextEpoch(kept.Read(), known.Mark.Epoch, time.Now()), known) is { } begun)
        {
            StorageMetrics.Lost.Add(1, new KeyValuePair<string, object?>("store", schema));
            Announce(begun, null);
        }

        var found = await PostgresHead.ReadAsync(source, schema, Known.Nothing);
        Announce(found.Mark, found.Newest);
        // Again: a look that was under way meanwhile may have taken it for none. In the same epoch nothing was lost: it was read from a standby that lags a little, whatever its address promised.
        _loss.Stands(known.Mark.Epoch);
        _loss.IsOver(Epoch);
    }

    /// <summary>Whoever waits is woken by a record alone: what lost an append and what began an epoch took positions too, and there is nothing to be read.</summary>
    public void Announce(Mark mark, SeenRecord? newest)
    {
        lock (_gate)
        {
            // Seen before an epoch began.
            if (mark.Epoch < _mark.Epoch) return;
            // What was lost is awaited by nobody.
            if (mark.Epoch > _mark.Epoch)
            {
                _record = null;
                Volatile.Write(ref _newest, 0);
            }

            if (newest is not null && newest.Position > (_record?.Position ?? 0)) _record = newest;
            if (newest is not null && newest.Position > _newest)
            {
                Volatile.Write(ref _newest, newest.Position);
                _appended?.SetResult();
                _appended = null;
            }

            if (!Restored.Since(mark, _mark.Epoch, _mark.Position)) return;
            _mark = mark;
        }

        kept.Move(mark.Epoch, mark.Position);
    }

    /// <summary>See <see cref="IRecordLog.WaitForAppendAsync"/>.</summary>
    public async Task<bool> WaitForAppendAsync(long afterPosition, TimeSpan timeout, CancellationToken cancel)
    {
        Task appended;
        lock (_gate)
        {
            if (_newest > afterPosition) return true;
            _appended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            appended = _appended.Task;
        }

        try
        {
            await appended.WaitAsync(timeout, time, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _closing.Cancel();
        _closing.Dispose();
    }

    /// <summary>All that was known is there: also after a loss was noticed that was none, or for which another replica, or a commit whose answer was lost, has begun an epoch.</summary>
    internal void Stand(Mark mark, SeenRecord? newest)
    {
        Announce(mark, newest);
        _loss.IsOver(Epoch);
    }

    private async Task LookAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(LookEvery);
            while (await timer.WaitForNextTickAsync(_closing.Token))
            {
                try
                {
                    var known = Known;
                    var found = await PostgresHead.ReadAsync(source, schema, known);
                    if (found.IsLost) await RecoverAsync(known);
                    else Stand(found.Mark, found.Newest);
                }
                catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
                {
                    // The next look is in a moment; whoever appends or reads meanwhile is told.
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Closing.
        }
    }
}
