namespace Consent.Storage.Tests;

/// <summary>The sequence of closings on Azure Cosmos DB: whoever follows it misses nothing, whoever closes and whatever the account loses.</summary>
public sealed class CosmosLedgerOrderTests : IAsyncLifetime
{
    private CosmosLedgers _ledgers = null!;
    private CosmosLedgerStore _one = null!;

    public async ValueTask InitializeAsync()
    {
        _ledgers = await CosmosLedgers.BeginAsync();
        _one = await _ledgers.OpenAsync();
    }

    public ValueTask DisposeAsync()
    {
        _ledgers.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task ClosedAtTwoReplicasAtOnce_TheSequenceHidesNothingFromWhoFollowsIt_AndTellsNothingTwice()
    {
        var other = await _ledgers.OpenAsync();
        using var done = new CancellationTokenSource();
        var followed = new List<ClosedRow>();
        var following = Task.Run(async () =>
        {
            for (long after = 0; ;)
            {
                var last = done.IsCancellationRequested;
                var page = await other.ClosedAfterAsync(after, 7, CancellationToken.None);
                followed.AddRange(page);
                if (page.Count > 0) after = page[^1].Sequence;
                else if (last) return;
            }
        });

        // Some of them twice.
        var closings = Enumerable.Range(0, 240).Select(i => (Subscriber: $"s{i % 5}", Position: (long)(i % 200 * 11) + 1)).ToList();
        await Parallel.ForEachAsync(closings.Index(), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (one, _) =>
            await CosmosLedgers.CloseAsync(one.Index % 2 == 0 ? _one : other, one.Item.Subscriber, one.Item.Position));
        await done.CancelAsync();
        await following;

        Assert.Equal(followed.Select(r => r.Sequence).Distinct().Order(), followed.Select(r => r.Sequence));
        Assert.Equal(closings.Distinct().Order(), followed.Select(r => (r.Subscriber, r.Position)).Order());
    }

    [Fact]
    public async Task OfOneSubscriber_InTheOrderOfClosing_AcrossARestart()
    {
        foreach (var position in (long[])[3, 1, 5]) await CosmosLedgers.CloseAsync(_one, "newsletter", position);
        Assert.Equal([3L, 1L, 5L], (await CosmosLedgers.AfterAsync(_one, page: 2)).Select(r => r.Position));
        var two = await _ledgers.OpenAsync();
        foreach (var position in (long[])[2, 4]) await CosmosLedgers.CloseAsync(two, "newsletter", position);

        var told = await CosmosLedgers.AfterAsync(two, page: 2);

        Assert.Equal([3L, 1L, 5L, 2L, 4L], told.Select(r => r.Position));
        Assert.Equal([2L, 4L], (await CosmosLedgers.AfterAsync(_one, sequence: told[2].Sequence)).Select(r => r.Position));
    }

    /// <summary>As the log begins one when it was put back: its positions begin anew, and so does what follows from them.</summary>
    [Fact]
    public async Task AnEpochOfTheLog_IsFollowed_AndAllIsToldOnceMoreBehindIt()
    {
        await CosmosLedgers.CloseAsync(_one, "newsletter", 1, 2, 3);
        var cursor = (await CosmosLedgers.AfterAsync(_one))[^1].Sequence;
        const int Epoch = 70;
        var order = await _ledgers.Account.OpenAsync(_ledgers.Account.Client(), CosmosContainers.Order("test"));
        var log = await OrderState.ReadAsync(order, "", order.Begin());
        Assert.NotNull(await (log with { Epoch = Epoch, Floors = [0, Restored.FloorOf(Epoch)] }).WriteAsync(order, "", order.Begin()));
        _ledgers.Time.Advance(TimeSpan.FromSeconds(11));
        await CosmosLedgers.CloseAsync(_one, "newsletter", 4);

        var told = await CosmosLedgers.AfterAsync(_one, cursor);

        Assert.Equal([1L, 2L, 3L, 4L], told.Select(r => r.Position).Order());
        Assert.All(told, row => Assert.True(row.Sequence > Restored.FloorOf(Epoch)));
        Assert.Equal(told, await CosmosLedgers.AfterAsync(await _ledgers.OpenAsync(), cursor));
    }

    /// <summary>So many changes of that part of the container in which the pages of the sequence lie.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task PagesThatAreLost_AreNoticed_AndWhoFollowsIsToldWhatComesAfterwards(int changes)
    {
        long cursor = 0;
        for (var position = 1; position <= 6; position++)
        {
            await CosmosLedgers.CloseAsync(_one, "newsletter", position);
            cursor = (await CosmosLedgers.AfterAsync(_one, cursor))[^1].Sequence;
        }

        _ledgers.Store.LoseTail(CosmosLedgers.Order, _ledgers.Store.RangeOf(CosmosLedgers.Order, "applied/page/0"), changes);
        _ledgers.Time.Advance(TimeSpan.FromSeconds(11));
        await CosmosLedgers.CloseAsync(_one, "newsletter", 7);

        Assert.Contains(7L, (await ToldAsync(_one, cursor)).Select(r => r.Position));
        // And to one that knows nothing of what was.
        Assert.Equal([1L, 2L, 3L, 4L, 5L, 6L, 7L], (await ToldAsync(await _ledgers.OpenAsync(), 0)).Select(r => r.Position).Distinct().Order());
    }

    /// <summary>What was applied is told again by whoever applied it, and gets a place again.</summary>
    [Fact]
    public async Task AClosingThatIsLost_IsOpenAgain_AndIsToldWhenItIsClosedAnew()
    {
        await CosmosLedgers.RegisterAsync(_one, "newsletter");
        foreach (var position in (long[])[1, 2, 3]) await CosmosLedgers.CloseAsync(_one, "newsletter", position);
        var cursor = (await CosmosLedgers.AfterAsync(_one))[^1].Sequence;
        _ledgers.Store.LoseTail(CosmosLedgers.Applied, _ledgers.Store.RangeOf(CosmosLedgers.Applied, "newsletter/0"), 1);
        _ledgers.Time.Advance(TimeSpan.FromSeconds(11));
        var two = await _ledgers.OpenAsync();
        Assert.Equal([1L, 2L], (await two.ClosedBetweenAsync(1, 0, 10, CancellationToken.None)).Order());

        await CosmosLedgers.CloseAsync(_one, "newsletter", 3);

        Assert.Contains(3L, (await ToldAsync(_one, cursor)).Select(r => r.Position));
    }

    /// <summary>Nobody closes it again, where the subscriber's frontier has passed it: who follows is told the rest all the same.</summary>
    [Fact]
    public async Task AClosingThatIsLost_AndNotClosedAnew_HoldsUpNobody()
    {
        foreach (var position in (long[])[1, 2, 3]) await CosmosLedgers.CloseAsync(_one, "newsletter", position);
        var cursor = (await CosmosLedgers.AfterAsync(_one))[^1].Sequence;
        _ledgers.Store.LoseTail(CosmosLedgers.Applied, _ledgers.Store.RangeOf(CosmosLedgers.Applied, "newsletter/0"), 1);

        // One from the beginning, who remembers nothing, before anybody at the end could notice it.
        Assert.Equal([1L, 2L], (await ToldAsync(await _ledgers.OpenAsync(), 0)).Select(r => r.Position).Distinct().Order());
        await CosmosLedgers.CloseAsync(_one, "newsletter", 4);
        Assert.Contains(4L, (await ToldAsync(_one, cursor)).Select(r => r.Position));
    }

    /// <summary>What its replica of the account does not have yet is not lost, and all would be told once more.</summary>
    [Fact]
    public async Task AReplicaThatLags_IsNotTakenForALoss()
    {
        await CosmosLedgers.CloseAsync(_one, "newsletter", 1, 2, 3);
        var sequences = (await CosmosLedgers.AfterAsync(_one)).ConvertAll(r => r.Sequence);
        foreach (var container in (string[])[CosmosLedgers.Applied, CosmosLedgers.Order])
            foreach (var range in _ledgers.Store.RangesOf(container)) _ledgers.Store.Lag(container, range, 50);
        var two = await _ledgers.OpenAsync();

        for (var looks = 0; looks < 3; looks++)
        {
            Assert.Equal(sequences, (await CosmosLedgers.AfterAsync(two)).Select(r => r.Sequence));
            _ledgers.Time.Advance(TimeSpan.FromSeconds(11));
        }

        var order = await _ledgers.Account.OpenAsync(_ledgers.Account.Client(), CosmosContainers.Order("test"));
        await OrderState.RefreshAsync(order, "applied/", order.Begin());
        Assert.Equal(1, (await OrderState.ReadAsync(order, "applied/", order.Begin())).Epoch);
    }

    /// <summary>While it is being noticed, an answer may fail.</summary>
    private async Task<List<ClosedRow>> ToldAsync(CosmosLedgerStore ledger, long after)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await CosmosLedgers.AfterAsync(ledger, after);
            }
            catch (LogUnavailableException) when (tries < 5)
            {
                _ledgers.Time.Advance(TimeSpan.FromSeconds(11));
            }
        }
    }
}
