namespace Consent.Storage.Tests;

/// <summary>A change feed that is asked at a replica which lags behind the continuation that another process wrote down.</summary>
public sealed class CosmosLaggingFeedTests : OnOrderedNotes
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhateverNumberItTells_NothingIsPlacedTwice_AndNothingIsPassedOver(bool tellsItsOwn)
    {
        var (one, two) = (await Notes.StartAsync(), await Notes.StartAsync());
        for (var version = 1; version <= 3; version++)
            for (var stream = 0; stream < 6; stream++) await one.AppendAsync($"s{stream}", version);
        await one.AdvanceAsync();
        Notes.Store.FeedTellsItsOwnNumber = tellsItsOwn;
        Lag(50);

        await two.AdvanceAsync();
        await one.AppendAsync("s0", 4);
        await two.AdvanceAsync();
        Lag(0);
        await two.AdvanceAsync();

        var told = await two.FeedAsync();
        Assert.Equal(19, told.Count);
        Assert.Equal(19, told.Select(note => note.Entry.Key).Distinct().Count());
        Assert.Contains(told, note => note.Entry is { Partition: "s0", Number: 4 });
    }

    private void Lag(int changes)
    {
        foreach (var range in Notes.Store.RangesOf(OrderedNotes.Records)) Notes.Store.Lag(OrderedNotes.Records, range, changes);
    }
}
