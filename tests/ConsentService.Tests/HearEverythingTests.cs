using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>Who told marketing that he wants nothing any more is known so here, for what is declared later too, whatever marketing itself loses.</summary>
public sealed class HearEverythingTests : IAsyncLifetime
{
    private static readonly Declaration _site = TestSite.Declaration();
    private static readonly Declaration _later = TestSite.Declaration(TestSite.Purpose("letters", LegalBasis.LegitimateInterest)) with
    {
        Topics = [.. _site.Topics, SampleDeclaration.Topic("catalogue", "letters")],
    };
    private readonly string _subject = $"a1-{RandomId.New()}{RandomId.New()}";
    private MovedConsent _consent = null!;

    public async ValueTask InitializeAsync() => _consent = await MovedConsent.StartAsync(_site);

    public async ValueTask DisposeAsync() => await _consent.DisposeAsync();

    [Fact]
    public async Task ItStandsAgainstAPurposeThatIsDeclaredLater_AndYieldsThereToHisOwnConfirmationAlone()
    {
        await HearAsync(Everything("newsletter"));
        var all = (await NewestAsync()).Purposes[Receipt.Everything];
        Assert.Equal((Decision.Objected, (DateTimeOffset?)null, (DateTimeOffset?)TestSite.Noon), (all.Status, all.ValidUntil, all.TakenAt));
        await _consent.PublishAsync(_later);

        foreach (var id in (string[])["letters", "catalogue"]) Assert.Equal(PurposeStatus.Objected, await StatusAsync(id));
        Assert.Equal(PurposeStatus.NeverAsked, await StatusAsync("statistics"));
        await HearAsync(OptIn("catalogue", _later) with { ConfirmedAt = null, StatedBy = "crm" });
        var row = new ImportedDecision(
            "test-site", _subject, new Dictionary<string, bool> { ["catalogue"] = true }, TestSite.Noon.AddHours(2), TestSite.Published(_later, 2), "nl", "save",
            new Imported("elsewhere", "row-1", "form-7"));
        var imported = DecideImport.On(row, await NewestAsync(), TestSite.Published(_later, 2), _ => false, new Place("r", 1, 2), TestSite.Noon.AddHours(2));
        Assert.Equal(DropReason.NewerNo, Assert.IsType<Verdict.Refuse>(imported).Reason);
        Assert.Equal(PurposeStatus.Objected, await StatusAsync("catalogue"));

        await HearAsync(OptIn("catalogue", _later));
        Assert.Equal(PurposeStatus.Given, await StatusAsync("catalogue"));
        Assert.Equal(PurposeStatus.Objected, await StatusAsync("letters"));
    }

    [Fact]
    public async Task WhatHeConfirmedAfterHeSaidIt_AndWasHeardBefore_IsHisLaterWord()
    {
        await HearAsync(OptIn("news", _site));
        // Of who had been heard to stop his purposes before.
        await HearAsync(Everything());

        Assert.Equal(PurposeStatus.Given, await StatusAsync("news"));
        Assert.Equal(PurposeStatus.Objected, await StatusAsync("offers"));
    }

    [Fact]
    public async Task TakenBackOnThePage_NothingIsLeftOfIt()
    {
        var optOut = Everything("newsletter");
        await HearAsync(optOut);

        await HearAsync(new MarketingUnsubscribeUndone(RandomId.New(), TestSite.Noon, "test-site", _subject, optOut.Topics, optOut.Id, "nl", TestSite.Noon));

        var newest = await NewestAsync();
        Assert.Empty(newest.Purposes);
        Assert.Equal([Receipt.Everything, "newsletter"], newest.Changed);
    }

    /// <summary>It is said to marketing: nobody puts it into a receipt past it.</summary>
    [Fact]
    public async Task NoOtherCallerSaysIt() => await ProblemOf.IsAsync(
        await _consent.DecideAsync(new { subjectId = TestSite.Visitor, purposes = new Dictionary<string, bool> { [Receipt.Everything] = false } }), 422, "unknown-purpose");

    private MarketingUnsubscribed Everything(params string[] purposes) =>
        new(RandomId.New(), TestSite.Noon, "test-site", _subject, purposes, "objection", "nl", TestSite.Noon, Everything: true);

    private MarketingSubscribed OptIn(string topic, Declaration shown) => new(
        RandomId.New(), TestSite.Noon, "test-site", _subject, [topic], "confirmed-subscribe", "nl", PublishedDeclaration.HashOf(shown), TestSite.Noon.AddHours(1),
        TestSite.Noon.AddHours(1));

    private async Task<PurposeStatus> StatusAsync(string id) => ConsentState.Of(await NewestAsync(), TestSite.Published(_later, 2), id, _consent.Clock.Now()).Status;

    private async Task<Receipt> NewestAsync() => DecisionRecorder.ReceiptOf(await _consent.Log.LatestAsync(Receipt.Stream("test-site", _subject)))!;

    private Task HearAsync<T>(T e) where T : class, IEvent => _consent.App.HearAsync(ConsentSetup.Service, e);
}
