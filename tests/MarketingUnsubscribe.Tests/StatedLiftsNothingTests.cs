using Consent.Contracts;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>What a token's holder states brings nobody back, whatever he states; the person does, out of the mail that he was sent.</summary>
public sealed class StatedLiftsNothingTests : ConfirmingTest
{
    private const string Route = "/v1/sites/orchard/marketing/subscriptions";
    private static readonly UnsubscribeLink Everything = new(Sample.Controller, Sample.Site, MarketingRecord.Everything, Jan);

    private string Subject => Host.Keys.Addresses(Sample.Controller).AddressId(Jan);

    [Theory]
    [InlineData("opt-out", "suppressed")]
    [InlineData("objection", "suppressed")]
    [InlineData("complaint", "complained")]
    [InlineData("bounce", "bounced")]
    [InlineData("erasure", "erased")]
    [InlineData("withdrawal", "withdrawn")]
    public async Task WhateverStands_StandsAfterEveryStatement_AndThePersonComesBackByHisMail(string what, string reason)
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.Sent.WaitForAsync<MarketingSubscribed>(1);
        Host.Time.Pass(TimeSpan.FromHours(1));
        await SayNoAsync(what);
        Host.Time.Pass(TimeSpan.FromHours(1));
        var now = Host.Time.Is;

        foreach (var body in (object[])
            [
                new { address = Jan, topic = "newsletter", confirmedAt = now }, new { address = Jan, topic = "newsletter", optedInAt = now, evidence = "sign-up log 7" },
                new { address = Jan, topic = "newsletter", optedInAt = now, confirmedAt = now, evidence = "sign-up log 7", ofAge = true },
            ])
        {
            var answer = await (await Host.PostAsync(Route, body, Host.Token())).JsonAsync();
            Assert.Equal("suppressed", answer.GetProperty("status").GetString());
            Assert.Contains("confirms it in the mail", answer.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
        Assert.Equal(reason, await Host.ReasonAsync(Jan));

        await PressAsync(await AskAsync());
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        (string? StatedBy, DateTimeOffset? ConfirmedAt)[] told = [("developer", null), (null, now)];
        Assert.Equal(told, (await Host.Sent.WaitForAsync<MarketingSubscribed>(2)).Select(e => (e.StatedBy, e.ConfirmedAt)));
    }

    [Fact]
    public async Task WhoHasNoSuppression_IsSubscribed_AndToldNothingMore()
    {
        var answer = await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Assert.Equal("""{"status":"subscribed"}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task ANo_ThatIsHeardOfOnlyAfterTheStatement_StandsAllTheSame()
    {
        var said = Host.Time.Is;
        Host.Time.Pass(TimeSpan.FromHours(1));
        foreach (var topic in (string[])["newsletter", "offers"]) await Host.SubscribeAsync(Jan, topic, confirmedAt: Host.Time.Is);

        await HearOfAsync(Decision.Withdrawn, said);
        var answer = await Host.PostAsync("/v1/sites/orchard/marketing/opt-outs", new { topic = "offers", optOuts = new[] { new { address = Jan, optedOutAt = said } } }, Host.Token());

        Assert.Contains("\"suppressed\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(("withdrawn", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
    }

    [Fact]
    public async Task InThePlaceOfThePersonsOwnWord_AStatement_LeavesLiftedWhatThatLifted()
    {
        await SayNoAsync("objection");
        Host.Time.Pass(TimeSpan.FromHours(1));
        var link = await AskAsync();
        await PressAsync(link);
        var own = (await RecordAsync())!.Proof!;
        Host.Time.Pass(TimeSpan.FromHours(1));

        for (var times = 0; times < 2; times++)
        {
            await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
            Assert.Equal(("opted-in", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
            Assert.Equal(own, (await RecordAsync())!.Topics["newsletter"].Proof!.InPlaceOf);
            Host.Time.Pass(TimeSpan.FromHours(1));
        }
        Assert.True((await Host.PageAsync(link)).Says("U bent aangemeld"));

        await SayNoAsync("opt-out");
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WhatWasLiftedByAStatement_BeforeThisWasToldApart_ReadsAsItDid()
    {
        await SayNoAsync("objection");
        Host.Time.Pass(TimeSpan.FromHours(1));
        var declaration = Sample.Declaration();
        var old = OptInProof.On(Sample.Published(declaration), declaration.FindTopic("newsletter")!, "nl", "back-office", Host.Time.Is) with { StatedBy = "crm" };

        await Host.Records.AppendAsync(
            Sample.Site, Subject, (newest, id) => MarketingDecisions.OptIn(newest, Sample.Site, Subject, "newsletter", old, id, Host.Time.Is), TestContext.Current.CancellationToken);

        Assert.Equal(("opted-in", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
        var told = Assert.Single(await Host.Sent.WaitForAsync<MarketingSubscribed>(1));
        Assert.Equal((Host.Time.Is, "crm"), (told.ConfirmedAt!.Value, told.StatedBy));
    }

    [Fact]
    public async Task ATelephoneNumber_StaysSuppressed_AndTheAnswerSaysThatNoMailLiftsIt()
    {
        await Host.HearAsync(Sample.OnChannels(Channel.Email, Channel.Sms), version: 2);
        var number = new { address = "+31612345678", topic = "newsletter", channel = "sms", confirmedAt = Host.Time.Is.AddMinutes(1) };
        await Host.OneClickAsync(await Host.LinkAsync(number.address, channel: "sms"));
        Host.Time.Pass(TimeSpan.FromHours(1));

        var answer = await (await Host.PostAsync(Route, number, Host.Token())).JsonAsync();

        Assert.Equal("suppressed", answer.GetProperty("status").GetString());
        Assert.Contains("telephone number", answer.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("suppressed", await Host.ReasonAsync(number.address, channel: "sms"));
    }

    private async Task SayNoAsync(string what)
    {
        switch (what)
        {
            case "opt-out":
                await Host.OneClickAsync(await Host.LinkAsync(Jan));
                break;
            case "objection":
                await Host.Records.AppendAsync(
                    Sample.Site, Subject, (newest, id) => PreferenceDecisions.Object(newest, Everything, Subject, id, Host.Time.Is, ["marketing"]),
                    TestContext.Current.CancellationToken);
                break;
            case "complaint":
                await Host.ReportAsync(Reports.Complaint(Reports.WithLink(await Host.LinkAsync(Jan))));
                break;
            case "bounce":
                await Host.ReportAsync(Reports.Bounce(Reports.Recipient(Jan), Reports.WithLink(await Host.LinkAsync(Jan))));
                break;
            case "erasure":
                await Host.PostAsync("/v1/sites/orchard/marketing/erasures", new { address = Jan }, Host.Token());
                break;
            default:
                await HearOfAsync(Decision.Withdrawn, Host.Time.Is);
                break;
        }
    }

    private Task HearOfAsync(Decision status, DateTimeOffset at) => Host.HearAsync(new ConsentChanged(
        RandomId.New(), Host.Time.Is, Sample.Receipt(Subject, 1, ("newsletter", Sample.Decided(Sample.Declaration(), "newsletter", status, at)))));
}
