using System.Security.Cryptography;
using Npgsql;

namespace Consent.Storage;

/// <summary>
/// Putting persons' keys under the newest keys of their controllers, in the background. Until it is done all opens as it lies, so what fails is only tried again,
/// after a second at first and five minutes at most; how much is left, and each failure, is told by metrics, under the service's name.
/// </summary>
internal static class Rewrapping
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <param name="work">Does what is left, and returns when nothing is, or when closing.</param>
    public static async Task RunAsync(string store, Func<CancellationToken, Task> work, CancellationToken closing)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                if (failures > 0) await Task.Delay(BackOff.After(failures, First, Longest), closing);
                await work(closing);
                return;
            }
            catch (Exception) when (closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or UnauthorizedAccessException or TimeoutException or LogUnavailableException or CryptographicException)
            {
                StorageMetrics.RewrapFailures.Add(1, Of(store));
            }
        }
    }

    public static void Left(string store, long keys) => StorageMetrics.KeysBehind.Record(keys, Of(store));

    private static KeyValuePair<string, object?> Of(string store) => new("store", store);
}
