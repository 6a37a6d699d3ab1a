namespace Consent.Storage;

/// <summary>
/// Work that is done once for all who want it: one at a time, and who comes while it is under way shares the next turn, which begins after he came. Safe for many threads.
/// </summary>
internal sealed class OneAtATime(Func<Task> work)
{
    private readonly Lock _gate = new();
    private Task _now = Task.CompletedTask;
    private Task? _next;

    /// <summary>A turn that begins after this call; it goes on when the caller does not wait for its end.</summary>
    public Task TurnAsync()
    {
        lock (_gate)
        {
            if (_next is not null) return _next;
            if (_now.IsCompleted) return _now = Task.Run(work, CancellationToken.None);
            var before = _now;
            return _next = Task.Run(() => AfterAsync(before), CancellationToken.None);
        }
    }

    /// <summary>Until nothing is under way, nor waits for its turn. How it ended is told to those who wanted it.</summary>
    public async Task IdleAsync()
    {
        while (true)
        {
            Task last;
            lock (_gate) last = _next ?? _now;
            if (last.IsCompleted) return;
            await last.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task AfterAsync(Task before)
    {
        try
        {
            await before;
        }
        catch (Exception)
        {
            // Whoever waited for that turn is told.
        }

        lock (_gate) (_now, _next) = (_next!, null);
        await work();
    }
}
