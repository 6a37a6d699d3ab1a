using Consent.Tests.Support;

namespace Consent.Audit.Tests.Timelines;

public sealed class SearchReceiptsTests : IAsyncLifetime
{
    private readonly RunningAudit _audit = new();

    public async ValueTask InitializeAsync()
    {
        await _audit.InitializeAsync();
        await _audit.HearAsync(Samples.Publication());
        await _audit.HearAsync(TimelineTests.Decided("one", 1, Samples.Noon));
        await _audit.HearAsync(Samples.OptOut() with { Campaign = "spring-2026" });
        var two = TimelineTests.Decided("two", 2, Samples.Noon.AddHours(2));
        await _audit.HearAsync(two with { Receipt = two.Receipt with { CausedBy = "opt-out-1", Changed = ["offers"], Declaration = null } });
        await _audit.HearAsync(Samples.Choice("others", site: "bakkerij", controller: "bakkers"));
        await _audit.HearAsync(Samples.Applied("newsletter", 80, "one"));
    }

    public ValueTask DisposeAsync() => _audit.DisposeAsync();

    [Theory]
    [InlineData("", "one two")]
    [InlineData("&site=tuin&purpose=statistics", "one")]
    [InlineData("&purpose=offers", "two")]
    [InlineData("&purpose=stat", "")]
    [InlineData("&from=2026-06-03T12:00:00Z&until=2026-06-03T14:00:00Z", "one")]
    [InlineData("&from=2026-06-03T13:00:00Z", "two")]
    [InlineData("&until=2026-06-03T12:00:00Z", "")]
    [InlineData("&subscriber=newsletter", "one")]
    [InlineData("&subscriber=nobody", "")]
    [InlineData("&site=tuin&campaign=spring-2026", "two")]
    [InlineData("&site=tuin&campaign=spring-2026&purpose=statistics", "")]
    [InlineData("&site=tuin&campaign=never-sent", "")]
    [InlineData("&site=bakkerij&campaign=spring-2026", "")]
    public async Task Receipts_AreFoundByWhatIsAskedFor_AmongThoseThatAreOpen(string query, string found)
    {
        Assert.Equal(found, string.Join(' ', await AllAsync(query)));
    }

    [Fact]
    public async Task Receipts_AreFoundByTheDeclarationThatWasShown()
    {
        Assert.Equal(["one"], await AllAsync($"&declaration={Samples.Declaration().Hash}"));
        Assert.Empty(await AllAsync($"&declaration={new string('0', 64)}"));
    }

    [Theory]
    [InlineData("from=2026-06-03T12:00:00Z&until=2026-06-03T12:00:00Z", "bad-range")]
    [InlineData("campaign=spring-2026", "site-needed")]
    [InlineData("from=noon", "bad-request")]
    public async Task WhatCannotBeSearched_SaysWhatToDo(string query, string slug) =>
        await ProblemOf.IsAsync(await _audit.GetAsync($"/v1/audit/receipts?{query}", _audit.Token("audit", "*")), 400, slug);

    private async Task<List<string>> AllAsync(string query)
    {
        var (found, after) = (new List<string>(), 0L);
        while (true)
        {
            var page = await TimelineTests.ReadAsync(await _audit.GetAsync($"/v1/audit/receipts?limit=1&after={after}{query}", _audit.Token("audit", Samples.Controller)));
            found.AddRange(page["receipts"]!.AsArray().Select(r => (string)r!["id"]!));
            if (!(bool)page["more"]!) return found;
            after = (long)page["next"]!;
        }
    }
}
