using Consent.Tests.Support;
using FsCheck.Fluent;

namespace Consent.Storage.Tests;

/// <summary>The contract under many writers at once.</summary>
public abstract partial class RecordLogContract
{
    [Fact]
    public async Task Append_SixtyFourWritersOnFourStreams_LeaveOneGaplessHistoryEach()
    {
        const int writers = 64, each = 25;
        var log = Open();

        var appended = await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            var own = new List<LogRecord>();
            for (var i = 0; i < each; i++) own.Add(await log.AppendOnTopAsync($"s{(w + i) % 4}"));
            return own;
        })));

        var answered = appended.SelectMany(a => a).ToList();
        Assert.Equal(writers * each, answered.Count);
        var told = (await log.WholeFeedAsync(1000)).ToLookup(r => r.Stream, r => (r.Id, r.Position));
        foreach (var stream in answered.GroupBy(r => r.Stream))
        {
            var history = await log.HistoryAsync(stream.Key);
            Assert.Equal(Enumerable.Range(1, stream.Count()).Select(v => (long)v), history.Select(r => r.Version));
            Assert.Equal(stream.OrderBy(r => r.Version).Select(r => r.Id), history.Select(r => r.Id));
            Assert.Equal(told[stream.Key], (await log.PlacedAsync(history)).Select(r => (r.Id, r.Position)));
            Assert.Equal(told[stream.Key].Order(), (await log.PlacedAsync([.. stream])).Select(r => (r.Id, r.Position)).Order());
        }
    }

    [Fact]
    public async Task Feed_ReadWhileWritersAppend_SkipsNothing()
    {
        const int writers = 16, each = 50;
        var log = Open();
        using var givenUp = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        var reading = Task.Run(async () =>
        {
            var seen = new List<LogRecord>();
            while (seen.Count < writers * each)
            {
                var last = seen.LastOrDefault()?.Position ?? 0;
                var page = await log.FeedAsync(last, 7, givenUp.Token);
                if (page.Count == 0) await log.WaitForAppendAsync(last, TimeSpan.FromSeconds(30), givenUp.Token);
                seen.AddRange(page);
            }

            return seen;
        });
        var appended = await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            var own = new List<string>();
            for (var i = 1; i <= each; i++) own.Add((await log.AppendedAsync($"s{w}", i)).Id);
            return own;
        })));
        var seen = await reading;

        Assert.Equal(appended.SelectMany(a => a).Order(), seen.Select(r => r.Id).Order());
        Assert.Equal(seen.Select(r => r.Position).Distinct().Order(), seen.Select(r => r.Position));
        Assert.All(seen.GroupBy(r => r.StreamKey), stream => Assert.Equal(Enumerable.Range(1, each).Select(v => (long)v), stream.Select(r => r.Version)));
    }

    /// <summary>Each pair is an append: to which stream, and how far it misses the version that its writer expects next.</summary>
    [Fact]
    public void AnyInterleavingOfAppends_GivesOneGaplessHistoryPerStream()
    {
        var appends = Gen.Zip(Gen.Choose(0, 2), Gen.Frequency((6, Gen.Constant(0)), (1, Gen.Choose(-2, 2)))).ArrayOf();
        var writers = appends.ArrayOf(4);
        var log = Open();
        var run = 0;

        var property = Prop.ForAll(writers.ToArbitrary(), plans =>
        {
            var name = $"run-{Interlocked.Increment(ref run)}";
            var outcomes = Task.WhenAll(plans.Select(plan => Task.Run(() => CarryOutAsync(log, name, plan)))).GetAwaiter().GetResult();
            var appended = outcomes.SelectMany(o => o).ToList();
            return Enumerable.Range(0, 3).All(stream =>
            {
                var history = log.HistoryAsync($"{name}/{stream}").AsTask().GetAwaiter().GetResult();
                return history.Select(r => r.Version).SequenceEqual(Enumerable.Range(1, history.Count).Select(v => (long)v))
                    && history.Select(r => r.Id).Order().SequenceEqual(appended.Where(a => a.Stream == $"{name}/{stream}").Select(a => a.Id).Order());
            });
        });

        Seeded.Check(property, 60);
    }

    private static async Task<List<LogRecord>> CarryOutAsync(IRecordLog log, string run, (int Stream, int Miss)[] plan)
    {
        var appended = new List<LogRecord>();
        foreach (var (stream, miss) in plan)
        {
            var newest = await log.LatestAsync($"{run}/{stream}");
            var outcome = await log.AppendAsync(Make.Record($"{run}/{stream}", (newest?.Version ?? 0) + 1 + miss));
            if (outcome is AppendOutcome.Appended { Record: var record }) appended.Add(record);
        }

        return appended;
    }
}
