namespace Consent.Storage.Tests;

/// <summary>A record that stands in the feed twice, as after a loss: it is acknowledged under one of its places alone.</summary>
public sealed class RedeliveryRepeatedTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatStandsInTheFeedTwice_IsNotSentForEver_NorTakenForAppliedBeforeItIs(bool isApplied)
    {
        var places = new GivenPlaces();
        var engine = LedgerEngine.Of(null) with { OpenLog = (files, time) => new PlacedLateLog(SqliteRecordLog.Open(files, "pub", time), places) };
        using var h = LedgerHarness.On(engine, newestSuffices: false);
        await h.AnnounceAsync("newsletter");
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();
        if (isApplied) await h.ApplyAsync("newsletter", "a1");
        places.Repeat(places.At(1)!);
        await h.RelayAllAsync();
        h.Transport.Forget();

        for (var minute = 0; minute < 30; minute++)
        {
            h.Time.Advance(TimeSpan.FromMinutes(1));
            await h.AnnounceAsync("newsletter");
            await h.RedeliverAsync();
        }

        // Open is what it has not applied, and that once.
        Assert.Equal(isApplied ? "a1>newsletter!" : "a1>newsletter", await h.StateAsync("a1"));
        if (isApplied) Assert.Equal(["a1@newsletter"], h.Transport.Sent);
        else Assert.NotEmpty(h.Transport.Sent);
        await h.ApplyAsync("newsletter", "a1");
        for (var look = 0; look < 3; look++)
        {
            h.Time.Advance(TimeSpan.FromMinutes(20));
            await h.AnnounceAsync("newsletter");
            await h.RedeliverAsync();
        }

        Assert.Equal(0, Assert.Single(await h.Ledger.SubscribersAsync()).Open);
    }
}
