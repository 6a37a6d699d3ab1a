using System.Diagnostics;
using System.Globalization;
using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.System.Tests;

/// <summary>
/// Request units of the whole product by the stand-in's model, as a start for sizing accounts: at rest, and of a decision with all that follows from it in every log and ledger. Told in
/// <c>artifacts/tests/cosmos-units-of-the-product.txt</c>; held to no more than an order of magnitude.
/// </summary>
[Collection(OnCosmos.Name)]
public sealed class CosmosUnitsTests(RunningOnCosmos running)
{
    private const int Decisions = 200;

    /// <summary>Units a second; a log that is told to be in trouble, as after a restore, is looked at more often.</summary>
    private const double MostAtRest = 400;

    private CosmosStandIn[] Accounts => [running.Accounts.Store, running.Accounts.Keys];

    private double Units => Accounts.Sum(account => account.Counts.Sum(c => c.Units));

    private long Created => Accounts.Sum(account => account.Counts.Where(c => c.Operation == Operation.Create).Sum(c => c.Times));

    [Fact]
    public async Task A_product_at_rest_and_decisions_with_all_that_follows_cost_no_more_than_they_should()
    {
        var many = (ManyProcesses)running.Product;
        Site[] replicas = [new(many, Product.Sites[0], many["consent"].Address), new(many, Product.Sites[0], many["consent-2"].Address)];
        foreach (var replica in replicas) await replica.DeclarationAsync();
        var (atRest, restOf) = (double.MaxValue, Enumerable.Empty<string>());
        // Audit compares what tests before this one left behind, a minute after it heard of it: that is over in a few of these.
        for (var tries = 0; tries < 12 && atRest >= MostAtRest; tries++)
        {
            await RestAsync();
            (atRest, restOf) = await InTenSecondsAsync();
        }

        var (before, asked, began) = (Units, Asked(), Stopwatch.GetTimestamp());
        foreach (var some in Enumerable.Range(0, Decisions).Chunk(20)) await Task.WhenAll(some.Select(i => replicas[i % 2].DecideAsync(many.Secrets.Visitor(), statistics: true)));
        await RestAsync();
        var each = (Units - before - (atRest * Stopwatch.GetElapsedTime(began).TotalSeconds)) / Decisions;

        string[] told =
        [
            "Request units by the stand-in's model, all logs and ledgers, two consent services:",
            string.Create(CultureInfo.InvariantCulture, $"at rest, a second: {atRest:n0}"),
            string.Create(CultureInfo.InvariantCulture, $"a first decision, 20 at once, with its place, its acknowledgements and audit's records: {each:n0}"),
            "",
            "at rest, times and units a second:",
            .. restOf,
            "",
            "decisions, with what is asked at rest, times and units each:",
            .. Dearest(asked, Decisions),
        ];
        await File.WriteAllLinesAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "tests")).FullName, "cosmos-units-of-the-product.txt"), told);
        Assert.True(atRest is > 0 and < MostAtRest && each is > 5 and < 800, string.Join('\n', told));
    }

    /// <summary>Units a second, and what was asked.</summary>
    private async Task<(double Units, IEnumerable<string> Of)> InTenSecondsAsync()
    {
        var (before, asked, began) = (Units, Asked(), Stopwatch.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(10));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return ((Units - before) / seconds, Dearest(asked, seconds));
    }

    private Dictionary<string, (long Times, double Units)> Asked() => Accounts.SelectMany((account, i) => account.Counts.Select(c => (Key: $"{(i == 0 ? "" : "keys ")}{c.Operation} {c.Container} {c.Status} {c.Query}", c.Times, c.Units)))
        .GroupBy(c => c.Key, StringComparer.Ordinal).ToDictionary(c => c.Key, c => (c.Sum(one => one.Times), c.Sum(one => one.Units)), StringComparer.Ordinal);

    /// <summary>What was asked since, the dearest first.</summary>
    private IEnumerable<string> Dearest(Dictionary<string, (long Times, double Units)> since, double shares) =>
        [.. Asked().Select(c => (c.Key, Times: c.Value.Times - since.GetValueOrDefault(c.Key).Times, Units: c.Value.Units - since.GetValueOrDefault(c.Key).Units))
            .Where(c => c.Times > 0).OrderByDescending(c => c.Units).Take(20)
            .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Times / shares,9:n2} {c.Units / shares,9:n2}  {c.Key}"))];

    /// <summary>Until nothing new was written for two seconds, and no more was asked than at rest: audit looks through all that it heard after a start. Or two minutes are over: what is at rest writes too, here and there.</summary>
    private async Task RestAsync()
    {
        for (var i = 0; i < 60; i++)
        {
            var (created, units, began) = (Created, Units, Stopwatch.GetTimestamp());
            await Task.Delay(TimeSpan.FromSeconds(2));
            if (Created == created && (Units - units) / Stopwatch.GetElapsedTime(began).TotalSeconds < MostAtRest) return;
        }
    }
}
