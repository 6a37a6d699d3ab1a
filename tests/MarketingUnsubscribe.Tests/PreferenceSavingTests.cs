using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>What a press of the one button on the page of the preferences does.</summary>
public sealed class PreferenceSavingTests : PreferenceTest
{
    [Fact]
    public async Task WhatIsUnticked_StopsAtOnceAndForGood_AndTheOthersHearOfIt()
    {
        foreach (var topic in (string[])["newsletter", "offers"]) await Host.SubscribeAsync(Jan, topic, confirmedAt: Host.Time.Is);
        var saved = await SaveAsync(await Host.PageAsync(await OpenAsync()), untick: ["newsletter"]);

        Assert.True(saved.Says(Saved));
        Assert.Equal(["offers"], Ticked(saved));
        Assert.Equal(("suppressed", "opted-in"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
        var record = (await RecordAsync())!;
        Assert.Equal((MarketingRecord.Unsubscribed, "preferences", true), (record.Kind, record.Action, record.Topics["newsletter"].IsFinal(Host.Time.Is)));
        var told = Assert.Single(await Host.Sent.WaitForAsync<MarketingUnsubscribed>(1));
        Assert.Equal(("preferences", "newsletter"), (told.Action, Assert.Single(told.Topics)));
        // It is not to be undone, here or behind a link.
        foreach (var page in (string[])[saved, await Host.PageAsync(await Host.LinkAsync(Jan))]) Assert.DoesNotContain("/undo", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsTicked_IsAConfirmedOptIn_WithTheProofOfBothStepsAndTheTextThatWasShown()
    {
        await Host.HearAsync(Declaration(), version: 2);
        var asked = Host.Time.Is;
        var page = await Host.PageAsync(await OpenAsync());
        var pressed = Host.Time.Is;
        var saved = await SaveAsync(page, tick: ["newsletter", "newsletter/sms", "no-such-topic"]);

        Assert.Equal(["newsletter", "newsletter/sms"], Ticked(saved));
        Assert.True(saved.Says(NotAll));
        Assert.Equal(("opted-in", "opted-in", "no-basis"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "newsletter/sms"), await Host.ReasonAsync(Jan, "offers")));
        foreach (var id in (string[])["newsletter", "newsletter/sms"])
        {
            var proof = (await RecordAsync())!.Topics[id].Proof!;
            Assert.Equal((asked, pressed, "preferences", "nl"), (proof.RequestedAt!.Value, proof.ConfirmedAt!.Value, proof.Source, proof.Language));
            Assert.Equal(OptInProof.TextHashOf(Declaration().Topics[0], "nl"), proof.TextHash);
            Assert.Equal(new PreferenceMail(Declaration().Controller, "nl").Hash, proof.MailHash);
        }
        Assert.Equal(["newsletter", "newsletter/sms"], (await Host.Sent.WaitForAsync<MarketingSubscribed>(2)).SelectMany(e => e.Topics).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ItLiftsWhatWasSaidBeforeTheMailWasAskedFor()
    {
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Host.Time.Pass(TimeSpan.FromMinutes(1));
        var saved = await SaveAsync(await Host.PageAsync(await OpenAsync()), tick: ["newsletter"]);
        Assert.True(saved.Says(Saved));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task SavedAgain_TheSamePageAddsNothing()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var page = await Host.PageAsync(await OpenAsync());
        await SaveAsync(page, tick: ["offers"], untick: ["newsletter"]);
        var first = await RecordAsync();
        Assert.True((await SaveAsync(page, tick: ["offers"], untick: ["newsletter"])).Says(Saved));
        Assert.Equal(first!.RecordedAt, (await RecordAsync())!.RecordedAt);
        Assert.True((await SaveAsync(await Host.PageAsync(LinkIn(Mail.Taken[^1])))).Says(Saved));
        Assert.Equal(first.RecordedAt, (await RecordAsync())!.RecordedAt);
    }

    [Fact]
    public async Task ASlip_IsPutRightOnThePageThatShowsIt()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var page = await Host.PageAsync(await OpenAsync());
        var stopped = await SaveAsync(page, untick: ["newsletter"]);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        Assert.True((await SaveAsync(stopped, tick: ["newsletter"])).Says(Saved));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        // The page of before both shows it as subscribed: who unticks it there means it.
        await SaveAsync(page, untick: ["newsletter"]);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WhatWasDecidedElsewhereMeanwhile_IsNotTakenBackByAPageThatStoodOpen()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var page = await Host.PageAsync(await OpenAsync());
        foreach (var topic in (string[])["newsletter", "offers"]) await Host.OneClickAsync(await Host.LinkAsync(Jan, topic));
        Host.Time.Pass(TimeSpan.FromSeconds(1));

        var saved = await SaveAsync(page, tick: ["offers"]);

        Assert.Equal(("suppressed", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
        Assert.True(saved.Says(NotAll));
        Assert.Empty(Ticked(saved));
        Assert.True((await SaveAsync(saved, tick: ["offers"])).Says(Saved));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan, "offers"));
    }

    [Fact]
    public async Task AText_ThatHasChangedSinceThePageWasFetched_IsShownBeforeItCounts_AndANoCountsAtOnce()
    {
        await Host.SubscribeAsync(Jan, "offers", confirmedAt: Host.Time.Is);
        var page = await Host.PageAsync(await OpenAsync());
        var now = Sample.Declaration();
        await Host.HearAsync(now with { Topics = [.. now.Topics.Select(t => t with { Description = Sample.Text("Elke dag.", "Each day.") })] }, version: 2);
        var shown = await SaveAsync(page, tick: ["newsletter"], untick: ["offers"]);
        Assert.True(shown.Says("Elke dag.") && shown.Says(NotAll));
        Assert.Equal(("no-basis", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
        Assert.True((await SaveAsync(shown, tick: ["newsletter"])).Says(Saved));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WhatCouldStillBeTakenBackElsewhere_IsFinalOnceThePageThatShowsItIsSaved()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var done = await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), "Meld mij af");
        Assert.True((await SaveAsync(await Host.PageAsync(await OpenAsync()))).Says(Saved));
        await Host.PressAsync(done, "/undo");
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task OnARetiredSite_AndOnOneForChildren_NothingIsStarted_AndWhatIsUntickedStops()
    {
        var now = Sample.Declaration();
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.HearAsync(now with { Children = new Children(new Dictionary<string, int> { ["NL"] = 16 }) }, version: 2);
        var page = await Host.PageAsync(await OpenAsync());
        Assert.Contains("name=\"topic\" value=\"offers\" disabled", page, StringComparison.Ordinal);
        Assert.True(page.Says("Aanmelden hiervoor kan alleen op de website."));
        Assert.True((await SaveAsync(page, tick: ["offers"], untick: ["newsletter"])).Says(NotAll));
        Assert.Equal(("suppressed", "no-basis"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
        await Host.HearAsync(now with { Retired = true }, version: 3);
        Assert.Contains("name=\"topic\" value=\"offers\" disabled", await Host.PageAsync(LinkIn(Mail.Taken[^1])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatWasLeftUnticked_IsNotSentOnAnInterestEither_NowThatThePersonIsKnown()
    {
        var now = Sample.Declaration();
        var catalogue = now.Topics[2] with { Id = "catalogue", Channels = [Channel.Post] };
        await Host.HearAsync(now with { Topics = [.. now.Topics, catalogue] }, version: 2);
        await SaveAsync(await Host.PageAsync(await OpenAsync()), tick: ["newsletter"]);
        Assert.Equal(("opted-in", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "catalogue/post")));
    }
}
