using System.Net;
using Consent.Tests.Support.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>Queries: which are understood, in which order they answer, and when they are written anew.</summary>
public sealed partial class CosmosStandInTests
{
    /// <param name="direct">Sent as it is, without a plan; else compiled by the client first.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AQuery_SeesItsPartition_InItsOrder_PageByPage(bool direct)
    {
        _direct = direct;
        var container = await ContainerAsync();
        foreach (var v in Enumerable.Range(1, 12)) await Created(container, "p", $"{v}", v);
        await Created(container, "q", "13", 13);

        Assert.Equal([12], (await QueryAsync(container, "p", new("SELECT TOP 1 * FROM c ORDER BY c.v DESC"))).Select(V));
        Assert.Equal(Enumerable.Range(1, 12), (await QueryAsync(container, "p", new("SELECT * FROM c WHERE c.t != 'h' ORDER BY c.v"))).Select(V));
        Assert.Equal(Enumerable.Range(1, 12), (await QueryAsync(container, "p", new("SELECT * FROM c WHERE c.t != 'h' ORDER BY c.v"), 5)).Select(V));
        Assert.Equal([3, 4], (await QueryAsync(container, "p", new QueryDefinition("SELECT TOP @max * FROM c WHERE c.o > @after ORDER BY c.o").WithParameter("@max", 2).WithParameter("@after", "00002"))).Select(V));
        var two = await QueryAsync(container, "p", new QueryDefinition("SELECT c.v, c.e, c.s, c.t, c.k FROM c WHERE c.v = @prev OR c.k = @key").WithParameter("@prev", 5).WithParameter("@key", "k7"));
        Assert.Equal([5, 7], two.Select(V).Order());
        Assert.All(two, d => Assert.False(d.TryGetProperty("id", out _)));
        Assert.Equal(1 + 3, _standIn.Counts.Single(c => c is { Query: "history", Status: 200 }).Times);
        _standIn.PageBytes = 400;
        _standIn.CountAnew();
        Assert.Equal(Enumerable.Range(1, 12), (await QueryAsync(container, "p", new("SELECT * FROM c WHERE c.t != 'h' ORDER BY c.v"))).Select(V));
        Assert.InRange(_standIn.Counts.Single(c => c.Query == "history").Times, 6, 12);
        _standIn.Faults.Next(Operation.Query, When.Before, Fault.Status(410, 1002));
        Assert.Equal([12], (await QueryAsync(container, "p", new("SELECT TOP 1 * FROM c ORDER BY c.v DESC"))).Select(V));
        Assert.Empty(_standIn.Refused);
    }

    /// <summary>Sent without a plan, a query whose range is gone is planned after all, and those that order are then written another way.</summary>
    [Theory]
    [InlineData("SELECT TOP 1 * FROM c ORDER BY c.v DESC", new[] { 12 })]
    [InlineData("SELECT TOP 1 * FROM c WHERE c.tomb > 0 ORDER BY c.tomb DESC", new int[0])]
    [InlineData("SELECT * FROM c WHERE c.t != 'h' ORDER BY c.v", new[] { 10, 11, 12 })]
    [InlineData("SELECT TOP 1 * FROM c WHERE c.o <= @o ORDER BY c.o DESC", new[] { 11 })]
    [InlineData("SELECT TOP @max * FROM c WHERE c.o > @after ORDER BY c.o", new[] { 12 })]
    [InlineData("SELECT TOP @max * FROM c WHERE STARTSWITH(c.k, @key) AND c.o > @after ORDER BY c.o", null)]
    [InlineData("SELECT c.v, c.e, c.s, c.t, c.k FROM c WHERE c.v = @prev OR c.k = @key", new[] { 10, 11 })]
    public async Task AQuery_WhoseRangeIsGone_IsAskedAnew(string text, int[]? found)
    {
        _direct = true;
        var container = await ContainerAsync("/v/?", "/o/?", "/tomb/?");
        foreach (var v in Enumerable.Range(10, 3)) await Created(container, "p", $"{v}", v);
        var query = new QueryDefinition(text).WithParameter("@o", "00011").WithParameter("@after", "00011").WithParameter("@max", 5).WithParameter("@prev", 10).WithParameter("@key", "k11");
        _standIn.Faults.Next(Operation.Query, When.Before, Fault.Status(410, 1002));
        if (found is null)
        {
            using var pages = container.GetItemQueryStreamIterator(query, null, InPartition("p"));
            using var page = await pages.ReadNextAsync();
            Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
            Assert.Contains("not in the table", Assert.Single(_standIn.Refused));
            return;
        }
        Assert.Equal(found, (await QueryAsync(container, "p", query)).Select(V).Order());
        Assert.Equal(0, _standIn.Faults.Left);
        Assert.Empty(_standIn.Refused);
    }

    [Fact]
    public async Task WhatIsNotIndexed_IsNotOrderedBy()
    {
        var container = await ContainerAsync("/o/?");
        await Created(container, "p", "1", 1);
        Assert.Equal(HttpStatusCode.BadRequest, await StatusOfAsync(container, "SELECT TOP 1 * FROM c ORDER BY c.v DESC", "p"));
        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(container, "SELECT VALUE c.id FROM c", "p"));
    }

    [Fact]
    public async Task AQueryThatIsWrong_NeverLeavesTheClient_AndOneThatNobodyKnows_IsRefused()
    {
        var container = await ContainerAsync();
        await Created(container, "p", "1", 1);
        Assert.Equal(HttpStatusCode.BadRequest, await StatusOfAsync(container, "SELECT c.v FRM c", "p"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusOfAsync(container, "SELECT c.v FROM c WHERE NOSUCH(c.v)", "p"));
        Assert.DoesNotContain(_standIn.Counts, c => c.Operation == Operation.Query);

        Assert.Equal(HttpStatusCode.BadRequest, await StatusOfAsync(container, "SELECT c.v FROM c WHERE c.v > 17", "p"));
        Assert.Contains("SELECT c.v FROM c WHERE c.v > 17", Assert.Single(_standIn.Refused));
    }

    [Fact]
    public async Task TheStoresTime_IsSetHere_AndToldInQueriesAndDocuments()
    {
        var container = await ContainerAsync();
        var at = new DateTimeOffset(2031, 5, 6, 7, 8, 9, 250, TimeSpan.Zero);
        _standIn.Clock.StandAt(at);
        await Created(container, "p", "1", 1);
        var query = new QueryDefinition("SELECT c, GetCurrentTimestamp() AS now FROM c WHERE c.id = @id").WithParameter("@id", "1");
        _standIn.Clock.Pass(TimeSpan.FromSeconds(30));
        var told = Assert.Single(await QueryAsync(container, "p", query));
        Assert.Equal(at.AddSeconds(30).ToUnixTimeMilliseconds(), told.GetProperty("now").GetInt64());
        Assert.Equal(at.ToUnixTimeSeconds(), told.GetProperty("c").GetProperty("_ts").GetInt64());
    }
}
