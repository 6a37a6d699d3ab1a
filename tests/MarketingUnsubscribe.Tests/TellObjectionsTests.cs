using Consent.Contracts;
using Consent.Storage;
using Consent.UnsubscribeLinks;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Who wants nothing any more has the other services told so for what is declared later, as of when he said it; once.</summary>
public sealed class TellObjectionsTests : HostedTest
{
    private const string Jan = "jan@example.com";

    [Fact]
    public async Task APurposeThatIsDeclaredLater_IsRefusedThereToo_ByWhoStoppedEverything_AndByNobodyElse()
    {
        await Host.HearAsync(Sample.Declaration(topics: ["newsletter"]), version: 2);
        await SettledAsync();
        var said = Host.Time.Is;
        await StopEverythingAsync(Jan);
        await Host.OneClickAsync(await Host.LinkAsync("piet@example.com"));
        await Host.Sent.WaitForAsync<MarketingUnsubscribed>(3);
        Host.Time.Pass(TimeSpan.FromDays(7));

        await Host.HearAsync(Sample.Declaration(topics: ["newsletter", "tips"]), version: 3);
        await RunAsync(0);
        Host.Time.Pass(PagePress.Lifetime + TimeSpan.FromSeconds(1));
        await RunAsync(1);
        await RunAsync(0);

        var told = (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(4))[^1];
        Assert.Equal((said, "everything-stopped-before"), (told.RecordedAt, told.Action));
        Assert.Equal(["customer-news"], told.Topics);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan, "tips"));
    }

    [Fact]
    public async Task WhatCanStillBeTakenBack_WhenThePurposeIsDeclared_IsToldWhenItCannot_AndWhatWasTakenBackIsNot()
    {
        await Host.HearAsync(Sample.Declaration(topics: ["newsletter"]), version: 2);
        await SettledAsync();
        await StopEverythingAsync(Jan);
        await Host.PressAsync(await StopEverythingAsync("piet@example.com"), "Maak ongedaan");
        await Host.HearAsync(Sample.Declaration(topics: ["newsletter", "tips"]), version: 3);
        await RunAsync(0);

        Host.Time.Pass(PagePress.Lifetime + TimeSpan.FromSeconds(1));
        await RunAsync(1);
    }

    [Fact]
    public async Task ReplicaThatLostEveryTurnToAnother_HasSeenThePurposeAllTheSame_AndTellsAsSoonAsThatOneIsGone()
    {
        await Host.HearAsync(Sample.Declaration(topics: ["newsletter"]), version: 2);
        await SettledAsync();
        await StopEverythingAsync(Jan);
        await Host.HearAsync(Sample.Declaration(topics: ["newsletter", "tips"]), version: 3);
        var log = Host.Get<IServiceProvider>().GetRequiredKeyedService<IRecordLog>(MarketingUnsubscribeSetup.Service);
        var another = await log.AcquireAsync("tell-objections", "another", TimeSpan.FromDays(1));
        await RunAsync(0);

        Host.Time.Pass(PagePress.Lifetime + TimeSpan.FromSeconds(1));
        await log.ReleaseAsync(another!);

        await RunAsync(1);
    }

    [Fact]
    public async Task WhoWasHeardToStopHisPurposesAlone_IsHeardToHaveStoppedEverything_Once()
    {
        var (subject, link) = (Host.Keys.Addresses(Sample.Controller).AddressId(Jan), new UnsubscribeLink(Sample.Controller, Sample.Site, MarketingRecord.Everything, Jan));
        await Host.Records.AppendAsync(
            Sample.Site, subject, (newest, id) => PreferenceDecisions.Object(newest, link, subject, id, Host.Time.Is, ["customer-news", "marketing"]), default);
        var said = Assert.Single(await Host.Sent.WaitForAsync<MarketingUnsubscribed>(1));
        Assert.Null(said.Everything);
        await RunAsync(0);

        Host.Time.Pass(PagePress.Lifetime + TimeSpan.FromSeconds(1));
        await RunAsync(1);
        await RunAsync(0);

        var told = (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(2))[^1];
        Assert.Equal(((bool?)true, said.RecordedAt), (told.Everything, told.RecordedAt));
        Assert.Empty(told.Topics);
    }

    private async Task<string> StopEverythingAsync(string address) =>
        await Host.PressAsync(await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(address)), "Meld mij af"), "name=\"everything\"");

    private async Task SettledAsync()
    {
        await RunAsync(0);
        Host.Time.Pass(PagePress.Lifetime + TimeSpan.FromSeconds(1));
        await RunAsync(0);
    }

    private async Task RunAsync(int told) => Assert.Equal(told, await Host.Get<TellObjections>().RunOnceAsync(TestContext.Current.CancellationToken));
}
