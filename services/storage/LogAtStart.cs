using Microsoft.Extensions.Logging;

namespace Consent.Storage;

/// <summary>
/// A start that needs a log which cannot be asked just now, as right after a loss, or while an account turns calls away: it waits for the log instead of ending the process, and says so. The probes
/// do not answer meanwhile, so nobody is sent here; who starts processes decides how long that may take.
/// </summary>
public static class LogAtStart
{
    private const int TellEvery = 20;
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250), Longest = TimeSpan.FromSeconds(2);

    /// <summary>Tries until it does not throw <see cref="LogUnavailableException"/>; by the real clock. Whatever else is thrown ends it.</summary>
    /// <param name="begin">Does no harm when it is done again after a part of it.</param>
    public static async Task WaitAsync(Func<CancellationToken, Task> begin, ILogger logger, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(begin);
        for (var tries = 1; ; tries++)
        {
            try
            {
                await begin(cancel);
                return;
            }
            catch (LogUnavailableException e)
            {
                if (tries % TellEvery == 1) logger.LogWarning("Nothing is answered before the log can be read: {Reason} It is tried again all the time.", e.Message);
            }

            await Task.Delay(BackOff.After(tries, First, Longest), TimeProvider.System, cancel);
        }
    }

    /// <summary>For opening a log, where nobody can be told: tries for as long as given, then throws what it met last.</summary>
    internal static async Task WaitAsync(Func<Task> begin, TimeSpan patience)
    {
        var since = TimeProvider.System.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                await begin();
                return;
            }
            catch (LogUnavailableException) when (TimeProvider.System.GetElapsedTime(since) < patience)
            {
                await Task.Delay(BackOff.After(tries, First, Longest), TimeProvider.System);
            }
        }
    }
}
