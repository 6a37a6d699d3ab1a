using Consent.Contracts;
using Consent.UnsubscribeLinks;
using static Consent.MarketingUnsubscribe.Tests.ImportedRows;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>"Nothing any more", and the objection to direct marketing (GDPR art. 21(2) and (3)).</summary>
public sealed class PreferenceNothingTests : PreferenceTest
{
    private const string Objected = "U hebt bezwaar gemaakt tegen direct marketing.";

    [Fact]
    public async Task Nothing_StopsWhatIsDeclaredAndWhatIsToCome_AndATopicIsStartedAgainOnThePage()
    {
        await Host.HearAsync(Declaration(), version: 2);
        foreach (var topic in (string[])["newsletter", "offers"]) await Host.SubscribeAsync(Jan, topic, confirmedAt: Host.Time.Is);
        var saved = await SaveAsync(await Host.PageAsync(await OpenAsync()), fields: [("everything", "yes")]);

        Assert.True(saved.Says(Saved) && saved.Says("U krijgt geen nieuws of reclame meer"));
        Assert.Empty(Ticked(saved));
        Assert.DoesNotContain("name=\"everything\"", saved, StringComparison.Ordinal);
        foreach (var id in (string[])["newsletter", "newsletter/sms", "offers", "tips"]) Assert.Equal("suppressed", await Host.ReasonAsync(Jan, id));
        Assert.Equal("preferences", await EverythingSaidByAsync(5));

        Assert.Equal(["offers"], Ticked(await SaveAsync(saved, tick: ["offers"])));
        Assert.Equal(("opted-in", "suppressed"), (await Host.ReasonAsync(Jan, "offers"), await Host.ReasonAsync(Jan)));
    }

    [Fact]
    public async Task AnObjection_IsRecordedAsOne_AndToldToTheOthers_ForEveryTopicAndThePurposesBehindThem()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var saved = await SaveAsync(await Host.PageAsync(await OpenAsync()), tick: ["offers"], fields: [("objection", "yes")]);

        Assert.True(saved.Says(Saved) && saved.Says(Objected));
        Assert.DoesNotMatch("name=\"(objection|everything)\"", saved);
        Assert.Equal("objection", await EverythingSaidByAsync(4));
        foreach (var topic in (string[])["newsletter", "offers", "tips"]) Assert.Equal("suppressed", await Host.ReasonAsync(Jan, topic));
        var told = await Host.Sent.WaitForAsync<MarketingUnsubscribed>(4);
        Assert.All(told, e => Assert.Equal("objection", e.Action));
        Assert.Equal(["customer-news", "marketing", "newsletter", "offers", "tips"], told.SelectMany(e => e.Topics).Order(StringComparer.Ordinal));
        Assert.True((await Host.PageAsync(LinkIn(Mail.Taken[^1]))).Says(Objected));
    }

    [Fact]
    public async Task AnObjection_CountsAlsoAMomentAfterNothingAnyMore_AndOnceForEachPage()
    {
        var nothing = await SaveAsync(await Host.PageAsync(await OpenAsync()), fields: [("everything", "yes")]);
        for (var i = 0; i < 2; i++) Assert.True((await SaveAsync(nothing, fields: [("objection", "yes")])).Says(Objected));
        Assert.Equal("objection", await EverythingSaidByAsync(5));
        Assert.Single(await Host.Sent.WaitForAsync<MarketingUnsubscribed>(5), e => e.Action == "objection" && e.Topics.Contains("marketing"));
    }

    [Fact]
    public async Task AnObjection_CannotBeTakenBack_AndNoImportLiftsIt()
    {
        await SaveAsync(await Host.PageAsync(await OpenAsync()), fields: [("objection", "yes")]);
        var page = await Host.PageAsync(await Host.LinkAsync(Jan));
        Assert.True(page.Says("U krijgt geen nieuws of reclame meer"));
        Assert.DoesNotContain("<button", page, StringComparison.Ordinal);
        Host.Time.Pass(TimeSpan.FromDays(1));
        await Host.SubscribeUnprovenAsync(Jan, "offers");
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan, "offers"));
        var told = await Host.ImportAsync(
            Row(Jan), Row(Jan, confirmedAt: Host.Time.Is), Row(Jan, topic: "offers", confirmedAt: Host.Time.Is), Row(Jan, topic: "tips", evidence: null));
        Assert.Equal(Sums(rows: 4, refused: 4), told[^1]);
        foreach (var topic in (string[])["newsletter", "offers", "tips"]) Assert.Equal("suppressed", await Host.ReasonAsync(Jan, topic));
    }

    [Fact]
    public void AnObjection_IsRecordedOnTopOfWhateverStands()
    {
        var link = new UnsubscribeLink(Sample.Controller, Sample.Site, "newsletter", Jan, Language: "nl");
        foreach (var newest in (MarketingRecord?[])[null, OptOutDecisions.OptOut(null, link with { Topic = "*" }, "a1-x", "one-click-unsubscribe", "r1", Sample.Noon)])
        {
            var made = PreferenceDecisions.Object(newest, link, "a1-x", "r2", Sample.Noon, ["marketing"]);
            Assert.Equal(("objection", "*", MarketingRecord.Unsubscribed), (made.Action, made.Topic, made.Kind));
            var all = made.Topics[MarketingRecord.Everything];
            Assert.Equal((TopicStatus.Suppressed, Sample.Noon, "r2", null, true), (all.Status, all.At, all.By, all.Cause, all.IsFinal(Sample.Noon)));
            Assert.Equal(["marketing"], made.Purposes!);
        }
    }

    /// <summary>The action of the record by which everything is stopped, as it was told.</summary>
    /// <param name="told">So many opt-outs in all.</param>
    private async Task<string> EverythingSaidByAsync(int told)
    {
        var by = (await RecordAsync())!.Topics[MarketingRecord.Everything].By;
        return (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(told)).Single(e => e.Id == by).Action;
    }
}
