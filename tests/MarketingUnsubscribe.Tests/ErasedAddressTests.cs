using Consent.Contracts;
using Consent.Storage;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Of an erased person a keyed hash remains, under which he is mailed nothing until he confirms anew.</summary>
public sealed class ErasedAddressTests : HostedTest
{
    private const string Jan = "jan@example.com";
    private const string AllDone = "U krijgt geen nieuws of reclame meer";
    private const string Stream = "11111111111111111111";
    private static readonly UnsubscribeLink Everything = new(Sample.Controller, Sample.Site, MarketingRecord.Everything, Jan);

    private string Subject => Host.Keys.Addresses(Sample.Controller).AddressIds(Jan)[^1];

    [Fact]
    public async Task EraseRotateTheKeyImport_AndItIsStillSuppressed()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await KnownAsync(1);
        var before = Host.Time.Is;
        Host.Time.Pass(TimeSpan.FromHours(1));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));

        await EraseAsync(2, Host.Time.Is);

        Assert.Equal(("erased", "erased"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
        Host.Keys.Succeed($"address-{Sample.Controller}");
        Host.Time.Pass(TimeSpan.FromHours(1));
        foreach (var confirmedAt in (DateTimeOffset?[])[null, before, Host.Time.Is])
        {
            var imported = await Host.PostAsync($"/v1/sites/{Sample.Site}/marketing/subscriptions", new { address = Jan, topic = "newsletter", confirmedAt }, Host.Token());
            Assert.Equal("suppressed", (await imported.JsonAsync()).GetProperty("status").GetString());
        }

        Assert.Equal("erased", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task OnlyATombstoneIsLeft_AndNothingIsPublishedOfIt()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await KnownAsync(1);

        await EraseAsync(2, Host.Time.Is);

        var left = (await Host.Records.LatestAsync(Sample.Site, Subject, default))!;
        Assert.Equal(LogRecord.Erased, left.Kind);
        Assert.Equal((MarketingRecord.Everything, TopicEntry.Erased, Host.Time.Is), (left.Topics.Single().Key, left.Topics.Single().Value.Cause, left.Topics.Single().Value.At));
        await Host.OneClickAsync(await Host.LinkAsync("joop@example.com"));
        Assert.NotEqual(Subject, Assert.Single(await Host.Sent.WaitForAsync<MarketingUnsubscribed>(1)).SubjectId);
    }

    [Fact]
    public async Task ThePage_SaysThatItIsDone_AsToWhoStoppedEverything()
    {
        var (erased, other) = (await Host.LinkAsync(Jan), await Host.LinkAsync("joop@example.com"));
        var done = await Host.PressAsync(await Host.PageAsync(other), "Meld mij af");
        await Host.PressAsync(done, "name=\"everything\"");
        Host.Time.Pass(2 * PagePress.Lifetime);
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await KnownAsync(1);

        await EraseAsync(2, Host.Time.Is);

        var page = await Host.PageAsync(erased);
        Assert.True(page.Says(AllDone));
        Assert.Equal((await Host.PageAsync(other)).Replace(other, "", StringComparison.Ordinal), page.Replace(erased, "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OnlyThePerson_LiftsIt_ForTheTopicThatHeConfirms_HoweverOftenTheErasureComesAgain()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await KnownAsync(1);
        var erasedAt = Host.Time.Is;
        await EraseAsync(2, erasedAt);
        Host.Time.Pass(TimeSpan.FromHours(1));
        await Host.SubscribeUnprovenAsync(Jan);
        await Host.SubscribeUnprovenAsync(Jan, "offers");
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Assert.Equal("erased", await Host.ReasonAsync(Jan));

        await Host.ConfirmAsync(Jan);

        Assert.Equal(("opted-in", "erased"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
        await EraseAsync(2, erasedAt);
        // What consent makes of the confirmation names the person again.
        await KnownAsync(3);
        await EraseAsync(2, erasedAt);
        Assert.Equal(("opted-in", "erased"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
        await EraseAsync(4, Host.Time.Is);
        Assert.Equal("erased", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AnErasureThatComesLate_TakesWhatIsOlder_AndLeavesThePersonsLaterWord()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await KnownAsync(1);
        Host.Time.Pass(TimeSpan.FromHours(1));
        var erasedAt = Host.Time.Is;
        Host.Time.Pass(TimeSpan.FromHours(1));
        await Host.ConfirmAsync(Jan, "offers");
        await Host.OneClickAsync(await Host.LinkAsync(Jan, "tips"));
        await KnownAsync(3);

        for (var times = 0; times < 2; times++)
        {
            await EraseAsync(2, erasedAt);
            Assert.Equal(
                ("erased", "opted-in", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers"), await Host.ReasonAsync(Jan, "tips")));
        }

        var left = (await Host.Records.LatestAsync(Sample.Site, Subject, default))!;
        Assert.Equal(["*", "offers", "tips"], left.Topics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("tips", left.Topic);
    }

    [Fact]
    public async Task OfWhomOnlyReceiptsAreHeld_TheNextImportIsNotMailedEither()
    {
        await KnownAsync(1);

        await EraseAsync(2, Host.Time.Is);
        await EraseAsync(2, Host.Time.Is);
        await Host.SubscribeUnprovenAsync(Jan);

        Assert.Equal("erased", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task ReceiptsWhoseTermIsOver_TakeNoLivingSubscriptionWithThem()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await KnownAsync(1);
        Host.Time.Pass(TimeSpan.FromDays(2000));

        await Host.HearAsync(new ConsentErased(RandomId.New(), Host.Time.Is, Sample.Site, Stream, 1, 2, Host.Time.Is, ErasureReason.Retention));

        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AReceiptBehindItsTombstone_DatesTheErasureByTheTombstone()
    {
        var recorded = Sample.Receipt(Subject, 1);
        Host.Time.Pass(TimeSpan.FromMinutes(30));
        await Host.SubscribeAsync(Jan, "tips", confirmedAt: Host.Time.Is);
        Host.Time.Pass(TimeSpan.FromMinutes(30));
        await EraseAsync(2, Host.Time.Is);

        await Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, recorded, Stream));

        Assert.Equal("erased", await Host.ReasonAsync(Jan, "tips"));
    }

    [Fact]
    public async Task WhatCouldStillBeTakenBack_IsFinal_WhenTheErasureIsHeard()
    {
        await KnownAsync(1);
        var erasedAt = Host.Time.Is;
        Host.Time.Pass(TimeSpan.FromMinutes(1));
        var done = await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), "Meld mij af");
        var all = await Host.PressAsync(done, "name=\"everything\"");

        await EraseAsync(2, erasedAt);
        Host.Time.Pass(TimeSpan.FromMinutes(1));
        await Host.PressAsync(all, "Maak ongedaan");
        await Host.SubscribeUnprovenAsync(Jan, "offers");

        Assert.Equal("suppressed", await Host.ReasonAsync(Jan, "offers"));
    }

    [Fact]
    public async Task AnErasureThatStoppedHalfway_IsFinished_WhenItComesAgain()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var erasedAt = Host.Time.Is;
        Host.Time.Pass(TimeSpan.FromHours(1));
        await Host.OneClickAsync(await Host.LinkAsync(Jan, "tips"));

        // The tombstone is there, and nothing that outlives it was kept yet.
        Assert.Equal("tips", Assert.Single(await Host.Records.EraseAsync(Sample.Site, Subject, erasedAt, default)).Topic);
        await KnownAsync(1);
        await EraseAsync(2, erasedAt);

        Assert.Equal(("suppressed", "erased"), (await Host.ReasonAsync(Jan, "tips"), await Host.ReasonAsync(Jan)));
        Assert.Equal(2, (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(2)).Count);
    }

    [Fact]
    public async Task WhatHeSaysBeforeItIsFinished_IsNotOverwrittenByWhatOutlivedIt()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await KnownAsync(1);
        var erasedAt = Host.Time.Is;
        Host.Time.Pass(TimeSpan.FromHours(1));
        await Host.ConfirmAsync(Jan, "tips");
        await Host.Records.EraseAsync(Sample.Site, Subject, erasedAt, default);
        Host.Time.Pass(TimeSpan.FromHours(1));
        await Host.OneClickAsync(await Host.LinkAsync(Jan, "tips"));

        await EraseAsync(2, erasedAt);

        Assert.Equal("suppressed", await Host.ReasonAsync(Jan, "tips"));
    }

    [Fact]
    public async Task WhoAskedTheConsentService_IsForgottenHere_ThoughNoReceiptOfHimWasEverHeardOf()
    {
        await Host.SubscribeAsync(Jan, "tips", confirmedAt: Host.Time.Is);
        var asked = new ErasureAsked(RandomId.New(), Host.Time.Is, Sample.Site, Subject, Host.Time.Is.AddMinutes(1));

        await Host.HearAsync(asked);
        await Host.HearAsync(asked);

        Assert.Equal("erased", await Host.ReasonAsync(Jan, "tips"));
        Assert.All(Host.Sent.All<ConsentApplied>().Where(a => a.RecordId == asked.Id), a => Assert.Equal(("marketing-unsubscribe", "consent"), (a.Subscriber, a.Source)));
        await Assert.ThrowsAsync<InvalidDataException>(() => Host.HearAsync(asked with { SubjectId = RandomId.New() }));
    }

    [Fact]
    public async Task OfAVisitor_NothingIsKept()
    {
        var visitor = RandomId.New();
        await Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, Sample.Receipt(visitor, 1), Stream));

        await EraseAsync(2, Host.Time.Is);

        Assert.Null(await Host.Records.LatestAsync(Sample.Site, visitor, default));
    }

    [Fact]
    public async Task ThePersonsOwnWord_TakesItsPlace_AndABounceDoesNot()
    {
        await KnownAsync(1);
        await EraseAsync(2, Host.Time.Is);
        var erased = (await Host.Records.LatestAsync(Sample.Site, Subject, default))!;

        var stopped = OptOutDecisions.OptOut(erased, Everything, Subject, "unsubscribe-page", "r2", Host.Time.Is.AddHours(1))!;

        Assert.Null(MarketingDecisions.Standing(stopped.Topics, "newsletter")!.Cause);
        Assert.Null(BounceDecision.Bounce(erased, Everything, Subject, hard: true, "5.1.1", "r2", Host.Time.Is.AddHours(1)));
        Assert.Null(ErasureDecisions.Erase(stopped, Sample.Site, Subject, Host.Time.Is, "r3", Host.Time.Is.AddHours(2)));
    }

    private Task KnownAsync(long version) => Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, Sample.Receipt(Subject, version), Stream));

    private Task EraseAsync(long version, DateTimeOffset at) =>
        Host.HearAsync(new ConsentErased(RandomId.New(), Host.Time.Is, Sample.Site, Stream, 1, version, at));
}
