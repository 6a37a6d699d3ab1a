using System.Net;
using System.Text.RegularExpressions;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The second step of a double opt-in: the page behind the link in the mail, and its button.</summary>
public sealed class ConfirmOptInTests : ConfirmingTest
{
    private const string Done = "U bent aangemeld";

    [Fact]
    public async Task ThePage_SaysWhatWillBeSentToWhom_AndFetchingItChangesNothing()
    {
        var link = await AskAsync();
        for (var i = 0; i < 3; i++)
        {
            using var head = new HttpRequestMessage(HttpMethod.Head, link);
            Assert.Equal(HttpStatusCode.OK, (await Host.Client.SendAsync(head)).StatusCode);
            var page = await Host.PageAsync(i == 0 ? link : link + "/confirm");
            foreach (var said in (string[])["Bevestig uw aanmelding voor ‘Nieuws uit de boomgaard’", "Elke maand een nieuwsbrief.", "De Boomgaard B.V.", "j…@e….com"])
                Assert.True(page.Says(said), said);
            Assert.DoesNotContain(Jan, page, StringComparison.OrdinalIgnoreCase);
            Assert.Single(Regex.Matches(page, "<button"));
        }
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task ThePage_IsKeptNowhereAndTellsNobody()
    {
        var answer = await Host.Client.GetAsync(await AskAsync());
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Contains("frame-ancestors 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.DoesNotMatch("(<script|(src|href|action)=\"(https?:)?//)", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task ThePress_Subscribes_WithTheProofOfBothSteps()
    {
        var link = await AskAsync();
        var asked = (await RecordAsync())!.Proof!;
        Host.Time.Pass(TimeSpan.FromHours(2));

        var done = await PressAsync(link);

        Assert.True(done.Says(Done) && done.Says("Vanaf nu sturen wij u ‘Nieuws uit de boomgaard’."));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        var record = (await RecordAsync())!;
        Assert.Equal(asked with { ConfirmedAt = Host.Time.Is }, record.Proof);
        Assert.Equal((Sample.Noon, "confirmed-subscribe"), (record.Proof!.RequestedAt!.Value, record.Action));
        Assert.Equal(Host.Time.Is, Assert.Single(await Host.Sent.WaitForAsync<MarketingSubscribed>(1)).ConfirmedAt);
    }

    [Fact]
    public async Task PressedAgain_ItSaysTheSame_AndNothingIsAdded()
    {
        var page = await Host.PageAsync(await AskAsync());
        await Host.PressAsync(page, "class=\"primary\"");
        var first = await RecordAsync();
        Host.Time.Pass(TimeSpan.FromHours(1));
        Assert.True((await Host.PressAsync(page, "class=\"primary\"")).Says(Done));
        Assert.Equal(first!.RecordedAt, (await RecordAsync())!.RecordedAt);
    }

    [Fact]
    public async Task ABlindPost_DoesNothingButShowThePage()
    {
        var (link, other) = (await AskAsync(), await AskAsync("piet@example.com"));
        var ofOther = ProofOn(await Host.PageAsync(other));
        foreach (var proof in (string[])["", "x", ofOther])
        {
            using var content = new FormUrlEncodedContent([new("proof", proof), new("List-Unsubscribe", "One-Click")]);
            var page = await (await Host.SendAsync(link + "/confirm", content)).Content.ReadAsStringAsync();
            Assert.True(page.Says("Ja, meld mij aan") && !page.Says(Done));
        }
        using var bare = new FormUrlEncodedContent([]);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await Host.SendAsync(link, bare)).StatusCode);
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AfterThePress_ALinkOnThePageStopsIt()
    {
        var link = await AskAsync();
        var done = await PressAsync(link);
        Host.Time.Pass(TimeSpan.FromMinutes(1));
        await Host.PressAsync(await Host.PageAsync(Regex.Match(done, "/u/[A-Za-z0-9_-]+").Value), "Meld mij af");
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        Assert.True((await Host.PageAsync(link)).Says("U hebt zich daarna afgemeld"));
    }

    [Fact]
    public async Task ALinkOfSevenDaysAgo_SaysToSubscribeAgain()
    {
        var link = await AskAsync();
        Host.Time.Pass(Confirmation.Lifetime);
        var page = await Host.PageAsync(link);
        Host.Time.Pass(TimeSpan.FromMilliseconds(1));
        using var late = new FormUrlEncodedContent([new("proof", ProofOn(page))]);
        foreach (var answer in (HttpResponseMessage[])[await Host.Client.GetAsync(link), await Host.SendAsync(link + "/confirm", late)])
        {
            Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
            var said = await answer.Content.ReadAsStringAsync();
            Assert.True(said.Says("Deze link is niet meer geldig") && said.Says("Doe dat dan opnieuw op de website"));
        }
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task EveryBadLink_GetsTheSamePage_WhichHelps()
    {
        var link = await AskAsync();
        var pages = new HashSet<string>();
        foreach (var path in (string[])[link[..^5], link + "AAAA", "/c/AAAA", "/c/", $"{link[..20]}/{link[20..]}", "/c/%22%3E%3Cscript%3E", "/c" + (await Host.LinkAsync(Jan))[2..]])
        {
            var answer = await Host.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            pages.Add(await answer.Content.ReadAsStringAsync());
        }
        using var proof = new FormUrlEncodedContent([new("proof", "x")]);
        pages.Add(await (await Host.SendAsync(link[..^5] + "/confirm", proof)).Content.ReadAsStringAsync());
        Assert.True(Assert.Single(pages).Says("Would you still like to subscribe? Do so once more on the website"));
    }

    [Fact]
    public async Task AText_ThatHasChangedSinceThePageWasFetched_IsShownBeforeItCounts()
    {
        var page = await Host.PageAsync(await AskAsync());
        var now = Sample.Declaration();
        await Host.HearAsync(now with { Topics = [.. now.Topics.Select(t => t with { Description = Sample.Text("Elke dag.", "Each day.") })] }, version: 2);
        var shown = await Host.PressAsync(page, "class=\"primary\"");
        Assert.True(shown.Says("Elke dag.") && shown.Says("Ja, meld mij aan"));
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
        Assert.True((await Host.PressAsync(shown, "class=\"primary\"")).Says(Done));
    }

    [Theory]
    [InlineData("nl-BE", "", "Elke week.")]
    [InlineData("nl-BE", "?language=fr", "Chaque semaine.")]
    [InlineData("fr-BE", "?language=de", "Chaque semaine.")]
    [InlineData("nl-BE", "?language=de", "Elke week.")]
    public async Task TheProof_IsOfTheTextThatThePageShows(string asked, string query, string shown)
    {
        Dictionary<string, string> texts = new() { ["fr-BE"] = "Chaque semaine.", ["nl-BE"] = "Elke week." };
        var declaration = Sample.Declaration();
        var topic = declaration.Topics[0] with { Description = new Texts(), Name = new Texts() };
        foreach (var (language, text) in texts) (topic.Description[language], topic.Name[language]) = (text, "La Lettre");
        await Host.HearAsync(declaration with { Languages = [.. texts.Keys], Topics = [topic] }, version: 2);
        await Host.PostAsync($"/v1/sites/{Sample.Site}/marketing/subscriptions", new { address = Jan, topic = topic.Id, language = asked });

        var page = await Host.PageAsync(Mail.Taken[^1].Link + query);
        Assert.Single(texts.Values, page.Says);
        Assert.True(page.Says(shown));
        await Host.PressAsync(page, "class=\"primary\"");

        var (spoken, proof) = (texts.Single(text => text.Value == shown).Key, (await RecordAsync())!.Topics[topic.Id].Proof!);
        Assert.Equal((spoken, OptInProof.TextHashOf(topic, spoken)), (proof.Language, proof.TextHash));
        Assert.Contains($"<small><span lang=\"{spoken}\">{shown}", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnARetiredSite_NothingIsConfirmedAnyMore()
    {
        var link = await AskAsync();
        var page = await Host.PageAsync(link);
        await Host.HearAsync(Sample.Declaration() with { Retired = true }, version: 2);
        using var late = new FormUrlEncodedContent([new("proof", ProofOn(page))]);
        foreach (var answer in (HttpResponseMessage[])[await Host.Client.GetAsync(link), await Host.SendAsync(link + "/confirm", late)])
            Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
        Assert.Equal(MarketingRecord.Attempted, (await RecordAsync())!.Kind);
    }

    [Fact]
    public async Task ASiteThatChangedHands_OrATopicThatIsGone_IsNotConfirmed()
    {
        var link = await AskAsync();
        await Host.HearAsync(Sample.Declaration(controller: "another-ltd"), version: 2);
        Assert.Equal(HttpStatusCode.Gone, (await Host.Client.GetAsync(link)).StatusCode);
        await Host.HearAsync(Sample.Declaration(topics: ["offers"]), version: 3);
        Assert.Equal(HttpStatusCode.Gone, (await Host.Client.GetAsync(link)).StatusCode);
    }

    [Fact]
    public async Task AMailSentBeforeTheKeysWereSucceeded_IsStillConfirmed()
    {
        var link = await AskAsync();
        Host.Keys.Succeed("token");
        Host.Keys.Succeed($"address-{Sample.Controller}");
        Assert.True((await PressAsync(link)).Says(Done));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    private static string ProofOn(string page) => Regex.Match(page, "(?<=name=\"proof\" value=\")[^\"]+").Value;
}
