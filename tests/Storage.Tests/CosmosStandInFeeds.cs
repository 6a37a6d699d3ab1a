using System.Net;
using Consent.Tests.Support.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>The change feed: over ranges and splits, after a loss, after a restore.</summary>
public sealed partial class CosmosStandInTests
{
    [Fact]
    public async Task TheFeed_TellsTheNewestOfEachDocument_OverBothRanges_OnceEach()
    {
        var container = await ContainerAsync();
        foreach (var key in Enumerable.Range(0, 40)) await Created(container, $"p{key}", "1", key);
        using (var replaced = await ReplaceAsync(container, "p7", "1", 700, null)) Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);

        var (all, after) = await FeedAsync(container, ChangeFeedStartFrom.Beginning(), 3);
        Assert.Equal(Enumerable.Range(0, 40).Where(k => k != 7).Append(700), all.Select(V).Order());
        Assert.Equal(all.Count, all.Select(d => (d.GetProperty("pk").GetString(), 0)).Distinct().Count());

        var (none, still) = await FeedAsync(container, ChangeFeedStartFrom.ContinuationToken(after), 3);
        Assert.Empty(none);
        var (fromNow, now) = await FeedAsync(container, ChangeFeedStartFrom.Now(), 3);
        Assert.Empty(fromNow);
        await Created(container, "later", "1", 1000);
        Assert.Equal([1000], (await FeedAsync(container, ChangeFeedStartFrom.ContinuationToken(still), 3)).Changes.Select(V));
        Assert.Equal([1000], (await FeedAsync(container, ChangeFeedStartFrom.ContinuationToken(now), 3)).Changes.Select(V));
        Assert.Empty(_standIn.Refused);
    }

    [Fact]
    public async Task TheFeed_BeginsAtATime_AndGoesOnFromThere()
    {
        var container = await ContainerAsync();
        foreach (var key in Enumerable.Range(0, 20)) await Created(container, $"p{key}", "1", key);
        _standIn.Clock.Pass(TimeSpan.FromHours(2));
        var since = _standIn.Clock.GetUtcNow().UtcDateTime.AddHours(-1);
        foreach (var key in Enumerable.Range(20, 10)) await Created(container, $"p{key}", "1", key);

        var (young, after) = await FeedAsync(container, ChangeFeedStartFrom.Time(since), 3);

        Assert.Equal(Enumerable.Range(20, 10), young.Select(V).Order());
        await Created(container, "later", "1", 1000);
        Assert.Equal([1000], (await FeedAsync(container, ChangeFeedStartFrom.ContinuationToken(after), 3)).Changes.Select(V));
        Assert.Empty((await FeedAsync(container, ChangeFeedStartFrom.Time(since.AddHours(2)), 3)).Changes);
        Assert.Empty(_standIn.Refused);
    }

    [Fact]
    public async Task TheFeed_GoesOnOverASplit_MissingNothing()
    {
        var container = await ContainerAsync();
        foreach (var key in Enumerable.Range(0, 30)) await Created(container, $"p{key}", "1", key);
        var (first, after) = await FeedAsync(container, ChangeFeedStartFrom.Beginning(), 100, pages: 1);
        _standIn.Split("records", 1);
        _standIn.Split("records", 0);
        foreach (var key in Enumerable.Range(30, 30)) await Created(container, $"p{key}", "1", key);
        var (rest, end) = await FeedAsync(container, ChangeFeedStartFrom.ContinuationToken(after), 4);
        Assert.Equal(Enumerable.Range(0, 60), first.Concat(rest).Select(V).Order());
        Assert.Equal(4, _standIn.RangesOf("records").Count);
        await Created(container, "p60", "1", 60);
        Assert.Equal([60], (await FeedAsync(container, ChangeFeedStartFrom.ContinuationToken(end), 4)).Changes.Select(V));
        Assert.Empty(_standIn.Refused);
    }

    /// <summary>What the client keeps to itself for a moment: an empty page says that nothing is new, though a range could not be asked; the failure comes with the next page.</summary>
    [Fact]
    public async Task TheFeed_SaysThatNothingIsNew_ThoughARangeFailed_AndTellsItNextTime()
    {
        var container = await ContainerAsync();
        foreach (var key in Enumerable.Range(0, 10)) await Created(container, $"p{key}", "1", key);
        var (_, after) = await FeedAsync(container, ChangeFeedStartFrom.Beginning(), 100);
        foreach (var key in Enumerable.Range(10, 10)) await Created(container, $"p{key}", "1", key);
        using var feed = container.GetChangeFeedStreamIterator(ChangeFeedStartFrom.ContinuationToken(after), ChangeFeedMode.LatestVersion);
        using var first = await feed.ReadNextAsync();
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var second = await feed.ReadNextAsync();
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        var asked = 0;
        _standIn.Faults.Next(Operation.Feed, When.Before, Fault.Status(503), only: _ => ++asked == 2);
        using var empty = await feed.ReadNextAsync();
        using var next = await feed.ReadNextAsync();
        Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.ServiceUnavailable), (empty.StatusCode, next.StatusCode));
    }

    /// <summary>Why a new epoch reads from the beginning: numbers that were lost are given out again, and a token from before skips what has them.</summary>
    [Fact]
    public async Task ALostTail_ReusesItsNumbers_AndATokenFromBeforeSkipsThem()
    {
        var container = await ContainerAsync();
        foreach (var v in Enumerable.Range(1, 5)) await Created(container, "p", $"{v}", v);
        var (_, after) = await FeedAsync(container, ChangeFeedStartFrom.Beginning(), 10);
        using var lost = await container.ReadItemStreamAsync("4", new PartitionKey("p"));
        _standIn.LoseTail("records", _standIn.RangeOf("records", "p"), 2);
        using (var gone = await container.ReadItemStreamAsync("5", new PartitionKey("p"))) Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        using var anew = await CreateAsync(container, "p", "4", 40);
        Assert.NotEqual(lost.Headers.ETag, anew.Headers.ETag);
        await Created(container, "p", "5", 50);
        await Created(container, "p", "6", 60);

        Assert.Equal([60], (await FeedAsync(container, ChangeFeedStartFrom.ContinuationToken(after), 10)).Changes.Select(V));
        Assert.Equal([1, 2, 3, 40, 50, 60], (await FeedAsync(container, ChangeFeedStartFrom.Beginning(), 10)).Changes.Select(V));
        Assert.Empty(_standIn.Refused);
    }

    [Fact]
    public async Task ASnapshot_IsPutBack_UnderAClientThatLivesOn()
    {
        var container = await ContainerAsync();
        await Created(container, "p", "1", 1);
        await Created(container, "q", "1", 10);
        using var kept = await container.ReadItemStreamAsync("1", new PartitionKey("p"));
        var snapshot = await _standIn.SnapshotAsync();
        using var undone = await CreateAsync(container, "p", "2", 2);
        using (var replaced = await ReplaceAsync(container, "p", "1", 5, null)) Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        _standIn.Restore(snapshot);

        using var read = await container.ReadItemStreamAsync("1", new PartitionKey("p"));
        Assert.Equal((1, kept.Headers.ETag), (Number(read, "v"), read.Headers.ETag));
        Assert.Equal([1, 10], (await FeedAsync(container, ChangeFeedStartFrom.Beginning(), 10)).Changes.Select(V).Order());
        using var again = await CreateAsync(container, "p", "2", 2);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.NotEqual(undone.Headers.ETag, again.Headers.ETag);
    }
}
