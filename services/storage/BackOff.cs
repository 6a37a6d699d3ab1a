using System.Security.Cryptography;

namespace Consent.Storage;

/// <summary>How long to wait after failing: twice as long each time, up to a limit, and never quite when the others do.</summary>
internal static class BackOff
{
    /// <param name="failures">How often it failed in a row, from 1.</param>
    /// <returns>Between half and all of <paramref name="first"/> · 2^(failures - 1), the limit applied before the jitter.</returns>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan limit)
    {
        var full = Math.Min(limit.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 30)));
        return TimeSpan.FromMilliseconds(full * (0.5 + (RandomNumberGenerator.GetInt32(500) / 1000.0)));
    }

    /// <summary>What may stand in a log about a failure: never a value from a record.</summary>
    public static string ReasonOf(Exception e) => e is ServiceDefaults.Messaging.UnpublishedException or LogUnavailableException
        ? e.Message
        : e.GetType().Name;
}
