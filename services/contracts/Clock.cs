namespace Consent.Contracts;

public static class Clock
{
    /// <summary>The current time in UTC, cut to the millisecond: the precision in which every time is stored and sent.</summary>
    public static DateTimeOffset Now(this TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
    }
}
