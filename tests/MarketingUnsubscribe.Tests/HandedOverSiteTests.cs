using System.Net;
using Consent.Contracts;
using Consent.UnsubscribeLinks;
using static Consent.MarketingUnsubscribe.Tests.ImportedRows;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A site gets another controller, whose key knows nobody: what people said no to stays so, and what they agreed to was given to the one before.</summary>
public sealed class HandedOverSiteTests : HostedTest
{
    private const string Jan = "jan@example.com";
    private const string Piet = "piet@example.com";
    private const string Els = "els@example.com";
    private const string Kees = "kees@example.com";
    private const string Returned = "gone@example.com";
    private const string Anna = "anna@example.com";
    private static readonly string[] All = [Jan, Piet, Els, Kees, Returned];
    private static readonly string[] Reasons = ["suppressed", "erased", "suppressed", "complained", "bounced"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ANoOfBeforeTheSiteChangedHands_HoldsForEveryImport_AndYieldsToThePersonsOwnConfirmation(bool isIndexed)
    {
        if (isIndexed) await IndexedAsync();
        foreach (var address in All.Append(Anna)) await Host.SubscribeAsync(address, confirmedAt: Host.Time.Is);
        Host.Time.Pass(TimeSpan.FromHours(1));
        var link = await Host.LinkAsync(Jan);
        await Host.OneClickAsync(link);
        Assert.Equal(HttpStatusCode.OK, (await Host.PostAsync($"/v1/sites/{Sample.Site}/marketing/erasures", new { address = Piet }, Host.Token())).StatusCode);
        await ObjectAsync(Els);
        await StateAsync(Kees, TopicEntry.Complained);
        await StateAsync(Returned, TopicEntry.Bounced);
        Assert.Equal(Reasons, await ReasonsAsync());
        Assert.NotNull((await RestOnAsync(Jan))[0]);

        await HandOverAsync();
        if (isIndexed) await IndexedAsync();
        Assert.Equal(Reasons, await ReasonsAsync());
        Assert.All(await RestOnAsync(All), id => Assert.Null(id));
        Assert.Equal("no-basis", await Host.ReasonAsync(Anna));
        Host.Time.Pass(TimeSpan.FromDays(1));
        foreach (var address in All)
        {
            Assert.Equal(Sums(rows: 1, refused: 1), (await Host.ImportAsync(Row(address, confirmedAt: Host.Time.Is)))[^1]);
            await Host.SubscribeAsync(address, confirmedAt: Host.Time.Is);
        }
        Assert.Equal(Reasons, await ReasonsAsync());
        Assert.True((await Host.PageAsync(link)).Says("U bent afgemeld"));
        Assert.Equal(Sums(rows: 1, recorded: 1), (await Host.ImportAsync(Row(Anna)))[^1]);
        Assert.Equal("opted-in", await Host.ReasonAsync(Anna));

        foreach (var address in All) await Host.ConfirmAsync(address);
        Assert.All(await ReasonsAsync(), reason => Assert.Equal("opted-in", reason));
        // Everything was stopped, and one topic came back.
        Assert.Equal(("erased", "suppressed", "complained"), (await Host.ReasonAsync(Piet, "offers"), await Host.ReasonAsync(Els, "offers"), await Host.ReasonAsync(Kees, "offers")));
        await Host.OneClickAsync(link);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task ANoThatOnlyTheConsentServiceHolds_StandsTheSame()
    {
        await HearOfAsync(Jan, Decision.Withdrawn);
        await HearOfAsync(Anna, Decision.Given);
        Host.Time.Pass(TimeSpan.FromHours(1));
        Assert.NotNull((await RestOnAsync(Jan))[0]);
        await HandOverAsync();

        // By the receipt one could find the id by which the controller of before knows him, and all that he said to it.
        Assert.Null((await RestOnAsync(Jan))[0]);
        Assert.Equal(("withdrawn", "no-basis"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Anna)));
        Assert.Equal(Sums(rows: 1, refused: 1), (await Host.ImportAsync(Row(Jan, confirmedAt: Host.Time.Is)))[^1]);
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Assert.Equal("withdrawn", await Host.ReasonAsync(Jan));
        await Host.ConfirmAsync(Jan);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AMailThatWasAskedForBeforeTheNo_RevivesNothing()
    {
        var asked = Host.Time.Is;
        Host.Time.Pass(TimeSpan.FromHours(1));
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        await HandOverAsync();
        var optIns = Host.Get<OptIns>();
        var inForce = Sample.Published(Sample.Declaration(controller: Host.Controller), version: 2);
        Assert.Equal(ConfirmState.Overtaken, await optIns.StateAsync(inForce, Jan, "newsletter", asked, default));
        Assert.Equal(ConfirmState.Ask, await optIns.StateAsync(inForce, Jan, "newsletter", Host.Time.Is.AddMinutes(1), default));
    }

    [Fact]
    public async Task WhatComesBackOfMailThatWasSentBefore_Counts()
    {
        foreach (var address in (string[])[Jan, Kees]) await Host.SubscribeAsync(address, confirmedAt: Host.Time.Is);
        var (ofJan, ofKees) = (await Host.LinkAsync(Jan), await Host.LinkAsync(Kees));
        await HandOverAsync();
        foreach (var address in (string[])[Jan, Kees]) await Host.SubscribeAsync(address, confirmedAt: Host.Time.Is);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));

        Assert.Equal(["""{"kind":"complaint","acted":true}"""], await Host.ToldAsync(Reports.Complaint(Reports.WithLink(ofJan))));
        Assert.Equal(["""{"kind":"bounce","hard":true,"status":"5.1.1","acted":true}"""], await Host.ToldAsync(Reports.Bounce(Reports.Recipient(Kees), Reports.WithLink(ofKees))));
        Assert.Equal(("complained", "bounced"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Kees)));
        // Nobody of that name ever had the site.
        var another = Host.LinkOf(new UnsubscribeLink("never-ltd", Sample.Site, "newsletter", Anna));
        Assert.Equal(["""{"kind":"complaint","acted":false}"""], await Host.ToldAsync(Reports.Complaint(Reports.WithLink(another))));
    }

    [Fact]
    public async Task WhatComesBackWithTheAddressAlone_CountsForWhoWasKnownBefore()
    {
        foreach (var address in (string[])[Jan, Kees, Els]) await Host.SubscribeAsync(address, confirmedAt: Host.Time.Is);
        var ofJan = await Host.LinkAsync(Jan);
        await HandOverAsync();
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));

        await Host.ToldAsync(Reports.Complaint(Reports.Enclosed("X-Mailer: another"), more: $"Original-Rcpt-To: <{Jan}>\n"));
        // Of several recipients the link is nobody's.
        var recipients = string.Join("\n\n", Reports.Recipient(Kees), Reports.Recipient(Els), Reports.Recipient(Anna));
        await Host.ToldAsync(Reports.Bounce(recipients, Reports.WithLink(ofJan)));

        Assert.Equal(("complained", "bounced", "bounced"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Kees), await Host.ReasonAsync(Els)));
        // Nothing was ever held of her.
        Assert.Equal("no-basis", await Host.ReasonAsync(Anna));
    }

    [Fact]
    public async Task AControllerUnderWhoseKeyNothingWasHashed_GetsNoKeyByACheck()
    {
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        await Host.HearAsync(Sample.Declaration(controller: "never-ltd"), version: 2);
        Host.Controller = "another-ltd";
        await Host.HearAsync(Sample.Declaration(controller: Host.Controller), version: 3);

        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        Assert.Equal(0, Host.Keys.CountOf("address-never-ltd"));
    }

    /// <summary>Of each address what a check names as that on which it rests; null for nothing.</summary>
    private async Task<IReadOnlyList<string?>> RestOnAsync(params string[] addresses)
    {
        var answer = await Host.PostAsync($"/v1/sites/{Sample.Site}/marketing/check", new { topic = "newsletter", addresses }, Host.Token());
        var results = (await answer.JsonAsync()).GetProperty("results").EnumerateArray();
        return [.. results.Select(result => result.TryGetProperty("receipt", out var id) ? id.GetString() : null)];
    }

    private async Task<IReadOnlyList<string>> ReasonsAsync()
    {
        var reasons = new List<string>();
        foreach (var address in All) reasons.Add(await Host.ReasonAsync(address));
        return reasons;
    }

    private async Task HandOverAsync()
    {
        Host.Controller = "another-ltd";
        await Host.HearAsync(Sample.Declaration(controller: Host.Controller), version: 2);
    }

    private async Task IndexedAsync()
    {
        await Host.Index.Built.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(await Host.Index.IsCurrentAsync(default));
    }

    private async Task ObjectAsync(string address)
    {
        var (subject, link) = (Host.Keys.Addresses(Sample.Controller).AddressId(address), new UnsubscribeLink(Sample.Controller, Sample.Site, MarketingRecord.Everything, address));
        await Host.Records.AppendAsync(Sample.Site, subject, (newest, id) => PreferenceDecisions.Object(newest, link, subject, id, Host.Time.Is, ["marketing"]), default);
    }

    private async Task StateAsync(string address, string cause)
    {
        var answer = await Host.PostAsync($"/v1/sites/{Sample.Site}/marketing/opt-outs", new { addresses = new[] { address }, cause }, Host.Token());
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private Task HearOfAsync(string address, Decision said)
    {
        var receipt = Sample.Receipt(
            Host.Keys.Addresses(Sample.Controller).AddressId(address), 1, ("newsletter", Sample.Decided(Sample.Declaration(), "newsletter", said, Host.Time.Is)));
        return Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, receipt));
    }
}
