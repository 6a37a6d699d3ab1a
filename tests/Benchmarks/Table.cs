using System.Globalization;

namespace Consent.Benchmarks;

/// <summary>A line of the issue's table.</summary>
/// <param name="AtLeast">Whether the goal is a floor; else it is a ceiling.</param>
/// <param name="IsGate">A size, which does not depend on the machine or its noise: over it, the run has failed.</param>
internal sealed record Figure(string What, double Value, double Goal, bool AtLeast, string Unit, string From, bool IsGate = false)
{
    public bool IsReached => AtLeast ? Value >= Goal : Value <= Goal;
}

internal static class Table
{
    public static void Write(IReadOnlyList<Figure> figures)
    {
        Console.WriteLine();
        Console.WriteLine($"{"",-62} {"figure",9} {"goal",12}   from");
        foreach (var f in figures)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{(f.IsReached ? "+" : "-")} {f.What,-60} {Show(f.Value, f.Unit),9} {(f.AtLeast ? ">= " : "<= ") + Show(f.Goal, f.Unit),12}   {f.From}"));
        }
    }

    public static void Write(string name, int connections, IReadOnlyList<Measured> rounds) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{name,-34} {connections,4} connections {Median(rounds, r => r.PerSecond),8:n0}/s  cpu {Median(rounds, r => r.CpuPerRequest.TotalMicroseconds),6:n1} us  p50 {Median(rounds, r => r.P50.TotalMilliseconds),6:n1}  p99 {Median(rounds, r => r.P99.TotalMilliseconds),7:n1} ms  rss {rounds.Max(r => r.Resident) >> 20,4} MB  publishing went on {Median(rounds, r => r.Settling.TotalSeconds):n1} s"));

    public static double Median(IEnumerable<Measured> rounds, Func<Measured, double> of)
    {
        var sorted = rounds.Select(of).Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }

    private static string Show(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}{(unit.Length > 0 ? " " + unit : "")}");
}
