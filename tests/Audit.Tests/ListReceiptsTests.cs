using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.Audit.Tests;

public class ListReceiptsTests(RunningAudit audit) : IClassFixture<RunningAudit>
{
    [Fact]
    public async Task Get_PageByPage_ListsEachOpenReceiptOfTheSiteOnce()
    {
        await audit.HearAsync(Samples.Choice("one"));
        await audit.HearAsync(Samples.Choice("others", site: "bakkerij", controller: "bakkers"));
        await audit.HearAsync(Samples.Applied("newsletter", 80, "one"));
        await audit.HearAsync(Samples.Choice("two"));
        await audit.HearAsync(Samples.Choice("three", site: "tuin-winkel"));
        var token = audit.Token("audit", Samples.Controller);

        Assert.Equal(["one", "two", "three"], await AllAsync("", token));
        Assert.Equal(["one", "two"], await AllAsync("&site=tuin", token));
        Assert.Empty(await AllAsync("&site=bakkerij", token));
        Assert.Equal(["one", "others", "two", "three"], await AllAsync("", audit.Token("admin")));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=501")]
    [InlineData("after=-1")]
    [InlineData("after=many")]
    [InlineData("after=9223372036854775808")]
    public async Task Get_AnAbsurdRange_IsRefused(string query)
    {
        var response = await audit.GetAsync($"/v1/audit/receipts?{query}", audit.Token("audit", "*"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&site=tuin&campaign=spring-2026")]
    public async Task Get_FromThePlaceBehindWhichNothingCanBe_ListsNothing_AndDoesNotBeginAnew(string query)
    {
        await audit.HearAsync(Samples.Choice("one"));
        var response = await audit.GetAsync($"/v1/audit/receipts?after={long.MaxValue}{query}", audit.Token("audit", "*"));
        var page = (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        Assert.Equal((0, false), (page["receipts"]!.AsArray().Count, (bool)page["more"]!));
    }

    [Fact]
    public async Task Start_AuditAnnouncesThatItWantsEveryVersion()
    {
        var announced = (await audit.Outbox.WaitForAsync<SubscriberAnnounced>(1))[0];
        Assert.Equal(("audit", true), (announced.Subscriber, announced.EveryVersion));
        Assert.Equal(["consent-changed", "consent-erased", "declaration-published", "erasure-asked", "mail-counted", "marketing-erased", "marketing-links-made", "marketing-subscribed", "marketing-unsubscribe-undone", "marketing-unsubscribed", "subscriber-retired"], announced.Kinds.Order());
    }

    private async Task<List<string>> AllAsync(string query, string token)
    {
        var found = new List<string>();
        var after = 0L;
        while (true)
        {
            var response = await audit.GetAsync($"/v1/audit/receipts?limit=1&after={after}{query}", token);
            var page = (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
            Assert.DoesNotContain("subjectId", page.ToJsonString());
            found.AddRange(page["receipts"]!.AsArray().Select(r => (string)r!["id"]!));
            if (!(bool)page["more"]!) return found;
            after = (long)page["next"]!;
        }
    }
}
