using Consent.Load;
using Consent.Tests.Support;

namespace Consent.Benchmarks;

/// <summary>The same service with very many receipts, beside one with ten thousand: what grows with the log, and what it takes on disk and in memory.</summary>
internal static class LargeLog
{
    private const int Small = 10_000;

    public static async Task<List<Figure>> MeasureAsync(Plan plan, Servers servers, string folder)
    {
        var visitors = new Visitors(1);
        var shown = Servers.Declared.Published(TimeProvider.System.GetUtcNow());
        var large = plan.Keep ?? Path.Combine(folder, "large");
        if (!Directory.Exists(large))
        {
            // One that was broken off while it was filled is not taken for a full one.
            await FilledLog.MakeAsync($"{large}.filling", visitors, plan.Receipts, shown);
            Directory.Move($"{large}.filling", large);
        }
        FilledLog.Warm(large);
        var bytes = (double)FilledLog.BytesOf(large) / plan.Receipts;
        var small = Path.Combine(folder, "ten-thousand");
        await FilledLog.MakeAsync(small, visitors, Small, shown);
        var (few, many) = (await servers.ConsentAsync("consent-small", small), await servers.ConsentAsync("consent-large", large));
        var deciding = new People();
        var state = Template.OwnState(Servers.Site);
        var rounds = new Rounds(plan.Rounds, plan.Each);
        await rounds.RunAsync(
            [
                new Contender("state, small", few, new Asked(few.Address, state, visitors, () => Random.Shared.NextInt64(Small), 200)),
                new Contender("state, large", many, new Asked(many.Address, state, visitors, () => Random.Shared.NextInt64(plan.Receipts), 200)),
                new Contender("decisions, small", few, deciding.Deciding(few.Address), Published.OnSqlite(small)),
                new Contender("decisions, large", many, deciding.Deciding(many.Address), Published.OnSqlite(large)),
            ],
            256);
        var resident = rounds.Of("decisions, large", 256).Concat(rounds.Of("state, large", 256)).Max(m => m.Resident) / (double)(1 << 20);
        await few.StopAsync();
        await many.StopAsync();
        var of = $"{plan.Receipts:n0} receipts, files in the page cache";
        return
        [
            new("decisions: small against large log", rounds.Rate("decisions, small", "decisions, large", 256), 1.25, false, "", of),
            new("state: small against large log", rounds.Rate("state, small", "state, large", 256), 1.25, false, "", of),
            new("bytes on disk per receipt, indexes and keys in", bytes, 700, false, "B", of, IsGate: true),
            new("resident memory under load", resident, 250, false, "MB", of),
        ];
    }
}
