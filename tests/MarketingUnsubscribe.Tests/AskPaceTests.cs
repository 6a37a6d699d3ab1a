using System.Net;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>How often an address is sent a mail, and noted, at the wish of whoever types it.</summary>
public sealed class AskPaceTests : ConfirmingTest
{
    [Fact]
    public async Task AnAddress_IsSentOneMailInTenMinutes_AndFiveADay_AndTheAnswerIsTheSame()
    {
        var answers = new HashSet<string>();
        for (var i = 0; i < 7; i++)
        {
            foreach (var topic in (string[])["newsletter", "offers"])
            {
                var answer = await Host.SubscribeAsync(Jan, topic);
                answers.Add($"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
            Assert.Equal(Math.Min(i + 1, MailPace.MostInADay), Mail.Taken.Count);
            Host.Time.Pass(MailPace.Between);
        }
        Assert.Single(answers);
        await AskAsync("piet@example.com");
        Host.Time.Pass(TimeSpan.FromDays(1));
        await AskAsync();
    }

    [Fact]
    public async Task SpellingsOfOneMailbox_AreSentOneMail()
    {
        await AskAsync();
        foreach (var spelling in (string[])["jan+1@example.com", "j.a.n@example.com", "Jan+Newsletter@Example.com"])
            Assert.Equal(HttpStatusCode.Accepted, (await Host.SubscribeAsync(spelling)).StatusCode);
        Assert.Single(Mail.Taken);
    }

    [Fact]
    public async Task WhoWantsNothingAnyMore_IsSentOneMailInAMonth()
    {
        await Host.PressAsync(await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), "Meld mij af"), "name=\"everything\"");
        Host.Time.Pass(TimeSpan.FromHours(1));
        await AskAsync();
        foreach (var topic in (string[])["newsletter", "offers"])
        {
            Host.Time.Pass(TimeSpan.FromDays(2));
            Assert.Equal(HttpStatusCode.Accepted, (await Host.SubscribeAsync(Jan, topic)).StatusCode);
        }
        Assert.Single(Mail.Taken);
        Host.Time.Pass(MayAsk.AfterANo - TimeSpan.FromDays(4));
        await AskAsync();
    }

    [Fact]
    public async Task AConfirmedAddress_IsSentNone_AndTheAnswerIsTheSame_UntilItOptsOut()
    {
        var first = await (await Host.SubscribeAsync(Jan)).Content.ReadAsStringAsync();
        await PressAsync(Mail.Taken[0].Link);
        Host.Time.Pass(TimeSpan.FromHours(1));
        var answer = await Host.SubscribeAsync(Jan);
        Assert.Equal((HttpStatusCode.Accepted, first), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Single(Mail.Taken);
        Assert.Equal(((string?)null, "opted-in"), ((await RecordAsync())!.Proof!.MailHash, await Host.ReasonAsync(Jan)));
        await AskAsync(topic: "offers");
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Host.Time.Pass(TimeSpan.FromHours(1));
        await AskAsync();
    }

    [Fact]
    public async Task WhatIsAskedForAgainAtOnce_IsNotNotedAgain()
    {
        await AskAsync();
        foreach (var topic in (string[])["newsletter", "offers", "newsletter"])
        {
            Host.Time.Pass(TimeSpan.FromMinutes(3));
            await Host.SubscribeAsync(Jan, topic);
            Assert.Equal(Sample.Noon, (await RecordAsync())!.RecordedAt);
        }
        Host.Time.Pass(TimeSpan.FromMinutes(3));
        await AskAsync();
        Assert.Equal(Host.Time.Is, (await RecordAsync())!.RecordedAt);
    }
}
