using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Consent.ServiceDefaults;
using Consent.Tests.Support;

namespace Consent.Benchmarks;

/// <summary>
/// How long an opt-out takes from its one-click request to "applied" in a subscriber's own store: by marketing's log and relay, and the
/// consent service's receipt and relay. The broker is one node with quorum queues; audit is off.
/// </summary>
/// <param name="settled">Completes when nothing is left to do behind what was pressed, such as the acknowledgements of it.</param>
internal sealed class OptOutTravel(ServiceProcess marketing, ServiceProcess consent, ServiceProcess subscriber, Links links, KeyRing ring, Func<Task> settled)
{
    public const string Subscriber = "mailer";
    private const double Steady = 100, WarmingUp = 500;

    /// <summary>Links that a run presses.</summary>
    public static double Needs(Plan plan) => plan.Each.TotalSeconds * ((Turns(plan) * WarmingUp) + (3 * Steady));

    public async Task<Figure> MeasureAsync(Plan plan)
    {
        using var http = new HttpClient { BaseAddress = subscriber.Address };
        await WarmUp.RunAsync("Opt-outs", Turns(plan), async () =>
        {
            var cpu = Cpu();
            var warming = await RunAsync(http, WarmingUp, plan.Each);
            return new(Cpu() - cpu, warming.Count, warming.PerSecond, warming.P50, warming.P99);
        });
        // Five times what is measured is more than it can take for long: the first seconds would be of that.
        await settled();
        var run = await RunAsync(http, Steady, 3 * plan.Each);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"At {run.PerSecond:n0} opt-outs a second from the request to applied: p50 {run.P50:n1} ms, p99 {run.P99:n1} ms, the slowest {run.Slowest:n0} ms"));
        return new("one-click to applied at a subscriber, p99", run.P99, 100, false, "ms", $"{Steady:n0} a second, {run.Count:n0} in all");
    }

    /// <summary>At most; in a long run enough for the compiler.</summary>
    private static int Turns(Plan plan) => 2 * plan.Rounds;

    private TimeSpan Cpu() => marketing.Cpu() + consent.Cpu() + subscriber.Cpu();

    private sealed record Run(int Count, double PerSecond, double P50, double P99, double Slowest);

    private async Task<Run> RunAsync(HttpClient http, double perSecond, TimeSpan duration)
    {
        var sent = new ConcurrentDictionary<long, long>();
        var before = await CountAsync(http);
        var load = await Load.Load.AtRateAsync(links.Pressing(number => sent[number] = Stopwatch.GetTimestamp()), 64, perSecond, duration, CancellationToken.None);
        if (load.Wrong.Count > 0) throw new InvalidOperationException($"Answered wrongly: {string.Join(", ", load.Wrong.Keys)}\n{marketing.LastLines()}");
        // Each is to arrive, however late.
        await Eventually.IsSoAsync(
            "every opt-out is applied", async () => await CountAsync(http) - before >= sent.Count, TimeSpan.FromMinutes(2), () => $"{consent.LastLines()}\n{subscriber.LastLines()}");
        var applied = (await http.GetStringAsync($"/applied/{Subscriber}")).Split('\n').Select(line => line.Split(' '))
            .ToDictionary(l => l[0], l => long.Parse(l[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
        var took = sent.Select(s => Stopwatch.GetElapsedTime(s.Value, applied[ring.AddressId(links.AddressOf(s.Key))]).TotalMilliseconds).Order().ToList();
        return new Run(took.Count, load.PerSecond, took[took.Count / 2], took[(int)(took.Count * 0.99)], took[^1]);
    }

    private static async Task<long> CountAsync(HttpClient http) =>
        long.Parse(await http.GetStringAsync($"/count/{Subscriber}"), CultureInfo.InvariantCulture);
}
