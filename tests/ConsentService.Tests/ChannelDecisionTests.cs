using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>Topics on channels are decided, asked about and told of like topics, under ids with a slash.</summary>
public sealed class ChannelDecisionTests
{
    private static readonly Declaration Declared = TestSite.Declaration() with
    {
        Topics = [SampleDeclaration.Topic("news", "newsletter") with { Channels = [Channel.Email, Channel.Sms] }],
    };

    private static readonly string Subject = $"a1-{new string('0', 64)}";

    [Fact]
    public async Task ATopicOnAChannel_IsDecidedByItself_AndHoldsUntilDecidedAgain()
    {
        await using var consent = await MovedConsent.StartAsync(Declared);

        var receipt = await consent.DecidedAsync(Choice(Declared, ("news/sms", true), ("news", false)));
        Assert.Equal((Decision.Given, null), (receipt.Purposes["news/sms"].Status, receipt.Purposes["news/sms"].ValidUntil));
        Assert.Equal(("refused", "given"), (await consent.StatusAsync("news"), await consent.StatusAsync("news/sms")));

        await consent.DecidedAsync(Choice(Declared, ("newsletter", false)));
        Assert.Equal("refused", await consent.StatusAsync("news/sms"));
    }

    [Fact]
    public async Task AChannelThatTheTopicDoesNotHave_IsNotGranted_AndANoToItGoesThrough()
    {
        await using var consent = await MovedConsent.StartAsync(Declared);
        await ProblemOf.IsAsync(await consent.DecideAsync(Choice(Declared, ("news/phone", true))), 422, "unknown-purpose");
        foreach (var id in (string[])["news/fax", "newsletter/sms", "nothing/sms"])
            await ProblemOf.IsAsync(await consent.DecideAsync(Choice(Declared, (id, false))), 422, "unknown-purpose");
        await consent.DecidedAsync(Choice(Declared, ("news/phone", false)));

        var with = Declared with { Topics = [Declared.Topics[0] with { Channels = [Channel.Email, Channel.Phone] }] };
        await consent.PublishAsync(with);
        Assert.Equal("refused", await consent.StatusAsync("news/phone"));
        await ProblemOf.IsAsync(await consent.DecideAsync(Choice(with, ("news/sms", true))), 422, "unknown-purpose");
        Assert.Equal(Decision.Refused, (await consent.DecidedAsync(Choice(with, ("news/sms", false)))).Purposes["news/sms"].Status);
    }

    [Fact]
    public async Task WhatMarketingTellsOfAChannel_BecomesAReceipt_AndIsPermittedOnItsOwnAddress()
    {
        await using var consent = await MovedConsent.StartAsync(Declared);
        await consent.App.HearAsync("consent", new MarketingSubscribed(
            RandomId.New(), TestSite.Noon, "test-site", Subject, ["news/sms"], "confirmed-subscribe", "nl", PublishedDeclaration.HashOf(Declared), TestSite.Noon, TestSite.Noon));

        foreach (var path in (string[])["news/sms", "news%2Fsms"]) Assert.True(await IsPermittedAsync(path));
        Assert.False(await IsPermittedAsync("news"));
        await ProblemOf.IsAsync(await AskAsync("news/phone"), 404, "unknown-purpose");

        await consent.App.HearAsync("consent", new MarketingUnsubscribed(
            RandomId.New(), TestSite.Noon.AddHours(1), "test-site", Subject, ["news/sms"], "one-click-unsubscribe", "nl", TestSite.Noon.AddHours(1)));
        Assert.False(await IsPermittedAsync("news/sms"));

        async Task<bool> IsPermittedAsync(string path) => (bool)(await (await AskAsync(path)).Content.ReadFromJsonAsync<JsonObject>())!["permitted"]!;

        Task<HttpResponseMessage> AskAsync(string path) =>
            consent.App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/subjects/{Subject}/permits/{path}", token: consent.App.Token("admin"));
    }

    [Fact]
    public async Task OnALegitimateInterest_ATopicIsPermittedToWhomOptedIn_AndToNobodyElse()
    {
        var declared = Declared with { Topics = [SampleDeclaration.Topic("news", "showcase") with { Channels = [Channel.Email, Channel.Post] }] };
        await using var consent = await MovedConsent.StartAsync(declared);
        foreach (var id in (string[])["news", "news/post"]) Assert.Equal((false, "never-asked"), await PermitAsync(id));
        Assert.Equal((true, "not-needed"), await PermitAsync("showcase"));

        await consent.App.HearAsync("consent", new MarketingSubscribed(
            RandomId.New(), TestSite.Noon, "test-site", Subject, ["news"], "confirmed-subscribe", "nl", PublishedDeclaration.HashOf(declared), TestSite.Noon, TestSite.Noon));
        Assert.Equal((true, "given"), await PermitAsync("news"));
        Assert.Equal((false, "never-asked"), await PermitAsync("news/post"));

        await consent.App.HearAsync("consent", new MarketingUnsubscribed(
            RandomId.New(), TestSite.Noon.AddHours(1), "test-site", Subject, ["news"], "one-click-unsubscribe", "nl", TestSite.Noon.AddHours(1)));
        Assert.Equal((false, "objected"), await PermitAsync("news"));

        async Task<(bool Permitted, string Reason)> PermitAsync(string id)
        {
            var answer = await consent.App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/subjects/{Subject}/permits/{id}", token: consent.App.Token("admin"));
            var permit = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
            return ((bool)permit["permitted"]!, (string)permit["reason"]!);
        }
    }

    [Fact]
    public async Task AReceiptOfAChannel_HasItsDocuments()
    {
        await using var consent = await MovedConsent.StartAsync(Declared);
        var receipt = await consent.DecidedAsync(Choice(Declared, ("news/sms", true)));
        var document = await consent.App.SendAsync(
            HttpMethod.Get, $"/v1/sites/test-site/receipts/{receipt.Id}/document", headers: [("Consent-Subject", TestSite.Visitor), ("Accept", "application/json")]);
        Assert.True(document.IsSuccessStatusCode);
        Assert.Contains("news/sms", await document.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static object Choice(Declaration shown, params (string Id, bool Yes)[] purposes) =>
        new { subjectId = TestSite.Visitor, purposes = purposes.ToDictionary(p => p.Id, p => p.Yes), declaration = PublishedDeclaration.HashOf(shown) };
}
