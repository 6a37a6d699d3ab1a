using System.Net;
using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>Planted faults, as the client passes them on, and readers that lag behind.</summary>
public sealed partial class CosmosStandInTests
{
    /// <summary>What engines must live with: an own write that comes back as a conflict, and one whose fate nobody tells.</summary>
    [Theory]
    [InlineData(When.Before, 0, 0, HttpStatusCode.Created, true)]
    [InlineData(When.After, 0, 0, HttpStatusCode.Conflict, true)]
    [InlineData(When.Before, 410, 1002, HttpStatusCode.Gone, false)]
    [InlineData(When.After, 410, 1002, HttpStatusCode.Gone, true)]
    [InlineData(When.Before, 503, 0, HttpStatusCode.ServiceUnavailable, false)]
    [InlineData(When.After, 503, 0, HttpStatusCode.ServiceUnavailable, true)]
    [InlineData(When.After, 408, 0, HttpStatusCode.RequestTimeout, true)]
    [InlineData(When.After, 500, 0, HttpStatusCode.InternalServerError, true)]
    [InlineData(When.Before, 449, 0, HttpStatusCode.Created, true)]
    [InlineData(When.Before, 403, 3, HttpStatusCode.Created, true)]
    public async Task AFault_BeforeOrAfterACreateIsApplied(When when, int status, int sub, HttpStatusCode told, bool isThere)
    {
        var container = await ContainerAsync();
        _standIn.Faults.Next(Operation.Create, when, status == 0 ? Fault.Lost : Fault.Status(status, sub), only: a => a.Id == "1");
        using var created = await CreateAsync(container, "p", "1", 1);
        Assert.Equal(told, created.StatusCode);
        Assert.Equal(0, _standIn.Faults.Left);
        using var read = await container.ReadItemStreamAsync("1", new PartitionKey("p"));
        Assert.Equal(isThere, read.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task AReplacementWhoseAnswerWasLost_MeetsItsOwnTag()
    {
        var container = await ContainerAsync();
        using var created = await CreateAsync(container, "p", "1", 1);
        _standIn.Faults.Next(Operation.Replace, When.After, Fault.Lost);
        using var replaced = await ReplaceAsync(container, "p", "1", 2, created.Headers.ETag);
        Assert.Equal(HttpStatusCode.PreconditionFailed, replaced.StatusCode);
        using var read = await container.ReadItemStreamAsync("1", new PartitionKey("p"));
        Assert.Equal(2, Number(read, "v"));
    }

    [Fact]
    public async Task AWriteThatHangs_IsGivenUp_AndAppliedAfterwards()
    {
        var container = await ContainerAsync();
        await Created(container, "p", "0", 0);
        var gate = new TaskCompletionSource();
        _standIn.Faults.Next(Operation.Create, When.Before, Fault.Held(gate.Task));
        using var patience = new CancellationTokenSource();
        var write = CreateAsync(container, "p", "1", 1, patience.Token);
        await Eventually.IsSoAsync("the write has been sent", () => Task.FromResult(_standIn.Faults.Left == 0));
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        using var before = await container.ReadItemStreamAsync("1", new PartitionKey("p"));
        Assert.Equal(HttpStatusCode.NotFound, before.StatusCode);
        gate.SetResult();
        await Eventually.IsSoAsync("the write is applied", async () =>
        {
            using var after = await container.ReadItemStreamAsync("1", new PartitionKey("p"));
            return after.StatusCode == HttpStatusCode.OK;
        });
    }

    [Fact]
    public async Task Throttling_IsToldAtOnce_WithItsPause_WhateverIsAsked()
    {
        var container = await ContainerAsync();
        await Created(container, "p", "1", 1);
        foreach (var operation in new[] { Operation.Create, Operation.Read, Operation.Replace, Operation.Query, Operation.Feed })
        {
            _standIn.CountAnew();
            _standIn.Faults.Next(operation, When.Before, Fault.Throttle(70));
            using var answer = operation switch
            {
                Operation.Create => await CreateAsync(container, "p", "2", 2),
                Operation.Read => await container.ReadItemStreamAsync("1", new PartitionKey("p")),
                Operation.Replace => await ReplaceAsync(container, "p", "1", 2, null),
                Operation.Query => await container.GetItemQueryStreamIterator("SELECT VALUE c.id FROM c", null, InPartition("p")).ReadNextAsync(),
                _ => await container.GetChangeFeedStreamIterator(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.LatestVersion).ReadNextAsync(),
            };
            Assert.Equal((HttpStatusCode.TooManyRequests, "70"), (answer.StatusCode, answer.Headers["x-ms-retry-after-ms"]));
            Assert.Equal(1, _standIn.Counts.Where(c => c.Operation == operation).Sum(c => c.Times));
        }
    }

    /// <summary>What session consistency is: one's own writes, and what a conflict has told; another's writes when they have arrived.</summary>
    [Fact]
    public async Task AReaderThatLags_SeesItsOwnWrites_AndWhatAConflictTold_NotThoseOfOthers()
    {
        var (one, other) = (await ContainerAsync(), await ContainerAsync());
        await Created(one, "p", "1", 1);
        using (var known = await other.ReadItemStreamAsync("1", new PartitionKey("p"))) Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        var range = _standIn.RangeOf("records", "p");
        _standIn.Lag("records", range, 100);
        await Created(one, "p", "2", 2);

        using (var own = await one.ReadItemStreamAsync("2", new PartitionKey("p"))) Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        using (var late = await other.ReadItemStreamAsync("2", new PartitionKey("p"))) Assert.Equal(HttpStatusCode.NotFound, late.StatusCode);
        using (var fresh = Client())
        using (var nothing = await fresh.GetContainer("consent", "records").ReadItemStreamAsync("1", new PartitionKey("p")))
        {
            Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
        }

        await Created(one, "p", "3", 3);
        using (var conflict = await CreateAsync(other, "p", "3", 33)) Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);
        using (var told = await other.ReadItemStreamAsync("2", new PartitionKey("p"))) Assert.Equal(HttpStatusCode.OK, told.StatusCode);
        Assert.Equal([3], (await QueryAsync(other, "p", new("SELECT TOP 1 * FROM c ORDER BY c.v DESC"))).Select(V));

        await Created(one, "p", "4", 4);
        Assert.Equal([1, 2, 3], (await FeedAsync(other, ChangeFeedStartFrom.Beginning(), 10)).Changes.Select(V));
        _standIn.Lag("records", range, 0);
        Assert.Equal([1, 2, 3, 4], (await FeedAsync(other, ChangeFeedStartFrom.Beginning(), 10)).Changes.Select(V));
        Assert.Empty(_standIn.Refused);
    }
}
