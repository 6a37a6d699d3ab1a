using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A press of the button can be taken back on the page that answers it, and nowhere else.</summary>
public sealed class UndoUnsubscribeTests : HostedTest
{
    private const string Jan = "jan@example.com";
    private const string Stop = "Meld mij af";
    private const string Undo = "Maak ongedaan";

    [Fact]
    public async Task WithinTenMinutes_ItIsAsItWasBefore_AndTheOthersHearOfIt()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Host.Time.Pass(TimeSpan.FromHours(1));
        var done = await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), Stop);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));

        Host.Time.Pass(TimeSpan.FromMinutes(9));
        var undone = await Host.PressAsync(done, Undo);

        Assert.True(undone.Says("Uw afmelding is ongedaan gemaakt") && undone.Says(Stop) && !undone.Says(Undo));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        var heard = (await Host.Sent.WaitForAsync<MarketingSubscribed>(2))[1];
        Assert.Equal(("undo", Host.Time.Is), (heard.Action, heard.ConfirmedAt));
        Assert.Equal(["newsletter"], heard.Topics);
    }

    [Fact]
    public async Task OfAnAddressWithoutBasis_NothingIsAdded()
    {
        await Host.PressAsync(await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), Stop), Undo);
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
        Assert.Empty(Host.Sent.All<MarketingSubscribed>());
    }

    [Fact]
    public async Task AfterTenMinutes_ItIsTooLate_AndSaysSo()
    {
        await Host.SubscribeAsync(Jan);
        var done = await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), Stop);
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

        Assert.False((await Host.PageAsync(link)).Says(Undo));
        Assert.False((await Host.PressAsync(await Host.PageAsync(link), "everything")).Says(Stop));
        foreach (var fields in (KeyValuePair<string, string>[][])[[], [new("undo", "")], [new("undo", "AAAA")], [new("List-Unsubscribe", "One-Click")]])
        {
            using var content = new FormUrlEncodedContent(fields);
            await Host.SendAsync(link + "/undo", content);
        }
        // The ticket of one link, sent to another.
        await Host.PressAsync(ofOther.Replace(other, link, StringComparison.Ordinal), Undo);

        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WhatCameAfterIt_IsNotTakenBack()
    {
        await Host.SubscribeAsync(Jan);
        var done = await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), Stop);
        await Host.OneClickAsync(await Host.LinkAsync(Jan, "offers"));

        Assert.True((await Host.PressAsync(done, Undo)).Says("Ongedaan maken kan hier niet meer"));
        Assert.Equal(("suppressed", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
    }

    [Fact]
    public async Task APressThatChangedNothing_OffersNothingToUndo()
    {
        var link = await Host.LinkAsync(Jan);
        var page = await Host.PageAsync(link);
        await Host.OneClickAsync(link);
        Assert.False((await Host.PressAsync(page, Stop)).Says(Undo));
    }
}
