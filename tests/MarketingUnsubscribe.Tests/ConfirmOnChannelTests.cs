using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>An opt-in from a page to a topic on another channel is asked for by mail, which says by which channel, and is one to that channel alone.</summary>
public sealed class ConfirmOnChannelTests : ConfirmingTest
{
    [Fact]
    public async Task TheMailAndThePage_SayTheChannel_AndTheButtonConfirmsItAlone()
    {
        await Host.HearAsync(Sample.OnChannels(Channel.Email, Channel.Sms), version: 2);
        var answer = await Host.PostAsync($"/v1/sites/{Sample.Site}/marketing/subscriptions", new { address = Jan, topic = "newsletter", channel = "sms", language = "nl" });
        Assert.Equal(202, (int)answer.StatusCode);
        Assert.Contains("Nieuws uit de boomgaard, per sms", Mail.Taken[^1].Mail.Subject, StringComparison.Ordinal);

        var link = Mail.Taken[^1].Link;
        Assert.True((await Host.PageAsync(link)).Says("Nieuws uit de boomgaard, per sms"));
        await PressAsync(link);

        Assert.Equal(("opted-in", "no-basis"), (await Host.ReasonAsync(Jan, channel: "sms"), await Host.ReasonAsync(Jan)));
        var proof = (await RecordAsync())!.Topics["newsletter/sms"].Proof!;
        Assert.Equal(OptInProof.TextHashOf(Sample.Declaration().FindTopic("newsletter")!, "nl"), proof.TextHash);
    }
}
