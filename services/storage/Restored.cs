using System.Runtime.InteropServices;

namespace Consent.Storage;

/// <summary>How far a log had come when it was last looked at; kept beside the keys, where a restore of the data does not reach.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Mark(int Epoch, long Position);

/// <summary>
/// When a log is older than what was seen of it, and what its next epoch is; pure. A new epoch begins at a position that no record
/// of any earlier one, lost or not, can have had: whoever holds a cursor of the lost history misses nothing of the new one.
/// </summary>
internal static class Restored
{
    private const int PositionBits = 30;
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static bool Since(Mark? seen, int epoch, long last) => seen is { } mark && (mark.Epoch > epoch || (mark.Epoch == epoch && mark.Position > last));

    /// <summary>
    /// The minutes since 2026, or one more than any epoch known: so that two restores of one backup, on machines that know nothing
    /// of each other, still begin different epochs, unless within a minute.
    /// </summary>
    public static int NextEpoch(Mark? seen, int epoch, DateTimeOffset now) =>
        (int)Math.Min(LogSecret.LastEpoch, Math.Max(Math.Max(epoch, seen?.Epoch ?? 0) + 1, (long)(now - Beginning).TotalMinutes));

    /// <summary>The position behind which an epoch begins.</summary>
    public static long FloorOf(int epoch) => (long)epoch << PositionBits;
}
