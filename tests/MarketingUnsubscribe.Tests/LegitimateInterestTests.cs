using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Post may rest on a legitimate interest that is declared, towards whom the sender knows, until he objects.</summary>
public sealed class LegitimateInterestTests : HostedTest
{
    private const string Jan = "jan@example.com";

    [Fact]
    public async Task ToWhomIsKnown_PostIsPermitted_AndNothingElse()
    {
        await DeclareAsync();
        Assert.Equal("no-basis", await PostAsync(Jan));
        await Host.SubscribeUnprovenAsync(Jan);
        Assert.Equal("legitimate-interest", await PostAsync(Jan));
        // The purpose of the other topic rests on consent; mail and messages need an opt-in of their own.
        Assert.Equal(("no-basis", "no-basis", "no-basis"), (await Host.ReasonAsync(Jan, "offers", "post"), await Host.ReasonAsync(Jan, "tips"), await Host.ReasonAsync(Jan, "tips", "sms")));

        await HearAsync("els@example.com", ("newsletter", Decision.Given));
        Assert.Equal("legitimate-interest", await PostAsync("els@example.com"));
    }

    [Fact]
    public async Task AStrangerWhoRefuses_BecomesNobodyWhoIsKnown()
    {
        await DeclareAsync();
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Assert.Equal("no-basis", await PostAsync(Jan));
        await HearAsync("els@example.com", ("newsletter", Decision.Refused));
        Assert.Equal("no-basis", await PostAsync("els@example.com"));
    }

    [Fact]
    public async Task WhoObjected_OrOptedOut_IsSentNothing()
    {
        await DeclareAsync();
        await HearAsync("els@example.com", ("customer-news", Decision.Objected));
        Assert.Equal("objected", await PostAsync("els@example.com"));

        await Host.SubscribeUnprovenAsync(Jan);
        await Host.OneClickAsync(await Host.LinkAsync(Jan, "tips"));
        Assert.Equal("legitimate-interest", await PostAsync(Jan));
        await Host.OneClickAsync(await Host.LinkAsync(Jan, "tips", channel: "post"));
        Assert.Equal("suppressed", await PostAsync(Jan));
    }

    [Fact]
    public void AnAttempt_OrReturnedMail_IsNoRelation()
    {
        var attempt = new MarketingRecord
        {
            Kind = MarketingRecord.Attempted,
            Site = Sample.Site,
            SubjectId = "a1",
            Topic = "newsletter",
            Action = "subscribe",
            RecordedAt = Sample.Noon,
            Topics = new Dictionary<string, TopicEntry>(),
        };
        Assert.False(new AddressStream("a1", null).IsRelated);
        Assert.False(new AddressStream("a1", attempt).IsRelated);
        // A refusal, or mail that came back, makes nobody known.
        foreach (var cause in (string?[])[null, TopicEntry.Bounced, TopicEntry.Complained])
            Assert.False(new AddressStream("a1", attempt with { Topics = new Dictionary<string, TopicEntry> { ["offers"] = new(TopicStatus.Suppressed, Sample.Noon, null, Cause: cause) } }).IsRelated);
        Assert.True(new AddressStream("a1", attempt with { Topics = new Dictionary<string, TopicEntry> { ["offers"] = new(TopicStatus.Unproven, Sample.Noon, null) } }).IsRelated);
    }

    [Theory]
    [InlineData("FR", "2026-08-10T21:59:59Z", "legitimate-interest")]
    [InlineData("FR", "2026-08-10T22:00:00Z", "no-basis")]
    [InlineData("BE", "2026-08-10T22:00:00Z", "legitimate-interest")]
    [InlineData("NL", "2026-03-02T12:00:00Z", "no-basis")]
    [InlineData("SE", "2026-03-02T12:00:00Z", "no-basis")]
    public void ACall_RestsOnOne_WhereTheRuleOfTheControllersCountrySaysSo(string country, string now, string reason)
    {
        var declaration = Sample.OnChannels(Channel.Phone);
        var inForce = Sample.Published(declaration with { Controller = declaration.Controller with { Country = country } });
        var at = DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(reason, MaySend.Decide([], [], inForce, "tips/phone", at, isRelated: true).Reason);
        Assert.Equal("no-basis", MaySend.Decide([], [], inForce, "tips/phone", at).Reason);
        Assert.Equal("no-basis", MaySend.Decide([], [], inForce, "offers/phone", at, isRelated: true).Reason);
    }

    private Task DeclareAsync() => Host.HearAsync(Sample.OnChannels(Channel.Email, Channel.Sms, Channel.Post), version: 2);

    private Task<string> PostAsync(string address) => Host.ReasonAsync(address, "tips", "post");

    private Task HearAsync(string address, (string Id, Decision Status) said) => Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, Sample.Receipt(
        Host.Keys.Addresses(Sample.Controller).AddressId(address), 1, (said.Id, Sample.Decided(Sample.Declaration(), said.Id, said.Status, Sample.Noon)))));
}
