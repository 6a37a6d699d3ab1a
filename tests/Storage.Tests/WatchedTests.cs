namespace Consent.Storage.Tests;

public sealed class WatchedTests
{
    private const long Now = 20_000;
    private readonly Watched _watched = new();

    [Fact]
    public void MoreThanCanBeLookedAfter_TakeTurns_WithoutBeingForgotten()
    {
        for (var i = 1; i <= 10_000; i++) Add(i, attempts: 1, dueAt: i);

        // Those that are due last go aside for new ones, and stay there until these were sent.
        Assert.Equal(100, _watched.MakeRoom(Now, 100));
        for (var i = 10_001; i <= 10_100; i++) Add(i, attempts: 0, dueAt: long.MinValue);
        _watched.TakeTurns(Now, 100);
        Assert.Equal((10_000, false), (_watched.Open.Count, _watched.Open.ContainsKey(9_901)));

        for (var i = 10_001; i <= 10_100; i++) Add(i, attempts: 1, dueAt: Now + 1);
        _watched.TakeTurns(Now, 100);
        Assert.Equal((10_000, true, false), (_watched.Open.Count, _watched.Open.ContainsKey(9_901), _watched.Open.ContainsKey(9_801)));

        // What is aside is as open as the rest.
        _watched.Open.Clear();
        Assert.Equal(9_801, _watched.Oldest!.Position);
        Assert.Equal(9_800, _watched.Frontier);
        _watched.TakeTurns(Now, 100);
        Assert.Equal(Enumerable.Range(9_801, 100).Select(i => (long)i), _watched.Open.Keys);
    }

    [Fact]
    public void WhatWasNeverSent_OrIsOut_DoesNotGoAside()
    {
        for (var i = 1; i <= 10_000; i++) Add(i, attempts: i % 2, dueAt: i % 2 == 0 ? long.MinValue : Now + 1);

        Assert.Equal(0, _watched.MakeRoom(Now, 100));
        Assert.Equal(10_000, _watched.Open.Count);
    }

    private void Add(long position, int attempts, long dueAt) =>
        _watched.Open[position] = new Watched.Waiting(position, new StreamKey((ulong)position, 0), Make.Moment, 0, dueAt, attempts);
}
