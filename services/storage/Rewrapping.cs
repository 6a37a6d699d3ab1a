using System.Security.Cryptography;
using Npgsql;

namespace Consent.Storage;

/// <summary>
/// Putting persons' keys under the newest keys of their controllers, in the background. Until it is done all opens as it lies, so what fails is only tried again,
/// after a second at first and five minutes at most; how much is left, and each failure, is told by metrics, under the service's name, and by <see cref="Alarm"/>. Safe for many threads.
/// </summary>
internal sealed class Rewrapping(string store, TimeProvider? time = null)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Ten million keys take minutes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private long? _began;
    private string? _failed;
    private long _left;
    private long _leftThen;

    /// <summary>What an operator should know: that it failed and has got no further since, or takes longer than an hour; null otherwise.</summary>
    public string? Alarm
    {
        get
        {
            lock (_gate)
            {
                const string consequence = "All opens meanwhile; do not take a copy of the folder of keys before it is done, unless with the service stopped";
                return _failed is not null ? $"persons' keys could not be put under the newest key of their controller ({_failed}), and it is tried again: {_left} are left. {consequence}"
                    : _began is { } began && _time.GetElapsedTime(began) > Patience
                        ? $"persons' keys have been on their way under the newest key of their controller for {(int)_time.GetElapsedTime(began).TotalMinutes} minutes: {_left} are left. {consequence}"
                    : null;
            }
        }
    }

    /// <param name="work">Does what is left, and returns when nothing is, or when closing.</param>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken closing)
    {
        lock (_gate) _began = _time.GetTimestamp();
        for (var failures = 0; ; failures++)
        {
            try
            {
                if (failures > 0) await Task.Delay(BackOff.After(failures, First, Longest), closing);
                await work(closing);
                lock (_gate) (_began, _failed) = (null, null);
                return;
            }
            catch (Exception) when (closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or UnauthorizedAccessException or TimeoutException or LogUnavailableException or CryptographicException)
            {
                lock (_gate) (_failed, _leftThen) = (BackOff.ReasonOf(e), _left == 0 ? long.MaxValue : _left);
                StorageMetrics.RewrapFailures.Add(1, new KeyValuePair<string, object?>("store", store));
            }
        }
    }

    public void Left(long keys)
    {
        lock (_gate)
        {
            _left = keys;
            if (keys < _leftThen) _failed = null;
        }

        StorageMetrics.KeysBehind.Record(keys, new KeyValuePair<string, object?>("store", store));
    }
}
