using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;
using FsCheck.Fluent;

namespace Consent.Storage.Tests;

/// <summary>
/// Appends whose answer is lost, refused, late, or another's. What was answered is there, once; what lost, lost against a record that is there; and of what was neither, nothing is said.
/// </summary>
public sealed class CosmosAmbiguityTests : OnCosmosLogs
{
    /// <summary>Of a stream's first record, which is created at once, and of one that has to look what is before it. Status 0: the connection breaks.</summary>
    [Theory]
    [InlineData(0, 0, When.Before)]
    [InlineData(0, 0, When.After)]
    [InlineData(408, 0, When.After)]
    [InlineData(410, 1002, When.Before)]
    [InlineData(410, 1002, When.After)]
    [InlineData(449, 0, When.Before)]
    [InlineData(500, 0, When.After)]
    [InlineData(503, 0, When.Before)]
    [InlineData(503, 0, When.After)]
    [InlineData(429, 3200, When.Before)]
    [InlineData(403, 3, When.Before)]
    public async Task AnAppend_WhateverBecomesOfItsAnswer_IsThereOnce_AndIsNoConflict(int status, int sub, When when)
    {
        var log = Logs.Open();
        foreach (var version in new[] { 1, 2 })
        {
            Logs.Store.Faults.Next(Operation.Create, when, status == 0 ? Fault.Lost : Fault.Status(status, sub), only: CosmosRecordLogs.IsOfRecords);
            await log.AppendedAsync("a", version, $"mine {version}", key: $"{version}");
            Assert.Equal(0, Logs.Store.Faults.Left);
        }

        Assert.Equal(["mine 1", "mine 2"], (await log.HistoryAsync("a")).Select(r => r.Alias()));
        Assert.Equal(["mine 1", "mine 2"], (await log.WholeFeedAsync()).Select(r => r.Alias()));
    }

    [Theory]
    [InlineData(Operation.Query, 503)]
    [InlineData(Operation.Query, 410)]
    [InlineData(Operation.Query, 0)]
    [InlineData(Operation.Read, 503)]
    public async Task WhatIsAskedBeforehand_IsAskedAgain(Operation operation, int status)
    {
        var log = Logs.Open();
        await log.AppendedAsync("a", 1);
        Logs.Store.Faults.Next(operation, When.Before, status == 0 ? Fault.Lost : Fault.Status(status, status == 410 ? 1002 : 0), times: 2, only: CosmosRecordLogs.IsOfRecords);

        await log.AppendedAsync("a", 2);
        await log.FindByIdAsync(log.IdOf("a", 1));

        Assert.Equal(2, (await log.HistoryAsync("a")).Count);
    }

    [Fact]
    public async Task AnothersRecordUnderTheVersion_IsAConflict_AlsoWhereTheAnswerWasLost()
    {
        var (one, two) = (Logs.Open(), Logs.Open());
        var goesOn = new TaskCompletionSource();
        Logs.Store.Faults.Next(Operation.Create, When.Before, Fault.Held(goesOn.Task), only: CosmosRecordLogs.IsOfRecords);
        var losing = one.AppendAsync(Make.Record("a", 1, "loser"));
        await Eventually.IsSoAsync("it hangs", () => Task.FromResult(Logs.Store.Faults.Left == 0));
        await two.AppendedAsync("a", 1, "winner");
        Logs.Store.Faults.Next(Operation.Create, When.After, Fault.Lost, only: CosmosRecordLogs.IsOfRecords);
        goesOn.SetResult();

        Assert.IsType<AppendOutcome.Conflict>(await losing);

        Assert.Equal("winner", Assert.Single(await one.HistoryAsync("a")).Alias());
        Assert.Single(await one.WholeFeedAsync());
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(413)]
    public async Task WhatIsRefused_IsUnavailable_AndNotThere_AndTheNextIsNotHindered(int status)
    {
        var log = Logs.Open();
        Logs.Store.Faults.Next(Operation.Create, When.Before, Fault.Status(status), only: CosmosRecordLogs.IsOfRecords);

        var (refused, next) = (log.AppendAsync(Make.Record("a", 1, "refused")), log.AppendAsync(Make.Record("a", 1, "next")));

        await Assert.ThrowsAsync<LogUnavailableException>(() => refused);
        Assert.IsType<AppendOutcome.Appended>(await next);
        Assert.Equal("next", Assert.Single(await log.HistoryAsync("a")).Alias());
    }

    [Fact]
    public async Task TurnedAwayForLongerThanThereIsTime_IsUnavailableAtOnce()
    {
        var log = Logs.Open();
        Logs.Store.Faults.Next(Operation.Create, When.Before, Fault.Throttle(60_000), only: CosmosRecordLogs.IsOfRecords);

        await Assert.ThrowsAsync<LogUnavailableException>(() => log.AppendAsync(Make.Record("a", 1)));

        // Whoever waited so long would send it again.
        Assert.Equal((1L, 0L), (Logs.Answered(Operation.Create, 429), Logs.Answered(Operation.Create, 201)));
        Assert.Null(await log.LatestAsync("a"));
    }

    [Fact]
    public async Task AnAppendThatComesLate_LosesWhereAnotherWasFirst_AndIsFoundUnderItsKeyWhereNoneWas()
    {
        using var logs = await CosmosRecordLogs.BeginAsync(TimeSpan.FromSeconds(2));
        var (one, two) = (logs.Open(), logs.Open());
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        logs.Store.Faults.Next(Operation.Create, When.Before, Fault.Held(first.Task), only: CosmosRecordLogs.IsOfRecords);
        await Assert.ThrowsAsync<LogUnavailableException>(() => one.AppendAsync(Make.Record("a", 1, "late", key: "k")));
        logs.Store.Faults.Next(Operation.Create, When.Before, Fault.Held(second.Task), only: CosmosRecordLogs.IsOfRecords);
        await Assert.ThrowsAsync<LogUnavailableException>(() => one.AppendAsync(Make.Record("b", 1, "late", key: "k")));
        await two.AppendedAsync("a", 1, "first");
        first.SetResult();
        second.SetResult();

        await Eventually.IsSoAsync("the late ones came", async () => logs.Answered(Operation.Create, 409) == 1 && await two.LatestAsync("b") is not null);
        Assert.Equal("first", Assert.Single(await one.HistoryAsync("a")).Alias());
        Assert.Null(await one.FindByKeyAsync("a", "k"));
        Assert.Equal(("late", true), await one.FindByKeyAsync("b", "k", "hash of k") is { } found ? (found.Record.Alias(), found.SameRequest) : default);
        Assert.Equal(["first", "late"], (await two.WholeFeedAsync()).Select(r => r.Alias()).Order());
    }

    /// <summary>A replica that knows nothing of what another wrote is told by what it loses against.</summary>
    [Fact]
    public async Task ReplicasThatReadWhatIsOld_Conflict_AndGetOn_WithoutAGap()
    {
        var (one, two) = (Logs.Open(), Logs.Open());
        await one.AppendOnTopAsync("a");
        Logs.Store.Lag(CosmosRecordLogs.Records, Logs.RangeOf(one, "a"), 50);
        for (var i = 0; i < 6; i++) await (i % 2 == 0 ? two : one).AppendOnTopAsync("a");
        Logs.Store.Lag(CosmosRecordLogs.Records, Logs.RangeOf(one, "a"), 0);

        Assert.Equal(Enumerable.Range(1, 7).Select(v => (long)v), (await one.HistoryAsync("a")).Select(r => r.Version));
        Assert.Equal((1, 1), (one.Epoch, two.Epoch));
        Assert.Equal(7, (await two.WholeFeedAsync()).Count);
    }

    [Fact]
    public async Task ManyAtOnce_OnTwoReplicas_LeaveOneGaplessHistoryEach()
    {
        CosmosRecordLog[] replicas = [Logs.Open(), Logs.Open()];
        var appended = await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            var own = new List<string>();
            for (var i = 0; i < 10; i++) own.Add((await replicas[w % 2].AppendOnTopAsync($"s{(w + i) % 3}")).Id);
            return own;
        })));

        var told = await replicas[0].WholeFeedAsync(7);
        Assert.Equal(appended.SelectMany(a => a).Order(), told.Select(r => r.Id).Order());
        Assert.All(told.GroupBy(r => r.StreamKey), stream => Assert.Equal(Enumerable.Range(1, stream.Count()).Select(v => (long)v), stream.Select(r => r.Version)));
        Assert.Equal(told.Select(r => (r.Id, r.Position)), (await replicas[1].WholeFeedAsync()).Select(r => (r.Id, r.Position)));
    }

    /// <summary>
    /// Each step: the fault that an append meets, one that whatever gives it its place may meet, which replica appends, whether the other does at the same time, and to which stream. Of two at once
    /// one wins; who is alone never loses.
    /// </summary>
    [Fact]
    public void AnySequenceOfFaults_LosesNothingThatWasAnswered_MakesNothingTwice_AndFindsNoConflictWhereThereIsNone()
    {
        CosmosRecordLog[] replicas = [Logs.Open(), Logs.Open()];
        var step = Gen.Choose(0, (Met.Length * Beside.Length * 2 * 2 * 3) - 1);
        var run = 0;

        var property = Prop.ForAll(step.ArrayOf(6).ToArbitrary(), steps =>
        {
            var name = $"run-{Interlocked.Increment(ref run)}";
            var answered = Task.Run(() => CarryOutAsync(replicas, name, steps)).GetAwaiter().GetResult();
            var told = Task.Run(() => replicas[0].WholeFeedAsync(1000)).GetAwaiter().GetResult().Where(r => r.Stream.StartsWith(name + "/", StringComparison.Ordinal)).ToList();
            return answered is not null && answered.Order().SequenceEqual(told.Select(r => r.Id).Order())
                && told.GroupBy(r => r.StreamKey).All(stream => stream.Select(r => r.Version).SequenceEqual(Enumerable.Range(1, stream.Count()).Select(v => (long)v)));
        });

        Seeded.Check(property, 10);
    }

    /// <summary>By the create, or by what looks for the newest record before it.</summary>
    private static (Operation Operation, When When, Fault Fault)[] Met { get; } =
    [
        (Operation.Create, When.Before, Fault.Lost), (Operation.Create, When.After, Fault.Lost), (Operation.Create, When.Before, Fault.Status(503)), (Operation.Create, When.After, Fault.Status(503)),
        (Operation.Create, When.After, Fault.Status(410, 1002)), (Operation.Create, When.After, Fault.Status(408)), (Operation.Create, When.After, Fault.Status(500)),
        (Operation.Create, When.Before, Fault.Throttle(20)), (Operation.Query, When.Before, Fault.Status(503)), (Operation.Query, When.Before, Fault.Status(410, 1002)),
    ];

    private static (Operation Operation, When When, Fault Fault)[] Beside { get; } =
    [
        (Operation.Replace, When.After, Fault.Lost), (Operation.Replace, When.Before, Fault.Status(503)), (Operation.Create, When.After, Fault.Status(503)), (Operation.Read, When.Before, Fault.Status(503)),
        (Operation.Feed, When.Before, Fault.Status(503)), (Operation.Feed, When.Before, Fault.Throttle(20)),
    ];

    /// <returns>Ids of what was answered as appended; null when what should have won lost, or a fault was not met.</returns>
    private async Task<List<string>?> CarryOutAsync(CosmosRecordLog[] replicas, string run, int[] steps)
    {
        var answered = new List<string>();
        try
        {
            foreach (var step in steps)
            {
                var (meets, rest) = (Met[step % Met.Length], step / Met.Length);
                var (beside, more) = (Beside[rest % Beside.Length], rest / Beside.Length);
                var (one, other, isAlone, stream) = (replicas[more % 2], replicas[1 - (more % 2)], more / 2 % 2 == 0, $"{run}/{more / 4}");
                var (partition, met) = (one.KeyOf(stream).ToString(), 0);
                Logs.Store.Faults.Next(beside.Operation, beside.When, beside.Fault, only: asked => !CosmosRecordLogs.IsOfRecords(asked) || asked.Operation == Operation.Feed);
                Logs.Store.Faults.Next(
                    meets.Operation, meets.When, meets.Fault, only: asked => CosmosRecordLogs.IsOfRecords(asked) && asked.Partition == partition && Interlocked.Increment(ref met) == 1);
                var version = await one.NewestVersionAsync(stream) + 1;
                CosmosRecordLog[] appending = isAlone ? [one] : [one, other];
                var outcomes = await Task.WhenAll(appending.Select(log => log.AppendAsync(Make.Record(stream, version))));
                if (outcomes.OfType<AppendOutcome.Appended>().ToList() is not [var appended] || met == 0) return null;
                answered.Add(appended.Record.Id);
            }

            return answered;
        }
        finally
        {
            Logs.Store.Faults.Clear();
        }
    }
}
