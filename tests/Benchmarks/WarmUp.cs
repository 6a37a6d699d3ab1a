using System.Globalization;

namespace Consent.Benchmarks;

/// <summary>
/// At least eight turns, and until none of the last three cost a twentieth less CPU than the cheapest before: until then .NET's compiler works beside the load,
/// and takes what a machine of two cores has. How it was right after the start is told.
/// </summary>
internal static class WarmUp
{
    /// <summary>Before, the compiler's own work can look like rest: each turn costs as much as the one before.</summary>
    private const int Least = 8;

    /// <param name="Cpu">That its turn cost, in all processes that do the work.</param>
    public sealed record Turn(TimeSpan Cpu, long Count, double PerSecond, double P50, double P99);

    /// <param name="most">Turns, in which the machine may not have come to rest.</param>
    public static async Task RunAsync(string what, int most, Func<Task<Turn>> take)
    {
        var (least, dearer) = (double.MaxValue, 0);
        for (var (turn, isWarm) = (1, false); turn <= most && !isWarm; turn++)
        {
            var took = await take();
            var each = took.Cpu.TotalMicroseconds / took.Count;
            dearer = each < least * 0.95 ? 0 : dearer + 1;
            least = Math.Min(least, each);
            isWarm = dearer >= 3 && turn >= Least;
            if (turn != 1 && turn != most && !isWarm) continue;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{what}: turn {turn} after the start, at {took.PerSecond:n0} a second: p50 {took.P50:n1} ms, p99 {took.P99:n1} ms, {each:n0} us of CPU each"));
        }
    }
}
