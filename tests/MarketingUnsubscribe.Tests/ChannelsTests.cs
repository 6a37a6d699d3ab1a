using System.Net;
using Consent.Contracts;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A topic on a channel is opted in to, asked about and ended by itself, over every call and on the page.</summary>
public sealed class ChannelsTests : HostedTest
{
    private const string Jan = "jan@example.com";
    private const string Base = "/v1/sites/orchard/marketing";
    private const string Stop = "Meld mij af";
    private int _version = 1;

    [Fact]
    public async Task AnOptInOrOptOut_OfOneChannel_SaysNothingOfAnother()
    {
        await DeclareAsync();
        Assert.Equal("subscribed", await SubscribeAsync("sms"));
        Assert.Equal(("opted-in", "no-basis"), (await Host.ReasonAsync(Jan, channel: "sms"), await Host.ReasonAsync(Jan, channel: "email")));
        Assert.Equal(["newsletter/sms"], Assert.Single(await Host.Sent.WaitForAsync<MarketingSubscribed>(1)).Topics);

        await SubscribeAsync("email");
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Assert.Equal(("opted-in", "suppressed"), (await Host.ReasonAsync(Jan, channel: "sms"), await Host.ReasonAsync(Jan)));
        await Host.OneClickAsync(await Host.LinkAsync(Jan, channel: "sms"));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan, "newsletter/sms"));
        Assert.Equal(["newsletter", "newsletter/sms"], (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(2)).SelectMany(e => e.Topics));
    }

    [Theory]
    [InlineData("check", "phone")]
    [InlineData("check", "fax")]
    [InlineData("check", "")]
    [InlineData("links", "phone")]
    [InlineData("subscriptions", "phone")]
    public async Task AChannelThatTheTopicDoesNotHave_IsAProblem_WhichNamesThoseThatItHas(string route, string channel)
    {
        await DeclareAsync();
        var answer = await Host.PostAsync($"{Base}/{route}", new { topic = "newsletter", channel, address = Jan, addresses = new[] { Jan } }, Host.Token());
        Assert.Contains("email, sms, post", (await answer.JsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        await answer.AssertProblemAsync(422, "unknown-channel", secret: Jan);
        await (await Host.PostAsync($"{Base}/{route}", new { topic = "nothing", channel = "sms", address = Jan, addresses = new[] { Jan } }, Host.Token()))
            .AssertProblemAsync(422, "unknown-topic", secret: Jan);
    }

    [Fact]
    public async Task ATopicWithoutEmail_IsAskedAboutByItsChannel()
    {
        await DeclareAsync(Channel.Post);
        await (await Host.PostAsync($"{Base}/check", new { topic = "newsletter", addresses = new[] { Jan } }, Host.Token())).AssertProblemAsync(422, "unknown-channel");
        await (await Host.PostAsync($"{Base}/check", new { topic = "newsletter/post", channel = "email", addresses = new[] { Jan } }, Host.Token()))
            .AssertProblemAsync(422, "unknown-channel");
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan, channel: "post"));
    }

    [Fact]
    public async Task ARowOfAnImport_NamesItsChannel()
    {
        await DeclareAsync();
        var told = await Host.ImportAsync(With("sms"), With("phone"), ImportedRows.Row(Jan, reference: "by-mail"));
        Assert.Equal(ImportedRows.Sums(rows: 3, recorded: 2, refused: 1), told[^1]);
        Assert.Contains("channel", told[0], StringComparison.Ordinal);
        Assert.Equal(
            ("opted-in", "opted-in", "no-basis"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, channel: "sms"), await Host.ReasonAsync(Jan, channel: "post")));

        static string With(string channel) => ImportedRows.Row(Jan).Replace("{", $$"""{"channel":"{{channel}}",""", StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnThePage_EachTopicCanBeStopped_OnEachOfItsChannels_AndEverythingIsAllOfThem()
    {
        await DeclareAsync();
        foreach (var channel in (string[])["email", "sms", "post"]) await SubscribeAsync(channel);
        var done = await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), Stop);
        Assert.True(done.Says("Nieuws uit de boomgaard, per e-mail"));
        foreach (var id in (string[])["newsletter/sms", "newsletter/post", "offers", "tips/post"]) Assert.Contains($"value=\"{id}\"", WebUtility.HtmlDecode(done), StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"newsletter\"", done, StringComparison.Ordinal);

        var more = await Host.PressAsync(done, "checkbox", "newsletter/sms");
        Assert.Equal(("suppressed", "opted-in"), (await Host.ReasonAsync(Jan, channel: "sms"), await Host.ReasonAsync(Jan, channel: "post")));
        Assert.True((await Host.PressAsync(more, "name=\"everything\"")).Says("U krijgt geen nieuws of reclame meer"));
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan, channel: "post"));
    }

    [Fact]
    public async Task ALinkOfAChannel_EndsThatOne_AndItsPageSaysWhich_AndItCanBeTakenBack()
    {
        await DeclareAsync();
        await SubscribeAsync("sms");
        await SubscribeAsync("email");
        var ask = await Host.PageAsync(await Host.LinkAsync(Jan, channel: "sms"));
        Assert.True(ask.Says("Nieuws uit de boomgaard, per sms"));
        var done = await Host.PressAsync(ask, Stop);
        Assert.Equal(("suppressed", "opted-in"), (await Host.ReasonAsync(Jan, channel: "sms"), await Host.ReasonAsync(Jan)));
        await Host.PressAsync(done, "Maak ongedaan");
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan, channel: "sms"));
        Assert.Equal(["newsletter/sms"], Assert.Single(await Host.Sent.WaitForAsync<MarketingUnsubscribeUndone>(1)).Topics);
    }

    [Fact]
    public async Task ALinkOfAChannelThatIsNoLongerDeclared_IsHonouredAllTheSame()
    {
        await DeclareAsync();
        var link = await Host.LinkAsync(Jan, channel: "sms");
        await Host.HearAsync(Sample.Declaration(), ++_version);
        Assert.True((await Host.PressAsync(await Host.PageAsync(link), Stop)).Says("U bent afgemeld"));
        await DeclareAsync(Channel.Email, Channel.Sms);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan, channel: "sms"));
    }

    [Fact]
    public async Task ThePage_SaysTheChannel_InEachLanguage()
    {
        await DeclareAsync();
        var link = await Host.LinkAsync(Jan, channel: "sms");
        await Host.HearAsync(
            Sample.OnChannels(Channel.Sms) with { Topics = [.. Sample.OnChannels(Channel.Sms).Topics.Select(t => t with { Name = InEachLanguage() })] }, ++_version);
        var page = await Host.PageAsync(link);
        var languages = page.Split("hreflang=\"").Skip(1).Select(part => part.Split('"')[0]).Append("nl").ToList();
        Assert.Equal(24, languages.Count);
        var names = new List<string>();
        foreach (var language in languages)
        {
            var said = WebUtility.HtmlDecode(await Host.PageAsync($"{link}?language={language}"));
            names.Add(said.Split("Fresh, ")[1].Split('<')[0]);
        }
        Assert.All(names, name => Assert.True(name.Length > 3));
        Assert.Contains("by text message (SMS)", names[languages.IndexOf("en")], StringComparison.Ordinal);

        Texts InEachLanguage()
        {
            var texts = new Texts();
            foreach (var language in (string[])["bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv"])
                texts[language] = "Fresh";
            return texts;
        }
    }

    [Fact]
    public void MailThatComesBack_EndsWhatGoesByMail_AndNothingElse()
    {
        var link = new UnsubscribeLink(Sample.Controller, Sample.Site, MarketingRecord.Everything, Jan);
        var held = OptOutDecisions.OptOut(null, link with { Topic = "offers/sms" }, "a1", "x", "r1", Sample.Noon)!;
        held = held with { Topics = new Dictionary<string, TopicEntry>(held.Topics) { ["newsletter/sms"] = new(TopicStatus.Unproven, Sample.Noon, null, "r1") } };
        var bounced = BounceDecision.Bounce(held, link, "a1", hard: true, "5.1.1", "r2", Sample.Noon)!;
        Assert.Equal(TopicEntry.Bounced, MarketingDecisions.Standing(bounced.Topics, "newsletter")!.Cause);
        Assert.Equal(TopicStatus.Unproven, MarketingDecisions.Standing(bounced.Topics, "newsletter/sms")!.Status);
        Assert.Null(MarketingDecisions.Standing(bounced.Topics, "tips/post"));
        Assert.Null(BounceDecision.Bounce(bounced, link, "a1", hard: true, "5.1.1", "r3", Sample.Noon));
        var all = OptOutDecisions.OptOut(bounced, link, "a1", "x", "r4", Sample.Noon)!;
        Assert.Equal(TopicStatus.Suppressed, MarketingDecisions.Standing(all.Topics, "tips/post")!.Status);
    }

    private Task DeclareAsync(params Channel[] channels) => Host.HearAsync(Sample.OnChannels(channels.Length > 0 ? channels : [Channel.Email, Channel.Sms, Channel.Post]), ++_version);

    private async Task<string?> SubscribeAsync(string channel)
    {
        var answer = await Host.PostAsync($"{Base}/subscriptions", new { address = Jan, topic = "newsletter", channel, confirmedAt = Host.Time.Is }, Host.Token());
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.JsonAsync()).GetProperty("status").GetString();
    }
}
