namespace Consent.Benchmarks;

/// <summary>
/// Contenders take turns, round after round, so that what disturbs the machine disturbs all; a ratio is taken within each round
/// and the median of those is told.
/// </summary>
internal sealed class Rounds(int count, TimeSpan each)
{
    private readonly Dictionary<(string Name, int Connections), List<Measured>> _all = [];

    public TimeSpan Each => each;

    public IReadOnlyList<Measured> Of(string name, int connections) => _all[(name, connections)];

    public async Task RunAsync(IReadOnlyList<Contender> contenders, params int[] connections)
    {
        foreach (var many in connections)
        {
            // The first is for the compiler and the caches.
            for (var round = 0; round <= count; round++)
            {
                foreach (var contender in contenders)
                {
                    if (!Console.IsErrorRedirected) Console.Error.Write($"\r{(round == 0 ? "Warming up" : $"Round {round} of {count}")}, {many} connections: {contender.Name,-40}");
                    var measured = await Measured.OfAsync(contender, many, each);
                    if (round > 0) Kept((contender.Name, many)).Add(measured);
                }
            }

            if (!Console.IsErrorRedirected) Console.Error.Write("\r" + new string(' ', 90) + "\r");
            foreach (var contender in contenders) Table.Write(contender.Name, many, Of(contender.Name, many));
        }
    }

    public double Rate(string name, string against, int connections) => Ratio(name, against, connections, m => m.PerSecond);

    public double Ratio(string name, string against, int connections, Func<Measured, double> of)
    {
        var ratios = Of(name, connections).Zip(Of(against, connections), (a, b) => of(a) / of(b)).Order().ToList();
        return ratios[ratios.Count / 2];
    }

    private List<Measured> Kept((string, int) key) => _all.TryGetValue(key, out var kept) ? kept : _all[key] = [];
}
