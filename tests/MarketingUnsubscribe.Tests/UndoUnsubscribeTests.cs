using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A press of the button can be taken back on the page that answers it, and nowhere else.</summary>
public sealed class UndoUnsubscribeTests : HostedTest
{
    private const string Jan = "jan@example.com";
    private const string Stop = "Meld mij af";
    private const string Undo = "Maak ongedaan";

    [Fact]
    public async Task WithinTenMinutes_ItIsAsItWasBefore_AndTheOthersHearWhatWasTakenBack()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Host.Time.Pass(TimeSpan.FromHours(1));
        var done = await PressedAsync();
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));

        Host.Time.Pass(TimeSpan.FromMinutes(10));
        var undone = await Host.PressAsync(done, Undo);

        Assert.True(undone.Says("Uw afmelding is ongedaan gemaakt") && undone.Says(Stop) && !undone.Says(Undo));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        var heard = Assert.Single(await Host.Sent.WaitForAsync<MarketingUnsubscribeUndone>(1));
        Assert.Equal((Assert.Single(Host.Sent.All<MarketingUnsubscribed>()).Id, Host.Time.Is), (heard.Undoes, heard.RecordedAt));
        Assert.Equal(["newsletter"], heard.Topics);
    }

    [Fact]
    public async Task OfAnAddressWithoutBasis_NothingIsAdded()
    {
        await Host.PressAsync(await PressedAsync(), Undo);
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
        Assert.Empty(Host.Sent.All<MarketingSubscribed>());
    }

    [Fact]
    public async Task WhatWasStoppedBeforeThePress_StaysStopped()
    {
        await Host.OneClickAsync(await Host.LinkAsync(Jan, "offers"));
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var all = await Host.PressAsync(await PressedAsync(), "name=\"everything\"");
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan, "tips"));

        Assert.True((await Host.PressAsync(all, Undo)).Says("Uw afmelding is ongedaan gemaakt"));

        Assert.Equal(("opted-in", "suppressed", "no-basis"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers"), await Host.ReasonAsync(Jan, "tips")));
    }

    [Fact]
    public async Task AfterTenMinutes_ItIsTooLate_AndSaysSo()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var done = await PressedAsync();
        Host.Time.Pass(TimeSpan.FromMinutes(10) + TimeSpan.FromMilliseconds(1));
        Assert.True((await Host.PressAsync(done, Undo)).Says("Ongedaan maken kan hier niet meer"));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task TheLinkAlone_CannotUndo()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var (link, other) = (await Host.LinkAsync(Jan), await Host.LinkAsync("piet@example.com"));
        var ofOther = await Host.PressAsync(await Host.PageAsync(other), Stop);
        await Host.PressAsync(await Host.PageAsync(link), Stop);

        var fresh = await Host.PageAsync(link);
        Assert.False(fresh.Says(Undo));
        Assert.False((await Host.PressAsync(fresh, "everything")).Says("Uw afmelding is ongedaan"));
        foreach (var fields in (KeyValuePair<string, string>[][])[[], [new("page", "")], [new("page", PagePress.NewSecret())], [new("List-Unsubscribe", "One-Click")]])
        {
            using var content = new FormUrlEncodedContent(fields);
            await Host.SendAsync(link + "/undo", content);
        }
        // The page of one link, sent to another.
        await Host.PressAsync(ofOther.Replace(other, link, StringComparison.Ordinal), Undo);

        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AskedForAgainElsewhere_ItIsFinal()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var done = await PressedAsync();
        await Host.OneClickAsync(await Host.LinkAsync(Jan));

        Assert.True((await Host.PressAsync(done, Undo)).Says("Ongedaan maken kan hier niet meer"));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task PressedTwiceOnOnePage_ItCanBeUndone_AndUndoingTwiceHarmsNothing()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var page = await Host.PageAsync(await Host.LinkAsync(Jan));
        await Host.PressAsync(page, Stop);
        var done = await Host.PressAsync(page, Stop);

        await Host.PressAsync(done, Undo);
        Assert.False((await Host.PressAsync(done, Undo)).Says("U bent nog steeds afgemeld"));

        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        Assert.Single(await Host.Sent.WaitForAsync<MarketingUnsubscribeUndone>(1));
    }

    [Fact]
    public async Task APressThatChangedNothing_OffersNothingToUndo()
    {
        var link = await Host.LinkAsync(Jan);
        var page = await Host.PageAsync(link);
        await Host.OneClickAsync(link);
        Assert.False((await Host.PressAsync(page, Stop)).Says(Undo));
    }

    [Fact]
    public async Task AMomentAfterItWasTakenBack_APressIsFinal_SoThatOneLinkCannotFillTheHistory()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.PressAsync(await PressedAsync(), Undo);

        Assert.False((await PressedAsync()).Says(Undo));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        Host.Time.Pass(PagePress.Lifetime);
        await Host.ConfirmAsync(Jan);
        Assert.True((await PressedAsync()).Says(Undo));
    }

    [Fact]
    public async Task WhoSeesAnotherPage_IsTold_AndMakesItFinalThere()
    {
        const string Final = "Maak definitief";
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var others = await PressedAsync();
        Assert.False(others.Says(Final));

        var own = await Host.PageAsync(await Host.LinkAsync(Jan));
        Assert.True(own.Says("De afmelding is op een andere pagina gedaan") && own.Says(Final));
        var final = await Host.PressAsync(own, Final);

        Assert.False(final.Says(Final) || final.Says(Undo));
        Assert.True((await Host.PressAsync(others, Undo)).Says("Ongedaan maken kan hier niet meer"));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WhoSeesThatEverythingStopped_MakesAllOfItFinal()
    {
        await Host.SubscribeAsync(Jan, "offers", confirmedAt: Host.Time.Is);
        var others = await Host.PressAsync(await PressedAsync(), "name=\"everything\"");

        await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), "Maak definitief");
        await Host.PressAsync(others, Undo);

        Assert.Equal(("suppressed", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
    }

    [Fact]
    public async Task WhatElseWasStopped_IsNotSaidToBeUndone()
    {
        await Host.SubscribeAsync(Jan, "offers", confirmedAt: Host.Time.Is);
        var all = await Host.PressAsync(await PressedAsync(), "name=\"everything\"");
        await Host.OneClickAsync(await Host.LinkAsync(Jan));

        var after = await Host.PressAsync(all, Undo);

        Assert.False(after.Says("ongedaan gemaakt"));
        Assert.Equal(("suppressed", "opted-in"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
    }

    [Fact]
    public async Task TheOthersHearWhatHoldsAgain_OfEverythingToo()
    {
        await Host.ConfirmAsync(Jan);
        var asked = Host.Time.Is;
        Host.Time.Pass(TimeSpan.FromMinutes(1));
        await Host.PressAsync(await Host.PressAsync(await PressedAsync(), "name=\"everything\""), Undo);

        var heard = await Host.Sent.WaitForAsync<MarketingUnsubscribeUndone>(4);
        Assert.Equal(["customer-news", "marketing", "newsletter", "offers", "tips"], heard.SelectMany(e => e.Topics).Order());
        Assert.All(heard, e => Assert.Equal(Host.Time.Is, e.OptedOutAt));
        Assert.Equal(asked, heard.Single(e => e.Topics.Contains("newsletter")).Standing!.ConfirmedAt);
        Assert.All(heard.Where(e => !e.Topics.Contains("newsletter")), e => Assert.Null(e.Standing));
        var told = Host.Sent.All<MarketingUnsubscribed>().Select(e => e.Id);
        Assert.Equal(told.Order(), heard.Select(e => e.Undoes).Order());
    }

    private async Task<string> PressedAsync() => await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), Stop);
}
