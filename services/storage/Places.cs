using Npgsql;

namespace Consent.Storage;

/// <summary>
/// Queues before a pool of connections: whoever comes while all are in use waits for his turn, and is not refused after the few seconds
/// in which a connection is to be made. Under a burst of messages the one that waited would be handled from its beginning again, and so
/// be more of the same burst. Two connections are left for leases and cursors. Not to be entered twice by one caller.
/// </summary>
internal sealed class Places(NpgsqlDataSource source) : IDisposable
{
    private const int LeftOver = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _free = new(Math.Max(1, new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxPoolSize - LeftOver));

    /// <summary>Throws <see cref="LogUnavailableException"/> when it cannot be done, or its turn has not come within 30 seconds.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancel = default)
    {
        if (!await _free.WaitAsync(Patience, cancel)) throw new LogUnavailableException("The database does not keep up with what is asked of it.");
        try
        {
            return await PostgresWork.RunAsync(work);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();
}
