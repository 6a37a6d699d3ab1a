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
        await Host.SubscribeAsync(Jan);
        var all = await Host.PressAsync(await PressedAsync(), "name=\"everything\"");
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan, "tips"));

        Assert.True((await Host.PressAsync(all, Undo)).Says("Uw afmelding is ongedaan gemaakt"));

        Assert.Equal(("opted-in", "suppressed", "no-basis"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers"), await Host.ReasonAsync(Jan, "tips")));
    }

    [Fact]
    public async Task AfterTenMinutes_ItIsTooLate_AndSaysSo()
    {
        await Host.SubscribeAsync(Jan);
        var done = await PressedAsync();
        Host.Time.Pass(TimeSpan.FromMinutes(10) + TimeSpan.FromMilliseconds(1));
        Assert.True((await Host.PressAsync(done, Undo)).Says("Ongedaan maken kan hier niet meer"));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task TheLinkAlone_CannotUndo()
    {
        await Host.SubscribeAsync(Jan);
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
        await Host.SubscribeAsync(Jan);
        var done = await PressedAsync();
        await Host.OneClickAsync(await Host.LinkAsync(Jan));

        Assert.True((await Host.PressAsync(done, Undo)).Says("Ongedaan maken kan hier niet meer"));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task PressedTwiceOnOnePage_ItCanBeUndone_AndUndoingTwiceHarmsNothing()
    {
        await Host.SubscribeAsync(Jan);
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

    private async Task<string> PressedAsync() => await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), Stop);
}
