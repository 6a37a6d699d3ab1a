namespace Consent.Storage;

/// <summary>
/// Work that is done once for all who want it: one at a time, and who comes while it is under way shares the next turn, which begins after he came. What one of them does behind it holds up none of the
/// others, nor the turn that follows: he may close what they use, and wait for them in doing so. Safe for many threads.
/// </summary>
internal sealed class OneAtATime(Func<Task> work)
{
    private readonly Lock _gate = new();
    private Task _now = Task.CompletedTask;
    private TaskCompletionSource? _next;

    /// <summary>A turn that begins after this call; it goes on when the caller does not wait for its end.</summary>
    public Task TurnAsync()
    {
        lock (_gate)
        {
            if (_next is not null) return _next.Task;
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var before = _now;
            if (before.IsCompleted) _now = turn.Task;
            else _next = turn;
            _ = Task.Run(() => RunAsync(before, turn), CancellationToken.None);
            return turn.Task;
        }
    }

    /// <summary>Until nothing is under way, nor waits for its turn. How it ended is told to those who wanted it.</summary>
    public async Task IdleAsync()
    {
        while (true)
        {
            Task last;
            lock (_gate) last = _next?.Task ?? _now;
            if (last.IsCompleted) return;
            await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(Task before, TaskCompletionSource turn)
    {
        // Whoever waited for that turn is told how it ended.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
            if (_next == turn) (_now, _next) = (turn.Task, null);
        var done = WorkAsync();
        await done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        turn.SetFromTask(done);
    }

    private async Task WorkAsync() => await work();
}
