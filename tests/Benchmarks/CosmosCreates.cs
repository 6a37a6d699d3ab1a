using System.Globalization;
using Consent.Storage;

namespace Consent.Benchmarks;

/// <summary>
/// What the engine adds to the SDK's calls in CPU of this process, the accounts being stand-ins in another: an append beside the bare calls of which it consists, in turns of one run. The first record
/// of a stream is one create; each further one is a query and a create, and is held against both, and told against the create alone.
/// </summary>
internal static class CosmosCreates
{
    private const int AtOnce = 32;
    private const int WarmUps = 2;

    /// <summary>Streams, for each that is at work, that have their first record before the first turn: so that there are enough for the further ones.</summary>
    private const int Ahead = 60;
    private const string Bare = "create, bare", Both = "query and create, bare", First = "append, first of its stream", Further = "append, further", Whole = "append, first, and its place";

    public static async Task<List<Figure>> MeasureAsync(Plan plan, string folder)
    {
        await using var apart = await CosmosApart.StartAsync();
        using var bare = await BareCosmos.StartAsync(apart.Data);
        using var engine = await CosmosEngine.StartAsync(apart, Directory.CreateDirectory(Path.Combine(folder, "cosmos-creates")).FullName);
        (string Name, Func<Task> One)[] contenders = [(Bare, bare.CreateAsync), (First, engine.FirstAsync), (Both, bare.QueryAndCreateAsync), (Further, engine.FurtherAsync), (Whole, engine.WholeAsync)];
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            for (var i = 0; i < Ahead; i++)
            {
                await bare.CreateAsync();
                await engine.FirstAsync();
            }
        }));
        var took = contenders.ToDictionary(c => c.Name, _ => new List<double>(), StringComparer.Ordinal);
        for (var round = 1 - WarmUps; round <= plan.Rounds; round++)
        {
            foreach (var (name, one) in contenders)
            {
                var each = await CpuOfAsync(one, name == Whole ? engine.PlacedAsync : () => Task.CompletedTask, plan.Each);
                if (round > 0) took[name].Add(each);
            }
        }

        foreach (var (name, _) in contenders) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Cosmos DB, {name,-32} {Median(took[name]),7:n1} us of CPU each, {AtOnce} at once"));
        var of = $"{plan.Rounds} rounds; the stand-in is another process";
        return
        [
            new("CPU of a first append against the bare create, Cosmos DB", Ratio(First, Bare), 1.5, false, "", of),
            new("CPU of a further append against a bare query and create", Ratio(Further, Both), 1.5, false, "", of),
            // Two calls against one: told, and not to be had.
            new("the same against the bare create alone", Ratio(Further, Bare), 1.5, false, "", of),
        ];

        double Ratio(string name, string against) => Median(took[name].Zip(took[against], (a, b) => a / b));
    }

    /// <summary>Microseconds, what was put off included.</summary>
    private static async Task<double> CpuOfAsync(Func<Task> one, Func<Task> settle, TimeSpan duration)
    {
        var (before, over, count) = (Environment.CpuUsage.TotalTime, TimeProvider.System.TimestampIn(duration), 0);
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            while (TimeProvider.System.GetTimestamp() < over)
            {
                await one();
                Interlocked.Increment(ref count);
            }
        })));
        await settle();
        return (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / Math.Max(1, count);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
