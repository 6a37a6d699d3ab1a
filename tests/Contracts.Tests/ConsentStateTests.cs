using Consent.Tests.Support;
using static Consent.Contracts.PurposeStatus;

namespace Consent.Contracts.Tests;

public sealed class ConsentStateTests
{
    private static readonly DateTimeOffset _decided = new(2025, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset _end = _decided.AddMonths(6);
    private static readonly DateTimeOffset _soon = _decided.AddDays(1);

    [Theory]
    [InlineData("statistics", NeverAsked)]
    [InlineData("offers", NeverAsked)]
    [InlineData("delivery", NotNeeded)]
    [InlineData("parcels", NeverAsked)]
    [InlineData("catalogue", NeverAsked)]
    [InlineData("books", NotNeeded)]
    [InlineData("letters", NotNeeded)]
    [InlineData("rescue", NotNeeded)]
    [InlineData("care", NotNeeded)]
    public void Stranger_StandsWhereTheLegalBasisPutsHim(string id, PurposeStatus expected) => AssertState(expected, id, null);

    [Theory]
    [InlineData(Decision.Given, Given)]
    [InlineData(Decision.Refused, Refused)]
    [InlineData(Decision.Withdrawn, Withdrawn)]
    [InlineData(Decision.Objected, Objected)]
    public void ConsentPurpose_Decided_IsAsDecided(Decision decision, PurposeStatus expected)
    {
        AssertState(expected, "statistics", Receipt(("statistics", decision)));
        AssertState(expected, "offers", Receipt(("offers", decision)));
    }

    [Theory]
    [InlineData("letters", Decision.Refused)]
    [InlineData("letters", Decision.Withdrawn)]
    [InlineData("letters", Decision.Objected)]
    [InlineData("care", Decision.Objected)]
    [InlineData("catalogue", Decision.Withdrawn)]
    public void LegitimateInterestOrPublicTask_YieldsToANo(string id, Decision no) => AssertState(Objected, id, Receipt((id, no)));

    [Theory]
    [InlineData("delivery", Decision.Objected)]
    [InlineData("books", Decision.Refused)]
    [InlineData("rescue", Decision.Withdrawn)]
    [InlineData("letters", Decision.Given)]
    public void OtherBases_NeedNoConsent_WhateverWasDecided(string id, Decision decision) => AssertState(NotNeeded, id, Receipt((id, decision)));

    [Theory]
    [InlineData("catalogue", Decision.Given, Given)]
    [InlineData("catalogue", Decision.Refused, Objected)]
    [InlineData("catalogue", Decision.Unproven, NeverAsked)]
    [InlineData("parcels", Decision.Given, Given)]
    [InlineData("parcels", Decision.Objected, Objected)]
    public void Topic_OfAPurposeOnAnotherBasis_IsWhatThePersonSaidOfIt(string id, Decision decision, PurposeStatus expected) =>
        AssertState(expected, id, Receipt((id, decision)));

    [Fact]
    public void Topic_OfAPurposeOnAnotherBasis_IsNotGiven_ByAYesThatEnded_OrToSomethingElse_OrToThePurpose()
    {
        AssertState(NeverAsked, "catalogue", Receipt(("catalogue", Decision.Given)), _end);
        AssertState(NeverAsked, "catalogue", ReceiptOf(("catalogue", Decided("catalogue", Decision.Given) with { Meaning = CornerShop.Meaning("offers") })));
        AssertState(NeverAsked, "catalogue", Receipt(("letters", Decision.Given)));
    }

    [Theory]
    [InlineData(-1, Given)]
    [InlineData(0, Expired)]
    [InlineData(1, Expired)]
    public void Grant_HoldsUpToItsEnd_AndNotAtIt(int millisecondsFromEnd, PurposeStatus expected) =>
        AssertState(expected, "statistics", Receipt(("statistics", Decision.Given)), _end.AddMilliseconds(millisecondsFromEnd));

    [Theory]
    [InlineData(Decision.Refused)]
    [InlineData(Decision.Withdrawn)]
    public void No_ToConsent_ExpiresToo_SoThatThePersonMayBeAskedAgain(Decision no) =>
        AssertState(Expired, "statistics", Receipt(("statistics", no)), _end);

    [Fact]
    public void Objection_NeverExpires()
    {
        var receipt = ReceiptOf(("statistics", Decided("statistics", Decision.Objected)), ("letters", Decided("letters", Decision.Objected)));
        AssertState(Objected, "letters", receipt, _decided.AddYears(50));
        AssertState(Objected, "statistics", receipt, _decided.AddYears(50));
    }

    [Fact]
    public void No_ToALegitimateInterest_OutlivesItsTerm() =>
        AssertState(Objected, "letters", Receipt(("letters", Decision.Refused)), _end.AddYears(1));

    [Fact]
    public void Grant_WithoutAnEnd_Holds()
    {
        var receipt = ReceiptOf(("statistics", Decided("statistics", Decision.Given) with { ValidUntil = null }));
        AssertState(Given, "statistics", receipt, _decided.AddYears(50));
    }

    [Fact]
    public void Grant_ForAnotherMeaning_IsAskedAgain()
    {
        var changed = CornerShop.Declaration.With("statistics", p => p with { Vendors = ["meter", "broker"] });
        var receipt = Receipt(("statistics", Decision.Given), ("offers", Decision.Given));
        Assert.Equal(AskAgain, ConsentState.Of(receipt, CornerShop.Of(changed), "statistics", _soon).Status);
        Assert.Equal(Given, ConsentState.Of(receipt, CornerShop.Of(changed), "offers", _soon).Status);
    }

    [Fact]
    public void Grant_ToATopic_IsAskedAgain_WhenItsPurposeChanged()
    {
        var changed = CornerShop.Declaration.With("newsletter", p => p with { Retention = p.Retention with { Term = new Term(9, 0, 0) } });
        Assert.Equal(AskAgain, ConsentState.Of(Receipt(("offers", Decision.Given)), CornerShop.Of(changed), "offers", _soon).Status);
    }

    [Fact]
    public void Grant_WithoutAMeaning_IsAskedAgain() =>
        AssertState(AskAgain, "statistics", ReceiptOf(("statistics", Decided("statistics", Decision.Given) with { Meaning = null })));

    [Theory]
    [InlineData(Decision.Refused, Refused)]
    [InlineData(Decision.Withdrawn, Withdrawn)]
    public void No_Stands_WhenTheMeaningChanged(Decision no, PurposeStatus expected)
    {
        var changed = CornerShop.Declaration.With("statistics", p => p with { Advertising = true });
        Assert.Equal(expected, ConsentState.Of(Receipt(("statistics", no)), CornerShop.Of(changed), "statistics", _soon).Status);
    }

    [Theory]
    [InlineData(Decision.Refused, Refused)]
    [InlineData(Decision.Withdrawn, Withdrawn)]
    [InlineData(Decision.Objected, Objected)]
    public void No_ToThePurpose_IsANoToItsTopics(Decision no, PurposeStatus expected)
    {
        var receipt = Receipt(("newsletter", no), ("offers", Decision.Given));
        AssertState(expected, "offers", receipt);
        AssertState(expected, "news", receipt);
    }

    [Fact]
    public void Objection_ToThePurpose_IsOneToItsTopics() => AssertState(Objected, "catalogue", Receipt(("letters", Decision.Objected)));

    [Fact]
    public void Yes_ToThePurpose_IsNoYesToItsTopics() => AssertState(NeverAsked, "offers", Receipt(("newsletter", Decision.Given)));

    [Fact]
    public void No_ToATopic_LeavesItsPurposeAndTheOtherTopicAlone()
    {
        var receipt = Receipt(("newsletter", Decision.Given), ("offers", Decision.Withdrawn), ("news", Decision.Given));
        AssertState(Withdrawn, "offers", receipt);
        AssertState(Given, "newsletter", receipt);
        AssertState(Given, "news", receipt);
    }

    [Theory]
    [InlineData(1, Refused)]
    [InlineData(2, Refused)]
    [InlineData(3, Given)]
    public void No_ToThePurpose_HoldsForATopic_UntilTheTopicIsDecidedAgain(long topicDecidedIn, PurposeStatus expected)
    {
        var purpose = Decided("newsletter", Decision.Refused) with { DecidedIn = 2 };
        var topic = Decided("offers", Decision.Given) with { DecidedIn = topicDecidedIn };
        AssertState(expected, "offers", ReceiptOf(("newsletter", purpose), ("offers", topic)));
    }

    [Fact]
    public void No_ToThePurpose_ThatExpired_RevivesNoTopicItOverruled()
    {
        var purpose = Decided("newsletter", Decision.Refused) with { DecidedIn = 2, ValidUntil = _decided };
        AssertState(Expired, "offers", ReceiptOf(("newsletter", purpose), ("offers", Decided("offers", Decision.Given))));
    }

    [Fact]
    public void Objection_ToALegitimateInterest_YieldsToALaterYesToItsTopic()
    {
        var purpose = Decided("letters", Decision.Objected);
        var topic = Decided("catalogue", Decision.Given) with { DecidedIn = 2 };
        AssertState(Given, "catalogue", ReceiptOf(("letters", purpose), ("catalogue", topic)));
        AssertState(Objected, "letters", ReceiptOf(("letters", purpose), ("catalogue", topic)));
    }

    [Fact]
    public void No_ToEverything_IsOneToEachPurposeThatHasTopics_AndToThese_AtAnyTime()
    {
        var receipt = Receipt((Contracts.Receipt.Everything, Decision.Objected), ("statistics", Decision.Given));
        foreach (var id in (string[])["newsletter", "offers", "news", "letters", "catalogue", "parcels"])
        {
            AssertState(Objected, id, receipt);
            AssertState(Objected, id, receipt, _decided.AddYears(50));
        }
        AssertState(Given, "statistics", receipt);
        AssertState(NotNeeded, "delivery", receipt);
        AssertState(NotNeeded, "care", receipt);
    }

    [Theory]
    [InlineData(1, Objected)]
    [InlineData(2, Objected)]
    [InlineData(3, Given)]
    public void No_ToEverything_HoldsForATopic_UntilTheTopicIsDecidedAgain(long topicDecidedIn, PurposeStatus expected)
    {
        var all = (Contracts.Receipt.Everything, Decided(Contracts.Receipt.Everything, Decision.Objected) with { DecidedIn = 2 });
        AssertState(expected, "offers", ReceiptOf(all, ("offers", Decided("offers", Decision.Given) with { DecidedIn = topicDecidedIn })));
        AssertState(Objected, "news", ReceiptOf(all, ("offers", Decided("offers", Decision.Given) with { DecidedIn = topicDecidedIn })));
    }

    [Theory]
    [InlineData(1, Objected)]
    [InlineData(2, Refused)]
    [InlineData(3, Refused)]
    public void OfEverythingAndThePurpose_TheLaterWordCounts_AndOfBothAtOnceThatOnThePurpose(long purposeDecidedIn, PurposeStatus expected)
    {
        var all = (Contracts.Receipt.Everything, Decided(Contracts.Receipt.Everything, Decision.Objected) with { DecidedIn = 2 });
        var receipt = ReceiptOf(all, ("newsletter", Decided("newsletter", Decision.Refused) with { DecidedIn = purposeDecidedIn }));
        AssertState(expected, "newsletter", receipt);
        AssertState(expected, "offers", receipt);
    }

    [Fact]
    public void UnknownPurpose_IsNeverAsked_EvenWhenOnceGiven()
    {
        var given = Decided("statistics", Decision.Given);
        AssertState(NeverAsked, "magic", ReceiptOf(("magic", given)));
    }

    [Fact]
    public void State_TellsWhenItWasDecidedAndUntilWhen()
    {
        var state = ConsentState.Of(Receipt(("statistics", Decision.Given)), CornerShop.Published, "statistics", _soon);
        Assert.Equal((_decided, _end), (state.DecidedAt, state.ValidUntil));
    }

    [Fact]
    public void States_CoverEveryPurposeAndTopic_AsAskedOneByOne()
    {
        var receipt = Receipt(("statistics", Decision.Given), ("newsletter", Decision.Refused), ("letters", Decision.Objected));
        var all = ConsentState.Of(receipt, CornerShop.Published, _soon);
        Assert.Equal(
            CornerShop.Declaration.Purposes.Select(p => p.Id).Concat(CornerShop.Declaration.Topics.Select(t => t.Id)).Order(StringComparer.Ordinal),
            all.Keys);
        Assert.All(all, each => Assert.Equal(ConsentState.Of(receipt, CornerShop.Published, each.Key, _soon), each.Value));
    }

    [Theory]
    [InlineData(Given, true)]
    [InlineData(NotNeeded, true)]
    [InlineData(NeverAsked, false)]
    [InlineData(Refused, false)]
    [InlineData(Withdrawn, false)]
    [InlineData(Expired, false)]
    [InlineData(AskAgain, false)]
    [InlineData(Objected, false)]
    public void Permitted_IsGivenOrNotNeeded_AndNothingElse(PurposeStatus status, bool permitted) =>
        Assert.Equal(permitted, new PurposeState(status, null, null).Permitted);

    private static void AssertState(PurposeStatus expected, string id, Receipt? newest, DateTimeOffset? now = null) =>
        Assert.Equal(expected, ConsentState.Of(newest, CornerShop.Published, id, now ?? _soon).Status);

    private static Receipt Receipt(params (string Id, Decision Decision)[] decisions) =>
        ReceiptOf([.. decisions.Select(d => (d.Id, Decided(d.Id, d.Decision)))]);

    private static PurposeDecision Decided(string id, Decision decision) => new(
        decision, _decided, 1, decision is Decision.Objected ? null : _end, "declaration", CornerShop.Meaning(id));

    private static Receipt ReceiptOf(params (string Id, PurposeDecision Decision)[] decisions) => new()
    {
        Id = "r",
        Site = "corner-shop",
        Controller = "corner-shop",
        SubjectId = "0123456789abcdef0123456789abcdef",
        Epoch = 1,
        Version = 1,
        Purposes = decisions.ToDictionary(d => d.Id, d => d.Decision),
        Changed = [],
        RecordedAt = _decided,
    };
}
