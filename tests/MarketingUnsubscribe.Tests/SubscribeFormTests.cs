using System.Net;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The form with which people subscribe, from its page to the mail and back.</summary>
public sealed class SubscribeFormTests : ConfirmingTest
{
    private const string Form = "/s/orchard/newsletter";

    [Fact]
    public async Task ThePage_ShowsWhatWillBeSentAndByWhom_RunsNoScript_AndMayStandOnTheSitesOwnPages()
    {
        using var answer = await Host.Client.GetAsync($"{Form}?language=en");
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal((HttpStatusCode.OK, "text/html; charset=utf-8"), (answer.StatusCode, answer.Content.Headers.ContentType?.ToString()));
        foreach (var words in (string[])["Subscribe to “News from the orchard”", "A newsletter each month.", "De Boomgaard B.V.", "Your e-mail address"]) Assert.True(page.Says(words), words);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.EndsWith($"; frame-ancestors {Sample.Origin}", policy, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Empty(Mail.Taken);
    }

    [Fact]
    public async Task WhoFillsItIn_IsAskedByMail_AndSubscribedByItsButton_OnTheTextThatTheFormShowed()
    {
        using var answer = await FillAsync(Jan, "en");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True((await answer.Content.ReadAsStringAsync()).Says("If this address is yours"));
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
        var asked = (await RecordAsync())!.Proof!;
        Assert.Equal(("form", "en", OptInProof.TextHashOf(Sample.Declaration().FindTopic("newsletter")!, "en")), (asked.Source, asked.Language, asked.TextHash));

        Assert.Contains("News from the orchard", Assert.Single(Mail.Taken).Mail.Subject, StringComparison.Ordinal);
        Assert.True((await PressAsync(Mail.Taken[0].Link)).Says("You are subscribed"));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        Assert.Equal("form", (await RecordAsync())!.Proof!.Source);
    }

    [Fact]
    public async Task TheAnswer_IsTheSamePageForAnUnknownASubscribedAndASuppressedAddress_AndForAMailboxThatThereIsNot()
    {
        await PressAsync(await AskAsync("known@example.com"));
        await Host.OneClickAsync(await Host.LinkAsync("suppressed@example.com"));
        var answers = new HashSet<string>();
        foreach (var name in (string[])["unknown", "known", "suppressed", "nobody"])
        {
            Mail.ToRecipients = name == "nobody" ? SmtpServer.Protocol.SmtpResponse.MailboxUnavailable : null;
            using var answer = await FillAsync($"{name}@example.com");
            answers.Add($"{answer.StatusCode} {string.Join(' ', answer.Headers.Select(h => h.Key).Order(StringComparer.Ordinal))} {await answer.Content.ReadAsStringAsync()}");
        }
        Assert.StartsWith("OK", Assert.Single(answers), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("jan")]
    [InlineData("jan@example.com\r\nBcc: piet@example.com")]
    [InlineData("\"><script>alert(1)</script>@example.com")]
    public async Task WhatIsNoAddress_IsToldOnThePage_WithTheFieldMarked_AndNothingIsSent(string typed)
    {
        using var answer = await FillAsync(typed, "en");
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("aria-invalid=\"true\" aria-describedby=\"address-mistake\"", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"#address\">Type an e-mail address", page, StringComparison.Ordinal);
        Assert.Contains("<title>Something is not right yet: ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Mail.Taken);
    }

    [Fact]
    public async Task WithTheMailServerAway_ThePageSaysSo_KeepsWhatWasTyped_AndStoresNothing()
    {
        await Mail.StopAsync();
        using var answer = await FillAsync(Jan, "en");
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, (TimeSpan?)TimeSpan.FromMinutes(1)), (answer.StatusCode, answer.Headers.RetryAfter?.Delta));
        Assert.True(page.Says("nothing was recorded") && page.Says("value=\"jan@example.com\""));
        Assert.Null(await RecordAsync());
        Assert.DoesNotContain(Jan, Host.Log.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Sample.Origin, 200)]
    [InlineData("https://opt-out.example", 200)]
    [InlineData("null", 200)]
    [InlineData("https://evil.example", 403)]
    public async Task AFormOnAForeignPage_IsRefused(string origin, int status)
    {
        using var content = Filled(Jan, "nl");
        using var answer = await Host.SendAsync(Form, content, origin: origin);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 200 ? 1 : 0, Mail.Taken.Count);
    }

    [Fact]
    public async Task WhereThereIsNothingToSubscribeTo_APageSaysSo()
    {
        foreach (var path in (string[])["/s/orchard/nothing", "/s/nowhere/newsletter", "/s/orchard/newsletter%2Fsms"])
        {
            using var answer = await Host.Client.GetAsync($"{path}?language=en");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.True((await answer.Content.ReadAsStringAsync()).Says("There is nothing to subscribe to here"), path);
        }
        await Host.HearAsync(Sample.Declaration() with { Retired = true }, version: 2);
        using var retired = await FillAsync(Jan);
        Assert.Equal(HttpStatusCode.Gone, retired.StatusCode);
        Assert.Empty(Mail.Taken);
    }

    [Fact]
    public async Task ATopicThatIsNotSentByMail_HasNoForm()
    {
        var declaration = Sample.Declaration();
        await Host.HearAsync(declaration with { Topics = [.. declaration.Topics.Select(t => t with { Channels = [Channel.Sms] })] }, version: 2);
        using var answer = await Host.Client.GetAsync(Form);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task OnASiteForChildren_TheAgeIsAskedFor()
    {
        await Host.HearAsync(Sample.Declaration() with { Children = new Children(new Dictionary<string, int> { ["NL"] = 16 }) }, version: 2);
        using var without = await FillAsync(Jan, "en");
        var page = await without.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, without.StatusCode);
        Assert.Contains("aria-invalid=\"true\" aria-describedby=\"of-age-mistake\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("address-mistake", page, StringComparison.Ordinal);
        Assert.Empty(Mail.Taken);

        using var with = await FillAsync(Jan, "en", ("of-age", "yes"));
        Assert.Equal(HttpStatusCode.OK, with.StatusCode);
        Assert.True((await RecordAsync())!.Proof!.OfAge);
    }

    [Fact]
    public async Task AFormOverTheLimit_Is413() => await (await FillAsync(new string('x', 20_000))).AssertProblemAsync(413, "body-too-large");

    private async Task<HttpResponseMessage> FillAsync(string address, string language = "nl", params (string Name, string Value)[] more)
    {
        using var content = Filled(address, language, more);
        return await Host.SendAsync(Form, content);
    }

    private static FormUrlEncodedContent Filled(string address, string language, params (string Name, string Value)[] more)
    {
        List<KeyValuePair<string, string>> fields = [new("address", address), new("language", language), .. more.Select(field => KeyValuePair.Create(field.Name, field.Value))];
        return new FormUrlEncodedContent(fields);
    }
}

/// <summary>The time of the answer tells no more than its words.</summary>
public sealed class SubscribeFormInEqualTimeTests : ConfirmingTest
{
    /// <summary>A timer may go off some milliseconds early.</summary>
    private static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(400);

    protected override string AnswerAfter => (Floor + TimeSpan.FromMilliseconds(20)).ToString();

    [Fact]
    public async Task EveryAddress_IsAnsweredAtTheSameMoment()
    {
        foreach (var address in (string[])[Jan, Jan, "piet@example.com"])
        {
            var began = TimeProvider.System.GetTimestamp();
            using var content = new FormUrlEncodedContent([new("address", address)]);
            Assert.Equal(HttpStatusCode.OK, (await Host.SendAsync("/s/orchard/newsletter", content)).StatusCode);
            Assert.InRange(TimeProvider.System.GetElapsedTime(began), Floor, TimeSpan.FromMinutes(1));
        }
        Assert.Equal(2, Mail.Taken.Count);
    }
}

/// <summary>Where no mail can be sent.</summary>
public sealed class SubscribeFormWithoutMailTests : HostedTest
{
    [Fact]
    public async Task NothingIsPromised_AndNothingStored()
    {
        using var content = new FormUrlEncodedContent([new("address", "jan@example.com")]);
        using var answer = await Host.SendAsync("/s/orchard/newsletter", content);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Null(await Host.Records.LatestAsync(Sample.Site, Host.Keys.Addresses(Sample.Controller).AddressId("jan@example.com"), default));
    }
}
