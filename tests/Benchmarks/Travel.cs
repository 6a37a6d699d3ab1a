using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Consent.Load;
using Consent.Tests.Support;

namespace Consent.Benchmarks;

/// <summary>
/// How long a change takes from its 201 to "applied" in a subscriber's own store, how many a second reach three subscribers in one
/// process, and how long a late joiner loads. The broker is one node with quorum queues; audit is off.
/// </summary>
internal static class Travel
{
    private const double Steady = 200, Sustained = 1500, Asked = 1650;
    private static readonly string[] Names = ["one", "two", "three"];

    public static async Task<List<Figure>> MeasureAsync(Plan plan, Servers servers, string folder)
    {
        var figures = new List<Figure>();
        await using var postgres = await PostgresServer.StartAsync();
        var echo = await servers.CompareAsync("echo");
        var bare = await Measured.OfAsync(new Contender("echo", echo, new Load.Asked(echo.Address, Template.Post("/", Servers.DecisionBody), Visitors.Fresh(), () => 0, 200)), 256, plan.Each);
        await echo.StopAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A bare echo of the same JSON: {bare.PerSecond:n0} a second."));
        foreach (var engine in (string[])["SQLite", "PostgreSQL"])
        {
            var data = Path.Combine(folder, $"travel-{engine}");
            var settings = engine == "SQLite" ? new Dictionary<string, string>() : new()
            {
                ["Storage:Engine"] = "postgres",
                ["Storage:Postgres"] = await postgres.CreateDatabaseAsync(),
                ["Storage:PostgresKeys"] = await postgres.CreateDatabaseAsync(),
            };
            var consent = await servers.ConsentAsync($"consent-travel-{engine}", data, settings);
            var subscribers = await servers.SubscribersAsync(Path.Combine(data, "subscribers"), Names);
            figures.AddRange(await TravelAsync(plan, engine, consent, subscribers));
            await subscribers.StopAsync();
            await consent.StopAsync();
        }

        return figures;
    }

    /// <summary>A log of so many subjects, and a subscriber that was not there before.</summary>
    public static async Task<Figure> LateAsync(Plan plan, Servers servers, string folder)
    {
        var data = Path.Combine(folder, "late");
        await FilledLog.MakeAsync(data, new Visitors(1), plan.Subjects, Servers.Declared.Published(TimeProvider.System.GetUtcNow()));
        var consent = await servers.ConsentAsync("consent-late", data);
        var began = Stopwatch.GetTimestamp();
        var late = await servers.SubscribersAsync(Path.Combine(data, "subscribers"), "late");
        using var http = new HttpClient { BaseAddress = late.Address };
        await Eventually.IsSoAsync("the late joiner is loaded", async () => await http.GetStringAsync("/loaded/late") == "yes", TimeSpan.FromMinutes(20));
        var took = Stopwatch.GetElapsedTime(began);
        var held = long.Parse(await http.GetStringAsync("/count/late"), CultureInfo.InvariantCulture);
        if (held != plan.Subjects) throw new InvalidOperationException($"The late joiner holds {held:n0} of {plan.Subjects:n0}.");
        await late.StopAsync();
        await consent.StopAsync();
        return new Figure($"a late joiner with {plan.Subjects:n0} subjects", took.TotalSeconds, 120, false, "s", "from the start of its process");
    }

    private static async Task<List<Figure>> TravelAsync(Plan plan, string engine, ServiceProcess consent, ServiceProcess subscribers)
    {
        using var http = new HttpClient { BaseAddress = subscribers.Address };
        await WarmUp.RunAsync(engine, 4 * plan.Rounds, async () =>
        {
            var cpu = consent.Cpu() + subscribers.Cpu();
            var run = await RunAsync(consent, http, Sustained / 2, plan.Each);
            return new(consent.Cpu() + subscribers.Cpu() - cpu, run.Decided, run.PerSecond, run.P50, run.P99);
        });
        var steady = await RunAsync(consent, http, Steady, 4 * plan.Each);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{engine}: at {steady.PerSecond:n0} changes a second from 201 to applied: p50 {steady.P50:n1} ms, p99 {steady.P99:n1} ms, the slowest {steady.Slowest:n0} ms"));
        var (cpuOfConsent, cpuOfSubscribers) = (consent.Cpu(), subscribers.Cpu());
        var sustained = await RunAsync(consent, http, Asked, 4 * plan.Each);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{engine}: asked for {Asked:n0} a second: {sustained.PerSecond:n0} decided, {sustained.AppliedPerSecond:n0} applied a second by the slowest of three, {sustained.Behind:n0} behind at the end; p50 {sustained.P50:n0} ms; CPU per change: consent {PerChange(consent.Cpu() - cpuOfConsent, sustained)} us, subscribers {PerChange(subscribers.Cpu() - cpuOfSubscribers, sustained)} us"));
        return
        [
            new($"201 to applied, {engine}, p50", steady.P50, 10, false, "ms", $"{Steady:n0} a second"),
            new($"201 to applied, {engine}, p99", steady.P99, 50, false, "ms", $"{Steady:n0} a second"),
            new($"changes a second to three subscribers, {engine}", sustained.AppliedPerSecond, Sustained, true, "", $"asked for {Asked:n0}; {sustained.Behind:n0} behind when the load ended"),
        ];
    }

    private static string PerChange(TimeSpan cpu, Run run) => (cpu.TotalMicroseconds / run.Decided).ToString("n0", CultureInfo.InvariantCulture);

    /// <param name="AppliedPerSecond">While the load lasted, by the slowest subscriber.</param>
    /// <param name="Behind">Decided and not applied by the slowest when the load ended.</param>
    private sealed record Run(long Decided, double PerSecond, double AppliedPerSecond, long Behind, double P50, double P99, double Slowest);

    private static async Task<Run> RunAsync(ServiceProcess consent, HttpClient subscribers, double perSecond, TimeSpan duration)
    {
        var visitors = Visitors.Fresh();
        var answered = new ConcurrentDictionary<long, long>();
        long next = -1;
        var before = await CountsAsync(subscribers);
        var asked = new Load.Asked(consent.Address, Servers.Decision, visitors, () => Interlocked.Increment(ref next), 201, visitor => answered[visitor] = Stopwatch.GetTimestamp());
        var load = await Load.Load.AtRateAsync(asked, 64, perSecond, duration, CancellationToken.None);
        if (load.Wrong.Count > 0) throw new InvalidOperationException($"Answered wrongly: {string.Join(", ", load.Wrong.Keys)}\n{consent.LastLines()}");
        var slowest = (await CountsAsync(subscribers)).Zip(before, (now, then) => now - then).Min();
        // Each is to arrive at each, however late.
        foreach (var (name, then) in Names.Zip(before))
        {
            await Eventually.IsSoAsync($"{name} has applied everything",
                async () => long.Parse(await subscribers.GetStringAsync($"/count/{name}"), CultureInfo.InvariantCulture) - then >= answered.Count, TimeSpan.FromMinutes(2));
        }

        var took = new List<double>();
        foreach (var name in Names)
        {
            var applied = (await subscribers.GetStringAsync($"/applied/{name}")).Split('\n').Select(line => line.Split(' ')).ToDictionary(l => l[0], l => long.Parse(l[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
            foreach (var (visitor, at) in answered) took.Add(Math.Max(0, Stopwatch.GetElapsedTime(at, applied[visitors.Id(visitor)]).TotalMilliseconds));
        }

        took.Sort();
        return new Run(answered.Count, load.PerSecond, slowest / load.Took.TotalSeconds, answered.Count - slowest, took[took.Count / 2], took[(int)(took.Count * 0.99)], took[^1]);
    }

    private static async Task<long[]> CountsAsync(HttpClient subscribers) =>
        [.. await Task.WhenAll(Names.Select(async name => long.Parse(await subscribers.GetStringAsync($"/count/{name}"), CultureInfo.InvariantCulture)))];
}
