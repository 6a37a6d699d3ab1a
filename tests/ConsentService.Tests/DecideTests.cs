using Consent.Contracts;
using Consent.Tests.Support;
using static Consent.ConsentService.Tests.TestSite;

namespace Consent.ConsentService.Tests;

public sealed class DecideTests
{
    private static readonly PublishedDeclaration InForce = Published(Declaration());

    [Fact]
    public void On_AFirstGrant_MakesVersionOneValidForTheDeclaredTerm()
    {
        var receipt = Recorded(Yes("statistics"), null);

        Assert.Equal(1, receipt.Version);
        Assert.Null(receipt.Previous);
        var statistics = receipt.Purposes["statistics"];
        Assert.Equal(Decision.Given, statistics.Status);
        Assert.Equal(Noon.AddMonths(6), statistics.ValidUntil);
        Assert.Equal(InForce.Hash, statistics.Declaration);
        Assert.Equal(InForce.MeaningOf("statistics"), statistics.Meaning);
        Assert.Equal(["statistics"], receipt.Changed);
    }

    [Fact]
    public void On_ALaterDecision_CarriesTheWholeMap()
    {
        var first = Recorded(Yes("statistics"), null);
        var second = Recorded(No("media"), first, Noon.AddHours(1));

        Assert.Equal(2, second.Version);
        Assert.Equal(first.Id, second.Previous);
        Assert.Equal(first.Purposes["statistics"], second.Purposes["statistics"]);
        Assert.Equal(Decision.Refused, second.Purposes["media"].Status);
        Assert.Equal(2, second.Purposes["media"].DecidedIn);
    }

    [Fact]
    public void On_ANoAfterAGrant_IsAWithdrawal_AndStaysOneWhenRepeated()
    {
        var given = Recorded(Yes("statistics"), null);
        var withdrawn = Recorded(No("statistics"), given);
        var again = Recorded(No("statistics"), withdrawn);

        Assert.Equal(Decision.Withdrawn, withdrawn.Purposes["statistics"].Status);
        Assert.Equal(Decision.Withdrawn, again.Purposes["statistics"].Status);
    }

    [Fact]
    public void On_AStaleGrantAgainstANewerNo_IsStale()
    {
        var refused = Recorded(No("statistics"), null);

        var verdict = On(Yes("statistics"), refused);

        Assert.Equal(DropReason.NewerNo, Assert.IsType<Verdict.Stale>(verdict).Reason);
    }

    [Fact]
    public void On_AStaleGrantBesideAFreshOne_IsDroppedAndNamed()
    {
        var refused = Recorded(No("statistics"), null);

        var receipt = Recorded(Yes("statistics", "media"), refused);

        Assert.Equal(Decision.Refused, receipt.Purposes["statistics"].Status);
        Assert.Equal(Decision.Given, receipt.Purposes["media"].Status);
        Assert.Equal([new DroppedDecision("statistics", DropReason.NewerNo)], receipt.Dropped);
    }

    [Fact]
    public void On_AGrantMadeWithTheNoInHand_IsRecorded()
    {
        var refused = Recorded(No("statistics"), null);

        var receipt = Recorded(Yes("statistics") with { HeldVersion = 1 }, refused);

        Assert.Equal(Decision.Given, receipt.Purposes["statistics"].Status);
    }

    [Fact]
    public void On_AStaleGrantWithoutAnyNoInBetween_IsRecorded()
    {
        var other = Recorded(Yes("media"), null);

        Assert.Equal(Decision.Given, Recorded(Yes("statistics"), other).Purposes["statistics"].Status);
    }

    [Fact]
    public void On_AGrantOfATopicAgainstANewerNoToItsPurpose_IsStale()
    {
        var refused = Recorded(No("newsletter"), null);

        Assert.IsType<Verdict.Stale>(On(Yes("news"), refused));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    public void On_ANo_IsRecordedWhateverVersionWasHeld(long held)
    {
        var given = Recorded(Yes("statistics"), null);

        var receipt = Recorded(No("statistics") with { HeldVersion = held, Shown = null }, given);

        Assert.Equal(Decision.Withdrawn, receipt.Purposes["statistics"].Status);
        Assert.Null(receipt.Declaration);
    }

    [Theory]
    [InlineData(DropReason.ForeignOrigin)]
    [InlineData(DropReason.MalformedLabel)]
    public void On_ANoFromACallerWhoseGrantsAreBarred_IsRecordedAndTheGrantDropped(string why)
    {
        var mixed = Mixed(("statistics", false), ("media", true)) with { GrantsBarred = why };

        var receipt = Recorded(mixed, null);

        Assert.Equal(["statistics"], receipt.Changed);
        Assert.Equal([new DroppedDecision("media", why)], receipt.Dropped);
        Assert.Equal(why, Assert.IsType<Verdict.Refuse>(On(Yes("media") with { GrantsBarred = why }, null)).Reason);
    }

    [Fact]
    public void On_AGrantOnAFutureVersion_IsStale()
    {
        Assert.Equal(DropReason.FutureVersion, Assert.IsType<Verdict.Stale>(On(Yes("statistics") with { HeldVersion = 7 }, null)).Reason);
    }

    [Theory]
    [InlineData("bogus", DropReason.UnknownPurpose)]
    [InlineData("necessary", DropReason.NoConsentNeeded)]
    [InlineData("showcase", DropReason.NoConsentNeeded)]
    public void On_AGrantThatCannotBeMade_RefusesTheWhole(string id, string reason)
    {
        var verdict = On(Yes("statistics", id), null);

        Assert.Equal(new Verdict.Refuse(reason, id), verdict);
    }

    [Fact]
    public void On_AGrantWithoutAKnownDeclaration_IsRefused()
    {
        Assert.Equal(DropReason.UnknownDeclaration, Assert.IsType<Verdict.Refuse>(On(Yes("statistics") with { Shown = null }, null)).Reason);
    }

    [Fact]
    public void On_ANoToAPurposeThatHasGone_IsRecorded_ToOneThatNeverWas_Refused()
    {
        Assert.Equal(Decision.Refused, Recorded(No("gone"), null).Purposes["gone"].Status);
        Assert.Equal(DropReason.UnknownPurpose, Assert.IsType<Verdict.Refuse>(On(No("bogus"), null)).Reason);
    }

    [Fact]
    public void On_ANoToALegitimateInterest_IsAnObjectionWithoutEnd_ThatThePersonMayTakeBack()
    {
        var objected = Recorded(No("showcase"), null);
        Assert.Equal(Decision.Objected, objected.Purposes["showcase"].Status);
        Assert.Null(objected.Purposes["showcase"].ValidUntil);

        var back = Recorded(Yes("showcase") with { HeldVersion = 1 }, objected);
        Assert.True(ConsentState.Of(back, InForce, "showcase", Noon.AddYears(9)).Permitted);
    }

    [Fact]
    public void On_AYesToATopic_IsRecorded_WhateverItsPurposeRestsOn()
    {
        var inForce = Published(Declaration() with { Topics = [SampleDeclaration.Topic("news", "showcase")] });

        var row = new ImportedDecision(
            "test-site", Visitor, new Dictionary<string, bool> { ["news"] = true }, Noon.AddDays(-1), inForce, "nl", "save", new Imported("elsewhere", "row-1", "form-7"));

        var here = Decide.On(Yes("news") with { Shown = inForce }, null, inForce, _ => false, new Place("r", 1, 1), Noon);
        var elsewhere = DecideImport.On(row, null, inForce, _ => false, new Place("r", 1, 1), Noon);

        foreach (var verdict in (Verdict[])[here, elsewhere])
            Assert.Equal(Decision.Given, Assert.IsType<Verdict.Record>(verdict).Receipt.Purposes["news"].Status);
    }

    [Fact]
    public void On_ATopic_HoldsUntilDecidedAgain()
    {
        Assert.Null(Recorded(Yes("news"), null).Purposes["news"].ValidUntil);
    }

    [Fact]
    public void On_AGrantOnAnOlderDeclaration_KeepsWhatWasMeantThen()
    {
        var older = Declaration();
        var newer = Published(older with { Purposes = [Purpose("statistics", LegalBasis.Consent, "account-closed")] }, 2);
        var verdict = Decide.On(Yes("statistics"), null, newer, _ => false, new Place("r", 1, 1), Noon);

        var receipt = Assert.IsType<Verdict.Record>(verdict).Receipt;
        Assert.Equal(PurposeStatus.AskAgain, ConsentState.Of(receipt, newer, "statistics", Noon).Status);
    }

    private static Decided Yes(params string[] ids) => Mixed([.. ids.Select(id => (id, true))]);

    private static Decided No(params string[] ids) => Mixed([.. ids.Select(id => (id, false))]);

    private static Decided Mixed(params (string Id, bool Yes)[] purposes) =>
        new("test-site", Visitor, 0, purposes.ToDictionary(p => p.Id, p => p.Yes), InForce);

    private static Verdict On(Decided decided, Receipt? newest, DateTimeOffset? at = null) =>
        Decide.On(decided, newest, InForce, id => id == "gone", new Place($"receipt-{(newest?.Version ?? 0) + 1}", 1, (newest?.Version ?? 0) + 1), at ?? Noon);

    private static Receipt Recorded(Decided decided, Receipt? newest, DateTimeOffset? at = null) =>
        Assert.IsType<Verdict.Record>(On(decided, newest, at)).Receipt;
}
