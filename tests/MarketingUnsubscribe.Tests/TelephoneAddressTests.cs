using Consent.Contracts;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A telephone number is an address on every channel but e-mail, one however it is written, and told to nobody.</summary>
public sealed class TelephoneAddressTests : HostedTest
{
    private const string Number = "+31612345678";
    private const string Base = "/v1/sites/orchard/marketing";

    [Fact]
    public void ANumber_IsHashedUnlikeAnythingElse()
    {
        var ring = Host.Keys.Addresses(Sample.Controller);
        Assert.NotEqual(ring.AddressId(Number), ring.AddressId("+31612345678@example.com"));
        Assert.True(SubjectId.IsAddress(ring.AddressId(Number)));
    }

    [Fact]
    public async Task HoweverItIsWritten_ItIsOneAddress_ByEveryCall_AndStandsInNoLog()
    {
        await Host.HearAsync(Sample.OnChannels(Channel.Email, Channel.Sms), version: 2);
        var answer = await Host.PostAsync(
            $"{Base}/subscriptions", new { address = "06 12345678", topic = "newsletter", channel = "sms", confirmedAt = Host.Time.Is }, Host.Token());
        Assert.Equal("subscribed", (await answer.JsonAsync()).GetProperty("status").GetString());
        foreach (var written in (string[])[Number, "0031 6 12345678", "(06) 1234 5678"]) Assert.Equal("opted-in", await Host.ReasonAsync(written, channel: "sms"));
        Assert.Equal("invalid-address", await Host.ReasonAsync(Number));
        Assert.Equal(Host.Keys.Addresses(Sample.Controller).AddressId(Number), Assert.Single(await Host.Sent.WaitForAsync<MarketingSubscribed>(1)).SubjectId);

        Assert.Equal([ImportedRows.Sums(rows: 1, recorded: 1)], await Host.ImportAsync(
            ImportedRows.Row("06-87654321", reference: "17").Replace("{", """{"channel":"sms",""", StringComparison.Ordinal)));
        Assert.Equal("opted-in", await Host.ReasonAsync("+31687654321", channel: "sms"));
        Assert.DoesNotContain("12345678", Host.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ItsLink_ShowsItMasked_AndEndsTheChannel()
    {
        await Host.HearAsync(Sample.OnChannels(Channel.Email, Channel.Sms), version: 2);
        var answer = await (await Host.PostAsync(
            $"{Base}/links", new { topic = "newsletter", channel = "sms", language = "nl", addresses = new[] { "06 12345678", "nonsense" } }, Host.Token())).JsonAsync();
        var (link, none) = (answer.GetProperty("links")[0], answer.GetProperty("links")[1]);
        Assert.False(link.TryGetProperty("headers", out _));
        Assert.Equal("invalid-address", none.GetProperty("reason").GetString());

        var page = await Host.PageAsync(new Uri(link.GetProperty("url").GetString()!).AbsolutePath);
        Assert.True(page.Says("+31 •• ••• ••78") && !page.Says("12345678"));
        Assert.True((await Host.PressAsync(page, "Meld mij af")).Says("U bent afgemeld"));
        Assert.Equal("suppressed", await Host.ReasonAsync(Number, channel: "sms"));
    }

    [Fact]
    public async Task ALinkThatAMailerMade_WithANumberInAnotherSpelling_EndsTheSameNumber()
    {
        await Host.HearAsync(Sample.OnChannels(Channel.Email, Channel.Sms), version: 2);
        var minter = new LinkMinter(Host.Tokens.KeyOf(Sample.Controller, Sample.Site), new Uri("https://opt-out.example"));
        var minted = minter.Mint("+310612345678", "newsletter", channel: "sms");
        Assert.Empty(minted.Headers);
        Assert.Equal(("newsletter/sms", Number), (Host.Tokens.Read(minted.Url.Split('/')[^1])!.Topic, Host.Tokens.Read(minted.Url.Split('/')[^1])!.Address));
        await Host.OneClickAsync(new Uri(minted.Url).AbsolutePath);
        Assert.Equal("suppressed", await Host.ReasonAsync(Number, channel: "sms"));

        Assert.Throws<ArgumentException>(() => minter.Mint(Number, "newsletter"));
        Assert.Throws<ArgumentException>(() => minter.Mint(Number, "newsletter", channel: "fax"));
        Assert.Throws<ArgumentException>(() => minter.Mint("06 12345678", "newsletter", channel: "sms"));
    }

    [Fact]
    public async Task FromAPage_ItCannotBeConfirmed_AndIsRefused()
    {
        await Host.HearAsync(Sample.OnChannels(Channel.Email, Channel.Sms), version: 2);
        var body = new { address = "06-87654321", topic = "newsletter", channel = "sms" };
        await (await Host.PostAsync($"{Base}/subscriptions", body)).AssertProblemAsync(401, "token-needed", secret: "87654321");
        await (await Host.PostAsync($"{Base}/subscriptions", new { body.address, body.topic })).AssertProblemAsync(422, "invalid-address", secret: "87654321");
    }

    [Fact]
    public async Task Erased_ItIsSuppressed()
    {
        await Host.HearAsync(Sample.OnChannels(Channel.Email, Channel.Sms), version: 2);
        Assert.True((await Host.PostAsync($"{Base}/erasures", new { address = "06 12345678" }, Host.Token())).IsSuccessStatusCode);
        Assert.Equal("erased", await Host.ReasonAsync(Number, channel: "sms"));
    }
}
