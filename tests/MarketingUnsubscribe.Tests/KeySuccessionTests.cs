using System.Net;
using Consent.Contracts;
using Microsoft.Data.Sqlite;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class KeySuccessionTests : HostedTest
{
    private const string Jan = "jan@example.com";

    [Fact]
    public async Task ASuppressionUnderTheOldKey_IsStillFound()
    {
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Succeed();
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        await Host.SubscribeUnprovenAsync(Jan);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AnOptInUnderTheOldKey_IsStillFound_AndANewLinkEndsIt()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Succeed();
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AnOldLink_StillEndsAnOptInMadeUnderTheNewKey()
    {
        var link = await Host.LinkAsync(Jan);
        Succeed();
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.OneClickAsync(link);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AConfirmedOptIn_LiftsTheSuppressionsUnderEveryKey()
    {
        var link = await Host.LinkAsync(Jan);
        Succeed();
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        await Host.OneClickAsync(link);
        Host.Time.Pass(TimeSpan.FromHours(1));
        await Host.ConfirmAsync(Jan);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        await Host.OneClickAsync(link);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AYesThatOnlyTheConsentServiceHolds_UnderTheOldKey_IsEndedUnderItsOwnId()
    {
        var old = await HearOfAYesAsync();
        Succeed();
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        Assert.Equal([old], await ToldAsync(1));
    }

    [Fact]
    public async Task WhoAgreedUnderEitherKey_IsOptedOutUnderBoth_AndAnUndoTakesBackBoth()
    {
        var old = await HearOfAYesAsync();
        Succeed();
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var ids = Host.Keys.Addresses(Sample.Controller).AddressIds(Jan);
        Assert.Equal((2, old), (ids.Count, ids[1]));
        var link = await Host.LinkAsync(Jan);
        var stopped = await Host.PressAsync(await Host.PageAsync(link), "Meld mij af");
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        Assert.Equal(ids.Order(), await ToldAsync(2));

        await Host.PressAsync(stopped, "Maak ongedaan");
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        Assert.Equal(ids.Order(), (await Host.Sent.WaitForAsync<MarketingUnsubscribeUndone>(2)).Select(e => e.SubjectId).Order());

        await Host.OneClickAsync(link);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        Assert.Equal(ids.Concat(ids).Order(), await ToldAsync(4));
    }

    [Fact]
    public async Task EverythingThatWasStoppedElsewhere_BesideALaterConfirmation_IsToldUnderEitherId_AndTheConfirmationStands()
    {
        await HearOfAYesAsync();
        var saidAt = Host.Time.Is;
        Host.Time.Pass(TimeSpan.FromHours(1));
        Succeed();
        await Host.ConfirmAsync(Jan);

        var answer = await Host.PostAsync($"/v1/sites/{Sample.Site}/marketing/opt-outs", new { optOuts = new[] { new { address = Jan, optedOutAt = saidAt } } }, Host.Token());

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("opted-in", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
        IReadOnlyList<MarketingUnsubscribed> told = [];
        while (told.Count(e => e.Everything is true) < 2) told = await Host.Sent.WaitForAsync<MarketingUnsubscribed>(told.Count + 1);
        Assert.Equal(Host.Keys.Addresses(Sample.Controller).AddressIds(Jan).Order(), told.Where(e => e.Everything is true).Select(e => e.SubjectId).Order());
    }

    /// <summary>Receipts lie in a store of their own, which may be away; a "no" does not wait for it.</summary>
    [Fact]
    public async Task WhileReceiptsCannotBeRead_AnOptOutIsRecordedUnderEveryId()
    {
        await HearOfAYesAsync();
        Succeed();
        var link = await Host.LinkAsync(Jan);
        using (var file = new SqliteConnection($"Data Source={Path.Combine(Host.Folder, MarketingUnsubscribeSetup.Service, "subscriber.db")};Pooling=False"))
        {
            file.Open();
            using var command = file.CreateCommand();
            command.CommandText = "ALTER TABLE receipts RENAME TO away";
            command.ExecuteNonQuery();
        }

        await Host.OneClickAsync(link);

        Assert.Equal(Host.Keys.Addresses(Sample.Controller).AddressIds(Jan).Order(), await ToldAsync(2));
    }

    /// <summary>The controller's app asked him, and told the consent service.</summary>
    private async Task<string> HearOfAYesAsync()
    {
        var subject = Host.Keys.Addresses(Sample.Controller).AddressId(Jan);
        var yes = Sample.Decided(Sample.Declaration(), "newsletter", Decision.Given, Host.Time.Is);
        await Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, Sample.Receipt(subject, 1, ("newsletter", yes))));
        return subject;
    }

    /// <summary>Under which ids the others are told of opt-outs: of so many, and no more, since another person's is told behind them.</summary>
    private async Task<IEnumerable<string>> ToldAsync(int count)
    {
        var last = $"last-{count}@example.com";
        await Host.OneClickAsync(await Host.LinkAsync(last));
        var others = Enumerable.Range(1, count).SelectMany(n => Host.Keys.Addresses(Sample.Controller).AddressIds($"last-{n}@example.com")).ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<MarketingUnsubscribed> told = [];
        var end = Host.Keys.Addresses(Sample.Controller).AddressId(last);
        while (!told.Any(e => e.SubjectId == end)) told = await Host.Sent.WaitForAsync<MarketingUnsubscribed>(told.Count + 1);
        var ids = told.Select(e => e.SubjectId).Where(id => !others.Contains(id)).Order().ToList();
        Assert.Equal(count, ids.Count);
        return ids;
    }

    private void Succeed()
    {
        Host.Keys.Succeed($"address-{Sample.Controller}");
        Host.Keys.Succeed("token");
    }
}
