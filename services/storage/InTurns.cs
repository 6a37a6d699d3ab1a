namespace Consent.Storage;

/// <summary>
/// What is asked for one key is done one after the other, in the order in which it was asked for; what is asked for other keys is done beside it. Safe for many threads.
/// </summary>
public sealed class InTurns<TKey> where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Task> _last = [];

    /// <summary>All that was asked for so far is done when this ends; whether it failed is not said here.</summary>
    public Task AllAsync()
    {
        lock (_gate) return Task.WhenAll(_last.Values);
    }

    /// <summary>Its turn is that of this call, whatever the work has to wait for. Work that fails does not hinder the next.</summary>
    public async Task<T> RunAsync<T>(TKey key, Func<Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? before;
        lock (_gate)
        {
            before = _last.GetValueOrDefault(key);
            _last[key] = done.Task;
        }

        try
        {
            if (before is not null) await before;
            return await work();
        }
        finally
        {
            lock (_gate)
            {
                if (_last.GetValueOrDefault(key) == done.Task) _last.Remove(key);
            }

            done.SetResult();
        }
    }
}
