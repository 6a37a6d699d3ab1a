using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.ConsentService.Tests;

public sealed class HearMarketingTests(RunningConsent consent) : IClassFixture<RunningConsent>
{
    private readonly string _subject = $"a1-{RandomId.New()}{RandomId.New()}";

    [Fact]
    public async Task OptOut_BecomesOneReceipt_HoweverOftenItComes()
    {
        var e = OptOut();

        await HearAsync(e);
        await HearAsync(e);

        var receipt = Assert.Single(await consent.ReceiptsAsync(_subject))!;
        Assert.Equal("refused", (string?)receipt["purposes"]!["news"]!["status"]);
        Assert.Equal(e.Id, (string?)receipt["causedBy"]);
    }

    [Fact]
    public async Task OptIn_UnconfirmedAfterANo_LiftsNothing_Confirmed_Does()
    {
        await HearAsync(OptOut());

        await HearAsync(OptIn(confirmed: false));
        Assert.Single(await consent.ReceiptsAsync(_subject));

        await HearAsync(OptIn(confirmed: true));
        Assert.Equal("given", await NewestStatusAsync());
    }

    [Fact]
    public async Task OptIn_ThatACallerStates_LiftsNothing_WhicheverIsHeardFirst_AndItsReceiptNamesTheCaller()
    {
        var stated = OptIn(confirmed: false) with { StatedBy = "crm" };
        await HearAsync(stated);
        Assert.Equal("crm", (string?)Assert.Single(await consent.ReceiptsAsync(_subject))!["actedBy"]!["client"]);

        await HearAsync(OptOut());
        Assert.Equal("withdrawn", await NewestStatusAsync());

        await HearAsync(stated with { Id = RandomId.New(), RecordedAt = TestSite.Noon.AddHours(2) });
        Assert.Equal("withdrawn", await NewestStatusAsync());
        await HearAsync(OptIn(confirmed: true));
        Assert.Equal("given", await NewestStatusAsync());
    }

    /// <summary>A nightly list that states what he confirmed himself takes his own word from nobody.</summary>
    [Fact]
    public async Task OptIn_OfHisOwn_ThatACallerStatedAgain_Outlives_ANoOfBeforeIt_HeardLate()
    {
        await HearAsync(OptIn(confirmed: true) with { ConfirmedAt = TestSite.Noon });
        await HearAsync(OptIn(confirmed: false) with { Id = RandomId.New(), StatedBy = "crm", RecordedAt = TestSite.Noon.AddMinutes(2) });
        await HearAsync(OptOut() with { RecordedAt = TestSite.Noon.AddHours(-1) });
        Assert.Equal("given", await NewestStatusAsync());
    }

    [Fact]
    public async Task OptIn_OfOld_ThatLiftedByACallersWord_ReadsAsItDid()
    {
        await HearAsync(OptOut());
        await HearAsync(OptIn(confirmed: true) with { StatedBy = "crm" });

        Assert.Equal("given", await NewestStatusAsync());
        Assert.Null((await consent.ReceiptsAsync(_subject))[^1]!["actedBy"]);
    }

    [Fact]
    public async Task OptOut_HeardBeforeTheConfirmedOptInThatItFollowed_Stands()
    {
        await HearAsync(OptOut() with { RecordedAt = TestSite.Noon.AddMinutes(1) });
        await HearAsync(OptIn(confirmed: true) with { ConfirmedAt = TestSite.Noon });

        Assert.Equal("refused", await NewestStatusAsync());
    }

    [Fact]
    public async Task OptOut_AtTheSameMomentAsAConfirmedOptIn_Stands()
    {
        await HearAsync(OptOut());
        await HearAsync(OptIn(confirmed: true) with { ConfirmedAt = TestSite.Noon });

        Assert.Equal("refused", await NewestStatusAsync());
    }

    [Fact]
    public async Task OptOut_OfASiteNeverDeclared_IsAnErrorToBeSeen() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => HearAsync(OptOut() with { Site = "nowhere" }));

    private MarketingUnsubscribed OptOut() =>
        new(RandomId.New(), TestSite.Noon, "test-site", _subject, ["news"], "one-click-unsubscribe", "nl", TestSite.Noon);

    private MarketingSubscribed OptIn(bool confirmed) =>
        new(RandomId.New(), TestSite.Noon, "test-site", _subject, ["news"], "subscribe", "nl", consent.Hash,
        confirmed ? TestSite.Noon.AddHours(1) : null, TestSite.Noon.AddHours(1));

    private async Task<string?> NewestStatusAsync() =>
        (string?)(await consent.ReceiptsAsync(_subject))[^1]!["purposes"]!["news"]!["status"];

    private Task HearAsync<T>(T e) where T : class, IEvent =>
        consent.App.Services.GetRequiredKeyedService<IEventHandler<T>>($"consent-{T.Kind}").HandleAsync(e, CancellationToken.None);
}
