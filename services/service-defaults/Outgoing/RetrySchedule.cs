using System.Globalization;
using System.Net.Http.Headers;

namespace Consent.ServiceDefaults.Outgoing;

/// <summary>
/// When what failed is tried again: after 5 s, then twice as long each time, up to an hour, each pause cut by up to half at random,
/// for three days from the first attempt. Pure.
/// </summary>
public static class RetrySchedule
{
    public static readonly TimeSpan GivenUpAfter = TimeSpan.FromHours(72);
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The moment of the next attempt; the last one is made when the three days end. Null: that one was made, give up.</summary>
    /// <param name="attempts">How many have failed, from 1.</param>
    /// <param name="retryAfter">What the receiver asked for: never sooner than that, except that the three days bound it.</param>
    /// <param name="chance">Anything from 0 up to 1; makes the jitter.</param>
    public static DateTimeOffset? Next(int attempts, DateTimeOffset firstAt, DateTimeOffset now, TimeSpan? retryAfter, double chance)
    {
        var end = firstAt + GivenUpAfter;
        if (now >= end) return null;
        var full = Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, Math.Clamp(attempts - 1, 0, 30)));
        var pause = TimeSpan.FromMilliseconds(Math.Ceiling(full * (1 - (chance / 2))));
        if (retryAfter > pause) pause = retryAfter.Value;
        return pause < end - now ? now + pause : end;
    }

    /// <summary>How long the receiver asks to be left alone (RFC 9110, section 10.2.3), in seconds, however many, or by a date; null when it does not say.</summary>
    public static TimeSpan? Asked(string? header, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(header)) return null;
        // The framework reads no more seconds than fit in 32 bits, and takes what is more for nothing.
        if (header.Trim().All(char.IsAsciiDigit))
            return long.TryParse(header, NumberStyles.Integer, CultureInfo.InvariantCulture, out var seconds) && seconds < GivenUpAfter.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : GivenUpAfter;
        var asked = RetryConditionHeaderValue.TryParse(header, out var read) ? read.Date - now : null;
        if (asked is null) return null;
        return asked < TimeSpan.Zero ? TimeSpan.Zero : asked > GivenUpAfter ? GivenUpAfter : asked;
    }
}
