using Consent.Tests.Support;

namespace Consent.Contracts.Tests;

/// <summary>A topic is decided on each of its channels by itself: of e-mail under its own id, of another under <c>{topic}/{channel}</c>.</summary>
public sealed class ChannelTopicTests
{
    private static readonly DateTimeOffset Now = new(2025, 2, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly PublishedDeclaration InForce = CornerShop.Of(CornerShop.Declaration with
    {
        Topics =
        [
            SampleDeclaration.Topic("offers", "newsletter") with { Channels = [Channel.Email, Channel.Sms] },
            SampleDeclaration.Topic("catalogue", "letters") with { Channels = [Channel.Post] },
        ],
    });

    [Theory]
    [InlineData("offers", "offers", Channel.Email)]
    [InlineData("offers/sms", "offers", Channel.Sms)]
    [InlineData("offers/phone", "offers", Channel.Phone)]
    [InlineData("offers/post", "offers", Channel.Post)]
    public void EachId_HasOneSpelling(string id, string topic, Channel channel)
    {
        Assert.Equal(new ChannelTopic(topic, channel), ChannelTopic.Read(id));
        Assert.Equal(id, new ChannelTopic(topic, channel).Id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("offers/")]
    [InlineData("offers/email")]
    [InlineData("offers/SMS")]
    [InlineData("offers/fax")]
    [InlineData("offers/sms/sms")]
    public void WhatNamesNoChannel_IsNone(string? id) => Assert.Null(ChannelTopic.Read(id));

    [Theory]
    [InlineData("offers", "newsletter")]
    [InlineData("offers/sms", "newsletter")]
    [InlineData("catalogue/post", "letters")]
    [InlineData("offers/phone", null)]
    [InlineData("catalogue/sms", null)]
    [InlineData("newsletter/sms", null)]
    [InlineData("gone/sms", null)]
    public void ADeclaration_KnowsATopicOnTheChannelsThatItHas(string id, string? purpose)
    {
        Assert.Equal(purpose, InForce.Declaration.FindTopic(id)?.Purpose);
        Assert.Equal(purpose, InForce.Declaration.PurposeBehind(id)?.Id);
        Assert.Equal(purpose is null ? null : InForce.Meanings[purpose], InForce.MeaningOf(id));
    }

    [Theory]
    [InlineData("offers/sms", true)]
    [InlineData("offers/phone", true)]
    [InlineData("newsletter/sms", false)]
    [InlineData("gone/sms", false)]
    public void ItsHistory_KnowsATopicOnEachChannel_SoThatANoGoesThrough(string id, bool isKnown) =>
        Assert.Equal(isKnown, DeclarationHistory.Empty.With(InForce).EverDeclared(id));

    [Fact]
    public void ADecisionOnOneChannel_SaysNothingOfAnother()
    {
        AssertStates(Receipt(("offers", Decision.Withdrawn), ("offers/sms", Decision.Given)), PurposeStatus.Withdrawn, PurposeStatus.Given);
        AssertStates(Receipt(("offers", Decision.Given)), PurposeStatus.Given, PurposeStatus.NeverAsked);
        AssertStates(Receipt(("offers/sms", Decision.Refused)), PurposeStatus.NeverAsked, PurposeStatus.Refused);
    }

    [Fact]
    public void ANoToThePurpose_IsOneToEachChannel() =>
        AssertStates(Receipt(("offers", Decision.Given), ("offers/sms", Decision.Given), ("newsletter", Decision.Refused)), PurposeStatus.Refused, PurposeStatus.Refused);

    [Fact]
    public void TheStates_TellEachChannel_AndThoseOfOneNotDeclaredAreNeverAsked()
    {
        var all = ConsentState.Of(Receipt(("catalogue/post", Decision.Objected)), InForce, Now);
        Assert.Equal(["catalogue/post", "offers", "offers/sms"], all.Keys.Where(id => InForce.Declaration.FindPurpose(id) is null));
        Assert.Equal(PurposeStatus.Objected, all["catalogue/post"].Status);
        // By phone the one is not sent, by e-mail the other.
        foreach (var id in (string[])["offers/phone", "catalogue"])
            Assert.Equal(PurposeStatus.NeverAsked, ConsentState.Of(Receipt((id, Decision.Given)), InForce, id, Now).Status);
    }

    [Fact]
    public void OnALegitimateInterest_EachChannelIsPermitted_ByTheYesToItAlone()
    {
        Assert.Equal(PurposeStatus.NeverAsked, ConsentState.Of(null, InForce, "catalogue/post", Now).Status);
        Assert.Equal(PurposeStatus.Given, ConsentState.Of(Receipt(("catalogue/post", Decision.Given)), InForce, "catalogue/post", Now).Status);
        Assert.Equal(PurposeStatus.NotNeeded, ConsentState.Of(null, InForce, "letters", Now).Status);
    }

    private static void AssertStates(Receipt newest, PurposeStatus byEmail, PurposeStatus bySms) => Assert.Equal(
        (byEmail, bySms), (ConsentState.Of(newest, InForce, "offers", Now).Status, ConsentState.Of(newest, InForce, "offers/sms", Now).Status));

    private static Receipt Receipt(params (string Id, Decision Decision)[] decisions) => new()
    {
        Id = "r",
        Site = "corner-shop",
        Controller = "corner-shop",
        SubjectId = "0123456789abcdef0123456789abcdef",
        Epoch = 1,
        Version = 1,
        Purposes = decisions.ToDictionary(d => d.Id, d => new PurposeDecision(d.Decision, Now, 1, null, "declaration", InForce.MeaningOf(d.Id))),
        Changed = [],
        RecordedAt = Now,
    };
}
