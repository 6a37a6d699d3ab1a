using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>What a controller's own system says of an opt-in is a basis when it says that the person confirmed it, or what proves it, and else none.</summary>
public sealed class StatedOptInTests : HostedTest
{
    private const string Jan = "jan@example.com";
    private const string Route = "/v1/sites/orchard/marketing/subscriptions";
    private const string Log = "sign-up log 7";
    private static readonly DateTimeOffset LongAgo = Sample.Noon.AddYears(-1);

    [Fact]
    public async Task WithNeither_ItIsUnproven_AlsoForARowThatWasImportedWithoutItsProof_AndIsToldToNobody()
    {
        await Host.ImportAsync(ImportedRows.Row(Jan, evidence: null));
        foreach (var body in (object[])
            [
                new { address = Jan, topic = "newsletter" }, new { address = "els@example.com", topic = "newsletter" },
                new { address = Jan, topic = "newsletter", evidence = Log }, new { address = "piet@example.com", topic = "newsletter", evidence = Log },
                new { address = "kees@example.com", topic = "newsletter", optedInAt = LongAgo },
            ])
            Assert.Equal("unproven", await StatusAsync(body));

        foreach (var name in (string[])["jan", "els", "piet", "kees"]) Assert.Equal("unproven", await Host.ReasonAsync($"{name}@example.com"));
        Assert.Equal("subscribed", await StatusAsync(new { address = Jan, topic = "newsletter", confirmedAt = Host.Time.Is }));
        Assert.Equal(Subject(Jan), Assert.Single(await Host.Sent.WaitForAsync<MarketingSubscribed>(1)).SubjectId);
    }

    [Fact]
    public async Task WithItsProof_ItIsASubscription_AndTheProofNamesWhoVouches()
    {
        Assert.Equal("subscribed", await StatusAsync(new { address = Jan, topic = "newsletter", evidence = Log, optedInAt = LongAgo, source = "paper form" }));

        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        var proof = (await LatestAsync(Jan))!.Topics["newsletter"].Proof!;
        Assert.Equal((Log, LongAgo, null, "developer", "paper form"), (proof.Evidence, proof.OptedInAt, proof.ConfirmedAt, proof.StatedBy, proof.Source));
        Assert.Null(Assert.Single(await Host.Sent.WaitForAsync<MarketingSubscribed>(1)).ConfirmedAt);
    }

    [Fact]
    public async Task WithItsProof_ItLiftsNothing()
    {
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Host.Time.Pass(TimeSpan.FromDays(1));
        Assert.Equal("suppressed", await StatusAsync(new { address = Jan, topic = "newsletter", evidence = Log, optedInAt = Host.Time.Is }));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Theory]
    [InlineData("log-7", "2025-03-01T12:00:00Z", null)]
    [InlineData("see jan@example.com", "2025-03-01T12:00:00Z", null)]
    [InlineData("see jan%40example.com", "2025-03-01T12:00:00Z", null)]
    [InlineData("see jan\uFF20example.com", "2025-03-01T12:00:00Z", null)]
    [InlineData("the mail of piet@elsewhere.example", "2025-03-01T12:00:00Z", null)]
    [InlineData(Log, "1989-12-31T12:00:00Z", null)]
    [InlineData(Log, "2025-03-01T12:00:00Z", "2025-02-28T12:00:00Z")]
    public async Task WhatProvesNothing_IsRefused(string evidence, string optedInAt, string? confirmedAt)
    {
        var body = new { address = Jan, topic = "newsletter", evidence, optedInAt, confirmedAt };
        await (await Host.PostAsync(Route, body, Host.Token())).AssertProblemAsync(422, "invalid-proof", secret: Jan);
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WhatIsStillToCome_IsRefused()
    {
        var body = new { address = Jan, topic = "newsletter", evidence = Log, optedInAt = Host.Time.Is.AddHours(1) };
        await (await Host.PostAsync(Route, body, Host.Token())).AssertProblemAsync(422, "future-time");
    }

    [Fact]
    public async Task TheAnswer_IsWhatACheckWouldSay_AlsoWhereTheConsentServiceHoldsANo()
    {
        var no = Sample.Decided(Sample.Declaration(), "newsletter", Decision.Withdrawn, Host.Time.Is);
        await Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, Sample.Receipt(Subject(Jan), 1, ("newsletter", no))));

        Assert.Equal("suppressed", await StatusAsync(new { address = Jan, topic = "newsletter", confirmedAt = Host.Time.Is.AddHours(-1) }));
        Assert.Equal("withdrawn", await Host.ReasonAsync(Jan));

        Host.Time.Pass(TimeSpan.FromHours(1));
        Assert.Equal("suppressed", await StatusAsync(new { address = Jan, topic = "newsletter", confirmedAt = Host.Time.Is }));
    }

    [Fact]
    public async Task OnARetiredSite_NothingIsTaken_AndNothingIsPermittedAnyMore_AndAnOptOutIs()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.HearAsync(Sample.Declaration() with { Retired = true }, version: 2);

        Assert.Equal("retired-site", await Host.ReasonAsync(Jan));
        foreach (var token in (string?[])[null, Host.Token()])
            await (await Host.PostAsync(Route, new { address = Jan, topic = "offers" }, token)).AssertProblemAsync(409, "retired-site");
        Assert.Contains("the site is retired", (await Host.ImportAsync(ImportedRows.Row("els@example.com")))[0], StringComparison.Ordinal);
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task OnASiteForChildren_ItIsUnproven_UntilTheAgeIsStated_OrTheAuthorisationOfAParent()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.HearAsync(Sample.Declaration() with { Children = new Children(new Dictionary<string, int> { ["NL"] = 16 }) }, version: 2);

        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        await (await Host.PostAsync(Route, new { address = "els@example.com", topic = "newsletter" })).AssertProblemAsync(422, "parental-authorisation");
        Assert.Equal("unproven", await StatusAsync(new { address = "els@example.com", topic = "newsletter", confirmedAt = Host.Time.Is }));
        Assert.Equal("subscribed", await StatusAsync(new { address = "els@example.com", topic = "newsletter", confirmedAt = Host.Time.Is, ofAge = true }));
        Assert.Equal("subscribed", await StatusAsync(
            new { address = "piet@example.com", topic = "newsletter", confirmedAt = Host.Time.Is, parentalAuthorisation = new { method = "signed-form", reference = "form-12" } }));
        var row = ImportedRows.Row("kees@example.com");
        Assert.Equal(
            [ImportedRows.Sums(rows: 2, recorded: 2, unproven: 1)], await Host.ImportAsync(row, row.Replace("{", """{"ofAge":true,""", StringComparison.Ordinal)));
        Assert.Equal("opted-in", await Host.ReasonAsync("kees@example.com"));
    }

    private async Task<string?> StatusAsync(object body)
    {
        var answer = await Host.PostAsync(Route, body, Host.Token());
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.JsonAsync()).GetProperty("status").GetString();
    }

    private string Subject(string address) => Host.Keys.Addresses(Sample.Controller).AddressId(address);

    private Task<MarketingRecord?> LatestAsync(string address) => Host.Records.LatestAsync(Sample.Site, Subject(address), default).AsTask();
}
