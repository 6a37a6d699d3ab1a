using System.Diagnostics;

namespace Consent.Tests.Support;

/// <summary>Waits for a condition instead of for a time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    /// <summary>Asks again and again until it is so; after the limit fails, saying what was waited for and what was seen last.</summary>
    /// <param name="every">How long lies between two looks; a tenth of a second unless given.</param>
    /// <param name="seen">What to tell about the last look, when it never became so.</param>
    public static async Task IsSoAsync(string what, Func<Task<bool>> isSo, TimeSpan? limit = null, Func<string>? seen = null, TimeSpan? every = null)
    {
        ArgumentNullException.ThrowIfNull(isSo);
        var clock = Stopwatch.StartNew();
        Exception? last = null;
        while (clock.Elapsed < (limit ?? Usual))
        {
            try
            {
                last = null;
                if (await isSo()) return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
            {
                last = e;
            }
            await Task.Delay(every ?? TimeSpan.FromMilliseconds(100));
        }
        throw new TimeoutException($"Waited {clock.Elapsed.TotalSeconds:0} s for: {what}. {seen?.Invoke()}", last);
    }
}
