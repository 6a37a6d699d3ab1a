using Microsoft.Extensions.Logging;

namespace Consent.Subscriber;

/// <summary>
/// Pages that one subscriber could not apply: counted, told in the log without a word of what stood in them, and asked for again after 5
/// seconds, 10, 20 and so on, up to 5 minutes. In the error queue a page would be of no use, since it is asked for anew. One thread at a time.
/// </summary>
internal sealed class FailedPages(string service, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private int _inARow;
    private long _last;

    /// <summary>Whether nothing is to be asked yet.</summary>
    public bool IsPausing => _inARow > 0 && time.GetElapsedTime(_last) < PauseAfter(_inARow);

    public void Add(Exception e)
    {
        _inARow++;
        _last = time.GetTimestamp();
        SubscriberMetrics.FailedPages.Add(1, new KeyValuePair<string, object?>("service", service));
        // What an exception says may name somebody.
        log.LogWarning(
            "{Service} could not apply a page of what was recorded before ({Reason}); it asks for it again in {Seconds} s.", service, e.GetType().Name, PauseAfter(_inARow).TotalSeconds);
    }

    public void Passed() => _inARow = 0;

    internal static TimeSpan PauseAfter(int failures) => failures > 6 ? Longest : First * (1 << (failures - 1));
}
