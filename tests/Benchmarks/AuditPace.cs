using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Consent.Audit;
using Consent.Audit.Logs;
using Consent.Tests.Support;

namespace Consent.Benchmarks;

/// <summary>
/// From the moment at which audit is handed a receipt until its entry is under a checkpoint that anybody may see: all of hearing, a note for erasures and a trace with their commits,
/// and the round in which the batch, the tiles and the checkpoint are written. At a steady pace, and as many as it takes.
/// </summary>
internal sealed class AuditPace(AuditHere audit)
{
    private const double Slow = 200, Fast = 1000;
    private const int AtOnce = 256;
    private readonly ConcurrentDictionary<long, long> _heard = new();
    private readonly List<(long At, long Size)> _sizes = [];
    private long _next = -1;

    public static async Task<List<Figure>> MeasureAsync(Plan plan, string data)
    {
        await using var audit = await AuditHere.StartAsync(data);
        var pace = new AuditPace(audit);
        for (var turn = 0; turn < plan.Rounds; turn++) await pace.RunAsync(Fast / 2, plan.Each);
        var (slow, fast) = (await pace.RunAsync(Slow, 4 * plan.Each), await pace.RunAsync(Fast, 4 * plan.Each));
        var most = await pace.RunAsync(null, 4 * plan.Each);
        return
        [
            new($"receipt heard to included, p50, {Slow:n0}/s", slow.P50, 1000, false, "ms", Of(slow)),
            new($"the same, p99, {Slow:n0}/s", slow.P99, 1000, false, "ms", Of(slow)),
            new($"receipt heard to included, p50, {Fast:n0}/s", fast.P50, 1000, false, "ms", Of(fast)),
            new($"the same, p99, {Fast:n0}/s", fast.P99, 1000, false, "ms", Of(fast)),
            new("receipts heard and included a second, end to end", most.PerSecond, Fast, true, "", $"{AtOnce} at once, until the last is included"),
        ];

        static string Of(Run run) => string.Create(CultureInfo.InvariantCulture, $"{run.Count:n0} receipts, a round every 500 ms");
    }

    /// <param name="PerSecond">Until the last was included.</param>
    private sealed record Run(int Count, double PerSecond, double P50, double P99);

    /// <param name="perSecond">Null for as fast as they are taken.</param>
    private async Task<Run> RunAsync(double? perSecond, TimeSpan duration)
    {
        _heard.Clear();
        _sizes.Clear();
        using var end = new CancellationTokenSource();
        var (began, watching) = (Stopwatch.GetTimestamp(), WatchAsync(end.Token));
        if (perSecond is { } rate) await HearAtAsync(rate, duration, began);
        else await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(() => HearAllAsync(duration, began))));

        IReadOnlyList<long> indexes = [];
        await Eventually.IsSoAsync("every receipt is included", async () => (indexes = await IndexesAsync()).Count == _heard.Count, TimeSpan.FromMinutes(5));
        await end.CancelAsync();
        await watching;
        var included = indexes.Select(AtOf).ToList();
        var took = _heard.OrderBy(h => h.Key).Select(h => h.Value).Zip(included, (heard, at) => Math.Max(0, Stopwatch.GetElapsedTime(heard, at).TotalMilliseconds)).Order().ToList();
        return new Run(took.Count, took.Count / Stopwatch.GetElapsedTime(began, included.Max()).TotalSeconds, took[took.Count / 2], took[(int)(took.Count * 0.99)]);
    }

    private async Task HearAtAsync(double perSecond, TimeSpan duration, long began)
    {
        var under = new List<Task>();
        for (long made = 0; Stopwatch.GetElapsedTime(began) is var now && now < duration;)
        {
            for (; made < now.TotalSeconds * perSecond; made++) under.Add(Task.Run(HearAsync));
            await Task.Delay(1);
        }

        await Task.WhenAll(under);
    }

    private async Task HearAllAsync(TimeSpan duration, long began)
    {
        while (Stopwatch.GetElapsedTime(began) < duration) await HearAsync();
    }

    private async Task HearAsync()
    {
        var number = Interlocked.Increment(ref _next);
        var e = FilledAudit.Heard(number);
        _heard[number] = Stopwatch.GetTimestamp();
        await audit.HearAsync(e);
    }

    /// <summary>When the log grew to which size, to a few milliseconds.</summary>
    private async Task WatchAsync(CancellationToken end)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(3));
        try
        {
            while (await timer.WaitForNextTickAsync(end))
                if (audit.Log?.Size is { } size && (_sizes.Count == 0 || size > _sizes[^1].Size)) _sizes.Add((Stopwatch.GetTimestamp(), size));
        }
        catch (OperationCanceledException)
        {
            // All are included by now.
            _sizes.Add((Stopwatch.GetTimestamp(), long.MaxValue));
        }
    }

    /// <summary>Of those that are included, in the order of their numbers.</summary>
    private async Task<IReadOnlyList<long>> IndexesAsync()
    {
        var indexes = new List<long>();
        foreach (var some in _heard.Keys.Order().Chunk(1000))
        {
            var traces = await Task.WhenAll(some.Select(async number => await audit.Records.HistoryAsync(AuditLog.TraceOf(FilledAudit.RecordOf(number)))));
            var found = await audit.Of<FindEntries>().RunAsync([.. traces.Select(trace => new Sought(LoggedEvent.In(trace)!.Record, AuditHere.Controller))], CancellationToken.None);
            if (found.Any(f => f.Place is null)) return [];
            indexes.AddRange(found.Select(f => f.Place!.Index));
        }

        return indexes;
    }

    private long AtOf(long index)
    {
        var (low, high) = (0, _sizes.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_sizes[middle].Size > index) high = middle;
            else low = middle + 1;
        }

        return _sizes[low].At;
    }
}
