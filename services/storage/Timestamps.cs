namespace Consent.Storage;

/// <summary>Moments of the monotonic clock, which no correction of the wall clock moves: for how long ago and how soon, within one process.</summary>
internal static class Timestamps
{
    /// <summary>The timestamp so long after now; before it for a negative time.</summary>
    public static long TimestampIn(this TimeProvider time, TimeSpan later) => time.GetTimestamp() + (long)(later.TotalSeconds * time.TimestampFrequency);
}
