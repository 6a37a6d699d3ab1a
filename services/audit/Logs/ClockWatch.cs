using System.Globalization;

namespace Consent.Audit.Logs;

/// <summary>
/// Looks at the clock by which entries are dated. An entry bears the later of now and the time of the entry before, so a clock that was wrong once stands in the log for ever: it is
/// said when it was set forward while this process ran (by a clock that only counts), when it differs from the times at which what is new was heard, and when it is behind
/// the newest entry. One caller at a time.
/// </summary>
internal sealed class ClockWatch(TimeProvider time)
{
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(1);

    /// <summary>For so long a leap is told of.</summary>
    private static readonly TimeSpan Told = TimeSpan.FromHours(1);
    private (DateTimeOffset Utc, long Stamp) _before = (time.GetUtcNow(), time.GetTimestamp());
    private (TimeSpan By, long Stamp) _leap;

    /// <param name="newest">Times of the newest entries.</param>
    /// <param name="heard">When the newest record that is not our own was heard, of those that came since the last look; null for none, and where there may have been more before.</param>
    /// <returns>What is wrong with it, as a sentence; null for nothing.</returns>
    public string? Look(IEnumerable<DateTimeOffset> newest, DateTimeOffset? heard)
    {
        var (utc, stamp) = (time.GetUtcNow(), time.GetTimestamp());
        var passed = time.GetElapsedTime(_before.Stamp, stamp);
        var leap = LeapOf(_before.Utc, utc, passed);
        _before = (utc, stamp);
        if (leap != TimeSpan.Zero) _leap = (leap, stamp);
        if (newest.DefaultIfEmpty(utc).Max() - utc is var behind && behind > Most)
            return $"the clock is {Text(behind)} behind the newest entry of a log: entries bear that time until the clock has come to it";
        if (DifferenceOf(heard, utc, passed) is var differs && differs != TimeSpan.Zero)
            return $"the clock is {Text(differs.Duration())} {(differs > TimeSpan.Zero ? "ahead of" : "behind")} the one that dated what was heard: set both right";
        return _leap.By > TimeSpan.Zero && time.GetElapsedTime(_leap.Stamp, stamp) < Told
            ? $"the clock was set forward by {Text(_leap.By)}: where that was wrong, entries since then bear a time that has not come yet"
            : null;
    }

    /// <summary>By how much the clock was moved, forward or back, while so much time passed; zero for less than a minute. Pure.</summary>
    internal static TimeSpan LeapOf(DateTimeOffset before, DateTimeOffset now, TimeSpan passed) => Beyond(now - before - passed);

    /// <summary>By how much the clock is ahead of, or behind, the one by which something was heard that came within the time passed; zero for less than a minute. Pure.</summary>
    internal static TimeSpan DifferenceOf(DateTimeOffset? heard, DateTimeOffset now, TimeSpan passed) =>
        heard is not { } at ? TimeSpan.Zero : now < at ? Beyond(now - at) : Beyond(now - at > passed ? now - at - passed : TimeSpan.Zero);

    private static TimeSpan Beyond(TimeSpan by) => by.Duration() > Most ? by : TimeSpan.Zero;

    private static string Text(TimeSpan by) => by.ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);
}
