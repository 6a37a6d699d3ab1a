using System.Collections.Concurrent;
using System.Diagnostics;

namespace Consent.Faults.Tests;

/// <summary>How much was done to the product since the suite began; every line of progress bears the seconds since then.</summary>
internal static class Counts
{
    private static readonly Stopwatch Since = Stopwatch.StartNew();
    private static readonly ConcurrentDictionary<string, int> Faults = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<Journal, (int Decisions, int OptOuts)> Journals = [];
    private static int _violations;

    public static void Tell(string what) => Console.WriteLine($"{Since.Elapsed.TotalSeconds,7:0.0} s  {what}");

    /// <param name="fault">Such as <c>kill of newsletter</c>.</param>
    public static void Did(string fault)
    {
        Faults.AddOrUpdate(fault, 1, (_, times) => times + 1);
        Tell(fault);
    }

    /// <summary>A journal as it stands; it goes on in the next scenario.</summary>
    public static void Add(Journal journal, int violations)
    {
        Journals[journal] = (journal.Decisions.Count, journal.OptOuts.Count);
        Interlocked.Add(ref _violations, violations);
    }

    public static void TellSum()
    {
        var kills = Faults.Where(f => f.Key.StartsWith("kill of ", StringComparison.Ordinal)).Sum(f => f.Value);
        var each = string.Join(", ", Faults.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} {f.Value}"));
        Tell($"so far: {kills} kills, {Journals.Sum(j => j.Value.Decisions)} decisions, {Journals.Sum(j => j.Value.OptOuts)} opt-outs, {_violations} violations ({each})");
    }
}
