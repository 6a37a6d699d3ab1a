using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Anybody can mail into the mailbox for reports, and name whom he likes: what he makes up is kept within bounds.</summary>
public sealed class ReportsOfStrangersTests : HostedTest
{
    private const string Jan = "jan@example.com";
    private const string Nobody = "nobody@example.com";
    private static readonly string NoLink = Reports.Enclosed("X-Mailer: another");

    private static readonly Func<string, string>[] Mails =
    [
        Soft,
        address => Reports.Bounce(Reports.Recipient(address, status: "5.0.0"), NoLink),
        Hard,
        address => Reports.Complaint(NoLink, more: $"Original-Rcpt-To: <{address}>\n"),
        address => Reports.Complaint(NoLink, "opt-out", $"Original-Rcpt-To: <{address}>\n"),
    ];

    [Fact]
    public async Task OfAnAddressOfWhichNothingIsHeld_NothingIsKept_AndTheAnswerIsTheSame()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        foreach (var mail in Mails)
        {
            Assert.Equal(await Host.ToldAsync(mail(Jan)), await Host.ToldAsync(mail(Nobody)));
            Assert.Null(await NewestAsync(Host, Nobody));
        }
        Assert.NotEqual(MarketingRecord.Subscribed, (await NewestAsync(Host, Jan))!.Kind);
    }

    [Fact]
    public async Task OfSeveralRecipients_NoneIsProvenByTheLink()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        var recipients = $"{Reports.Recipient(Jan)}\n\n{Reports.Recipient(Nobody)}";
        await Host.ReportAsync(Reports.Bounce(recipients, Reports.WithLink(await Host.LinkAsync(Nobody))));
        Assert.Equal("bounced", await Host.ReasonAsync(Jan));
        Assert.Null(await NewestAsync(Host, Nobody));
    }

    [Fact]
    public async Task OfAnAddressThatWasMailed_AsTheLinkProves_ItIsKept()
    {
        await Host.ReportAsync(Reports.Bounce(Reports.Recipient(Nobody), Reports.WithLink(await Host.LinkAsync(Nobody))));
        Assert.Equal("bounced", await Host.ReasonAsync(Nobody));
    }

    [Fact]
    public async Task OfAnAddressOfWhichOnlyAReceiptIsHeld_ItIsKept()
    {
        await Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, Sample.Receipt(SubjectOf(Host, Jan), 1), "11111111111111111111"));
        await Host.ReportAsync(Hard(Jan));
        Assert.Equal("bounced", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WhileReceiptsAreMissing_AnybodyMayBeKnown()
    {
        using var folder = new Folder();
        await using var host = await MarketingHost.StartAsync(folder.Path, loaded: false);
        await host.ReportAsync(Hard(Nobody));
        Assert.NotNull(await NewestAsync(host, Nobody));
    }

    [Fact]
    public async Task ASoftBounce_IsNotedOnceADay_WhateverElseIsRecorded()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.ReportAsync(Soft(Jan));
        var noted = Host.Time.Is;
        Host.Time.Pass(TimeSpan.FromHours(1));

        await Host.ReportAsync(Soft(Jan));
        Assert.Equal((MarketingRecord.Bounced, noted), await KindAndTimeAsync());
        await Host.OneClickAsync(await Host.LinkAsync(Jan, "offers"));
        await Host.ReportAsync(Soft(Jan));
        Assert.Equal((MarketingRecord.Unsubscribed, Host.Time.Is), await KindAndTimeAsync());

        Host.Time.Pass(TimeSpan.FromDays(1));
        await Host.ReportAsync(Soft(Jan));
        Assert.Equal((MarketingRecord.Bounced, Host.Time.Is), await KindAndTimeAsync());
    }

    private static string Soft(string address) => Reports.Bounce(Reports.Recipient(address, "delayed", "4.4.7"), NoLink);

    private static string Hard(string address) => Reports.Bounce(Reports.Recipient(address), NoLink);

    private static string SubjectOf(MarketingHost host, string address) => host.Keys.Addresses(Sample.Controller).AddressId(address);

    private static async Task<MarketingRecord?> NewestAsync(MarketingHost host, string address) =>
        await host.Records.LatestAsync(Sample.Site, SubjectOf(host, address), default);

    private async Task<(string Kind, DateTimeOffset At)> KindAndTimeAsync()
    {
        var newest = (await NewestAsync(Host, Jan))!;
        return (newest.Kind, newest.RecordedAt);
    }
}
