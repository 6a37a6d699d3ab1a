using System.Text;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class RecordOptOutsTests : HostedTest
{
    private const string Route = "/v1/sites/orchard/marketing/opt-outs";
    private const string Jan = "jan@example.com";
    private const string Piet = "piet@example.com";

    [Fact]
    public async Task OfATopic_ItEndsThatTopicAlone_AlsoForWhoWasNeverHeardOf_AndSaysWhereItWasSaid()
    {
        await OptInAsync(Jan, "newsletter", "offers");
        Assert.Equal(["suppressed", "suppressed"], await ToldAsync(new { topic = "newsletter", addresses = new[] { "Jan@Example.com", Piet }, source = "connector:listmonk" }));
        await AssertReasonsAsync(Jan, "suppressed", "opted-in");
        await AssertReasonsAsync(Piet, "suppressed", "no-basis");
        var record = await LatestAsync(Jan);
        Assert.Equal((MarketingRecord.Unsubscribed, "connector:listmonk"), (record!.Kind, record.Action));
    }

    [Fact]
    public async Task OnAChannel_ItEndsThatOneAlone()
    {
        await Host.HearAsync(Sample.OnChannels(Channel.Email, Channel.Sms), version: 2);
        await OptInAsync(Jan, "newsletter");
        Assert.Equal(["suppressed"], await ToldAsync(new { topic = "newsletter", channel = "sms", addresses = new[] { Jan } }));
        Assert.Equal(("opted-in", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "newsletter", "sms")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("*")]
    public async Task WithoutATopic_ItEndsEverything_AlsoWhatIsDeclaredLater(string? topic)
    {
        await OptInAsync(Jan, "newsletter", "offers");
        Assert.Equal(["suppressed"], await ToldAsync(new { topic, addresses = new[] { Jan } }));
        await AssertReasonsAsync(Jan, "suppressed", "suppressed");
        await Host.HearAsync(Sample.Declaration(topics: ["newsletter", "offers", "tips", "later"]), version: 2);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan, "later"));
        Assert.Equal("stated-opt-out", (await LatestAsync(Jan))!.Action);
    }

    [Theory]
    [InlineData("bounced")]
    [InlineData("complained")]
    public async Task WithACause_ItEndsEverythingForThatReason(string cause)
    {
        await OptInAsync(Jan, "newsletter", "offers");
        Assert.Equal(["suppressed"], await ToldAsync(new { topic = "newsletter", addresses = new[] { Jan }, cause, source = "connector:ses" }));
        await AssertReasonsAsync(Jan, cause, cause);
        Assert.Contains("connector:ses", (await LatestAsync(Jan))!.Action, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RepeatedAtOnce_ItIsToldAgain_AndRecordsNothingMore()
    {
        var body = new { topic = "newsletter", addresses = new[] { Jan, Jan }, source = "import" };
        Assert.Equal(["suppressed", "suppressed"], await ToldAsync(body));
        var first = await LatestAsync(Jan);
        Host.Time.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(["suppressed", "suppressed"], await ToldAsync(body));
        Assert.Equal(first!.RecordedAt, (await LatestAsync(Jan))!.RecordedAt);
    }

    [Fact]
    public async Task SaidBeforeThePersonConfirmedHere_ItYieldsToThat_AndSaidAfterItDoesNot()
    {
        await OptInAsync(Jan, "newsletter");
        await OptInAsync(Piet, "newsletter");
        Assert.Equal(["confirmed-since", "suppressed"], await ToldAsync(new
        {
            topic = "newsletter",
            optOuts = new[] { new { address = Jan, optedOutAt = Sample.Noon.AddDays(-1) }, new { address = Piet, optedOutAt = Sample.Noon.AddSeconds(-30) } },
        }));
        Assert.Equal(("opted-in", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Piet)));

        Host.Time.Pass(TimeSpan.FromHours(1));
        Assert.Equal(["suppressed"], await ToldAsync(new { topic = "newsletter", optOuts = new[] { new { address = Jan, optedOutAt = Sample.Noon.AddMinutes(30) } } }));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task OfEverything_WhatWasConfirmedSinceStands_AndTheRestEnds()
    {
        await OptInAsync(Jan, "newsletter");
        Assert.Equal(["confirmed-since"], await ToldAsync(new { optOuts = new[] { new { address = Jan, optedOutAt = Sample.Noon.AddDays(-1) } } }));
        await AssertReasonsAsync(Jan, "opted-in", "suppressed");
    }

    [Fact]
    public async Task AComplaintThatComesLate_EndsWhatWasNotConfirmedSince()
    {
        await OptInAsync(Jan, "offers");
        Host.Time.Pass(TimeSpan.FromDays(2));
        await OptInAsync(Jan, "newsletter");
        Assert.Equal(["confirmed-since"], await ToldAsync(new { optOuts = new[] { new { address = Jan, optedOutAt = Sample.Noon.AddDays(1) } }, cause = "complained" }));
        await AssertReasonsAsync(Jan, "opted-in", "suppressed");
    }

    [Theory]
    [InlineData(null, "suppressed")]
    [InlineData("complained", "complained")]
    [InlineData("bounced", "bounced")]
    public async Task OfEverything_HeardLate_ItEndsWhatIsDeclaredLaterToo_AsOfWhenItWasSaid(string? cause, string reason)
    {
        var saidAt = Sample.Noon.AddHours(-2);
        await OptInAsync(Jan, "newsletter");
        Assert.Equal(["confirmed-since"], await ToldAsync(new { optOuts = new[] { new { address = Jan, optedOutAt = saidAt } }, cause, source = "connector:ses" }));
        var record = (await LatestAsync(Jan))!;
        Assert.Equal((saidAt, cause), record.Topics[MarketingRecord.Everything] is var all ? (all.At, all.Cause) : default);
        Assert.Equal(cause == "bounced", record.Purposes is null);

        await Host.HearAsync(Sample.Declaration(topics: ["newsletter", "offers", "tips", "later"]), version: 2);

        await AssertReasonsAsync(Jan, "opted-in", cause == "bounced" ? "bounced" : "suppressed");
        Assert.Equal(reason, await Host.ReasonAsync(Jan, "later"));
    }

    [Fact]
    public async Task AMomentToCome_IsTakenForNow()
    {
        await OptInAsync(Jan, "newsletter");
        await ToldAsync(new { topic = "newsletter", optOuts = new[] { new { address = Jan, optedOutAt = Sample.Noon.AddYears(1) } } });
        Host.Time.Pass(TimeSpan.FromDays(1));
        await OptInAsync(Jan, "newsletter");
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WhatIsNoAddress_IsToldSo_AndHoldsUpNoOther()
    {
        var answer = await Host.PostAsync(Route, new { topic = "newsletter", addresses = new[] { "nonsense", Jan, "" } }, Host.Token());
        Assert.Equal(
            """{"results":[{"address":"nonsense","outcome":"invalid-address"},{"address":"jan@example.com","outcome":"suppressed"},{"address":"","outcome":"invalid-address"}]}""",
            await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task ANumber_IsTakenWhereATopicGoesByOne_AndForEverything()
    {
        await Host.HearAsync(Sample.OnChannels(Channel.Email, Channel.Sms), version: 2);
        Assert.Equal(["suppressed"], await ToldAsync(new { topic = "newsletter/sms", addresses = new[] { "06 12345678" } }));
        Assert.Equal(["invalid-address"], await ToldAsync(new { topic = "newsletter", addresses = new[] { "06 12345678" } }));
        Assert.Equal(("suppressed", "no-basis"), (await Host.ReasonAsync("+31612345678", channel: "sms"), await Host.ReasonAsync("+31612345678", "offers", "sms")));
        Assert.Equal(["suppressed"], await ToldAsync(new { addresses = new[] { "+31612345678" } }));
        Assert.Equal("suppressed", await Host.ReasonAsync("+31612345678", "offers", "sms"));
    }

    [Fact]
    public async Task NoneIsRefused_OnARetiredSite_AndForATopicThatIsDeclaredNoMore()
    {
        await Host.HearAsync(Sample.Declaration(topics: ["offers"]) with { Retired = true }, version: 2);
        Assert.Equal(["suppressed"], await ToldAsync(new { topic = "newsletter", addresses = new[] { Jan } }));
        Assert.Equal(TopicStatus.Suppressed, (await LatestAsync(Jan))!.Topics["newsletter"].Status);
    }

    [Fact]
    public async Task TenThousand_AreTaken_AndOneMoreIsRefused()
    {
        List<string> addresses = [.. Enumerable.Range(0, 10_000).Select(i => $"reader-{i}@example.com")];
        Assert.All(await ToldAsync(new { topic = "newsletter", addresses }), outcome => Assert.Equal("suppressed", outcome));
        Assert.Equal("suppressed", await Host.ReasonAsync("reader-9999@example.com"));
        addresses.Add("one-more@example.com");
        await (await Host.PostAsync(Route, new { topic = "newsletter", addresses }, Host.Token())).AssertProblemAsync(422, "too-many-addresses");
        Assert.Equal("no-basis", await Host.ReasonAsync("one-more@example.com"));
    }

    [Theory]
    [InlineData("""{"topic":"nothing","addresses":["jan@example.com"]}""", 422, "unknown-topic")]
    [InlineData("""{"topic":"newsletter"}""", 400, "malformed-body")]
    [InlineData("""{"topic":"newsletter","optOuts":[1]}""", 400, "malformed-body")]
    [InlineData("""{"addresses":["jan@example.com"],"source":"jan@example.com"}""", 422, "invalid-source")]
    [InlineData("""{"addresses":["jan@example.com"],"cause":"angry"}""", 422, "opt-out-cause")]
    [InlineData("""{"addresses":["jan@example.com"],"channel":"sms"}""", 422, "unknown-channel")]
    [InlineData("""{"topic":"newsletter","addresses":["jan@example.com"],"channel":"fax"}""", 422, "unknown-channel")]
    public async Task BadInput_IsRefused_AndRecordsNothing(string body, int status, string slug)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        await (await Host.SendAsync(Route, content, Host.Token())).AssertProblemAsync(status, slug, secret: "jan@");
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WithoutTheRightToken_NothingIsTaken()
    {
        var body = new { addresses = new[] { Jan } };
        await (await Host.PostAsync(Route, body)).AssertProblemAsync(401, "token-needed");
        await (await Host.PostAsync(Route, body, Host.Token(scope: "audit"))).AssertProblemAsync(403, "scope-needed");
        await (await Host.PostAsync(Route, body, Host.Token(controller: "another"))).AssertProblemAsync(404, "unknown-site");
        await (await Host.PostAsync("/v1/sites/nowhere/marketing/opt-outs", body, Host.Token())).AssertProblemAsync(404, "unknown-site");
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task NoAddressIsLogged()
    {
        await ToldAsync(new { topic = "newsletter", addresses = new[] { Jan, "nonsense-of-jan" } });
        Assert.DoesNotContain(Jan, Host.Log.All, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("nonsense-of-jan", Host.Log.All, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<List<string?>> ToldAsync(object body)
    {
        using var answer = await Host.PostAsync(Route, body, Host.Token());
        answer.EnsureSuccessStatusCode();
        return [.. (await answer.JsonAsync()).GetProperty("results").EnumerateArray().Select(r => r.GetProperty("outcome").GetString())];
    }

    private async Task OptInAsync(string address, params string[] topics)
    {
        foreach (var topic in topics) await Host.ConfirmAsync(address, topic);
    }

    private async Task AssertReasonsAsync(string address, string newsletter, string offers) =>
        Assert.Equal((newsletter, offers), (await Host.ReasonAsync(address), await Host.ReasonAsync(address, "offers")));

    private ValueTask<MarketingRecord?> LatestAsync(string address) => Host.Records.LatestAsync(Sample.Site, Host.Keys.Addresses(Sample.Controller).AddressId(address), default);
}
