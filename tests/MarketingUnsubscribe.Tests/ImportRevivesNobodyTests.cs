using Consent.Contracts;
using Consent.UnsubscribeLinks;
using static Consent.MarketingUnsubscribe.Tests.ImportedRows;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Whoever said no, or was erased, is brought back by no import, only by himself; and what stands is made no worse.</summary>
public sealed class ImportRevivesNobodyTests : HostedTest
{
    private const string Jan = "jan@example.com";
    private const string Stream = "11111111111111111111";

    private string Subject => Host.Keys.Addresses(Sample.Controller).AddressIds(Jan)[^1];

    [Fact]
    public async Task ASuppression_YieldsToNoRow_AndToThePersonsOwnConfirmation()
    {
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Host.Time.Pass(TimeSpan.FromHours(1));

        var told = await Host.ImportAsync(
            Row(Jan), Row(Jan, confirmedAt: Sample.Noon.AddDays(-30)), Row(Jan, confirmedAt: Sample.Noon), Row(Jan, confirmedAt: Host.Time.Is, evidence: null), RowWithoutTime(Jan, confirmedAt: Host.Time.Is),
            Row(Jan, confirmedAt: Host.Time.Is, reference: "later"));

        Assert.Equal(Sums(rows: 6, refused: 6), told[^1]);
        Assert.All(told[..^1], line => Assert.Contains("suppressed (opted-out)", line, StringComparison.Ordinal));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));

        await Host.ConfirmAsync(Jan);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task NothingAnyMore_HoldsForEveryRow()
    {
        await OptOutAsync(Subject, MarketingRecord.Everything);
        Host.Time.Pass(TimeSpan.FromHours(1));

        await Host.ImportAsync(Row(Jan, confirmedAt: Host.Time.Is), Row(Jan, topic: "offers"), Row(Jan, topic: "tips", evidence: null, confirmedAt: Host.Time.Is));

        Assert.Equal(("suppressed", "suppressed", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers"), await Host.ReasonAsync(Jan, "tips")));
    }

    [Fact]
    public async Task EraseRotateTheKeyImport_AndItIsStillSuppressed_UntilThePersonConfirmsAnew()
    {
        string[] rows = [Row(Jan, confirmedAt: Host.Time.Is), Row(Jan, topic: "offers"), Row(Jan, topic: "tips", evidence: null)];
        await Host.ImportAsync(rows);
        await Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, Sample.Receipt(Subject, 1), Stream));
        Host.Time.Pass(TimeSpan.FromHours(1));
        Assert.Equal(("opted-in", "opted-in", "unproven"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers"), await Host.ReasonAsync(Jan, "tips")));

        await Host.HearAsync(new ConsentErased(RandomId.New(), Host.Time.Is, Sample.Site, Stream, 1, 2, Host.Time.Is));
        Host.Keys.Succeed($"address-{Sample.Controller}");
        Host.Time.Pass(TimeSpan.FromHours(1));
        var told = await Host.ImportAsync(rows);

        Assert.Equal(Sums(rows: 3, refused: 3), told[^1]);
        Assert.All(told[..^1], line => Assert.Contains("suppressed (erased)", line, StringComparison.Ordinal));
        Assert.Equal(("erased", "erased", "erased"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers"), await Host.ReasonAsync(Jan, "tips")));
        Assert.Equal(Sums(rows: 1, refused: 1), (await Host.ImportAsync(Row(Jan, confirmedAt: Host.Time.Is)))[^1]);
        await Host.ConfirmAsync(Jan);
        Assert.Equal(("opted-in", "erased"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
    }

    [Fact]
    public async Task SuppressionsUnderEveryKey_Hold_AndArePersonallyLiftedTogether()
    {
        var link = await Host.LinkAsync(Jan);
        Host.Keys.Succeed($"address-{Sample.Controller}");
        foreach (var subject in Host.Keys.Addresses(Sample.Controller).AddressIds(Jan))
        {
            await OptOutAsync(subject, "newsletter");
            Host.Time.Pass(TimeSpan.FromHours(1));
        }

        Assert.Equal(Sums(rows: 1, refused: 1), (await Host.ImportAsync(Row(Jan, confirmedAt: Sample.Noon.AddMinutes(30))))[^1]);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        await Host.ConfirmAsync(Jan);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        Host.Time.Pass(TimeSpan.FromHours(1));
        await Host.OneClickAsync(link);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task ANoInTheConsentService_YieldsToNoRow()
    {
        await HearOfAsync(Decision.Withdrawn, Sample.Noon.AddDays(-1));

        var told = await Host.ImportAsync(
            Row(Jan), Row(Jan, evidence: null), Row(Jan, confirmedAt: Sample.Noon.AddDays(-2)), Row(Jan, topic: "offers"), Row(Jan, confirmedAt: Sample.Noon, reference: "later"));

        Assert.Equal(Sums(rows: 5, recorded: 1, refused: 4), told[^1]);
        Assert.All(told[..^1], line => Assert.Contains("has said no", line, StringComparison.Ordinal));
        Assert.Equal(("withdrawn", "opted-in"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
    }

    [Fact]
    public async Task WhatStands_IsMadeNoWorse_AndARealOptInTakesThePlaceOfAnUnprovenOne()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Sample.Noon);
        var proof = (await LatestAsync())!.Topics["newsletter"];
        Host.Time.Pass(TimeSpan.FromHours(1));

        Assert.Equal([Sums(rows: 3, known: 3)], await Host.ImportAsync(Row(Jan), Row(Jan, evidence: null), Row(Jan, confirmedAt: Sample.Noon.AddDays(-1))));
        Assert.Equal(proof, (await LatestAsync())!.Topics["newsletter"]);

        await Host.ImportAsync(Row(Jan, topic: "offers", evidence: null));
        Assert.Equal("unproven", await Host.ReasonAsync(Jan, "offers"));
        await Host.SubscribeAsync(Jan, "offers", confirmedAt: Host.Time.Is);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan, "offers"));
    }

    [Fact]
    public async Task WhatIsUnproven_LeavesABasisInTheConsentService_AndCanBeOptedOutOf()
    {
        await HearOfAsync(Decision.Given, Sample.Noon.AddDays(-1));
        Assert.Equal([Sums(rows: 2, recorded: 2, unproven: 2)], await Host.ImportAsync(Row(Jan, evidence: null), Row("els@example.com", evidence: null)));
        Assert.Equal(("opted-in", "unproven"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync("els@example.com")));

        await Host.OneClickAsync(await Host.LinkAsync("els@example.com"));

        Assert.Equal("suppressed", await Host.ReasonAsync("els@example.com"));
        Assert.Single(await Host.Sent.WaitForAsync<MarketingUnsubscribed>(1));
    }

    private Task OptOutAsync(string subject, string topic)
    {
        var link = new UnsubscribeLink(Sample.Controller, Sample.Site, topic, Jan);
        return Host.Records.AppendAsync(Sample.Site, subject, (newest, id) => OptOutDecisions.OptOut(newest, link, subject, "unsubscribe-page", id, Host.Time.Is), default);
    }

    private Task<MarketingRecord?> LatestAsync() => Host.Records.LatestAsync(Sample.Site, Subject, default).AsTask();

    private Task HearOfAsync(Decision status, DateTimeOffset at) => Host.HearAsync(new ConsentChanged(
        RandomId.New(), Host.Time.Is, Sample.Receipt(Subject, 1, ("newsletter", Sample.Decided(Sample.Declaration(), "newsletter", status, at)))));
}
