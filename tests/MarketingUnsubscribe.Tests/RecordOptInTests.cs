using System.Net;
using System.Text;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class RecordOptInTests : HostedTest
{
    private const string Jan = "jan@example.com";
    private const string Route = "/v1/sites/orchard/marketing/subscriptions";

    [Fact]
    public async Task FromTheSite_WhereNoMailCanBeSent_ItIsRefused_AndNothingIsStored()
    {
        var answer = await Host.PostAsync(Route, new { address = Jan, topic = "newsletter" }, origin: Sample.Origin);
        await answer.AssertProblemAsync(503, "mail-needed", secret: Jan);
        Assert.Null(answer.Headers.RetryAfter);
        Assert.Null(await Host.Records.LatestAsync(Sample.Site, Host.Keys.Addresses(Sample.Controller).AddressId(Jan), default));
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task FromTheSite_InDevelopment_ItIsRecordedWithItsProof_AndPermitsNothing()
    {
        using var folder = new Folder();
        await using var host = await DevelopmentAsync(folder);
        var answer = await host.PostAsync(Route, new { address = Jan, topic = "newsletter", language = "en", source = "footer" }, origin: Sample.Origin);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(Sample.Origin, Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
        var record = await host.Records.LatestAsync(Sample.Site, host.Keys.Addresses(Sample.Controller).AddressId(Jan), default);
        var declaration = Sample.Declaration();
        Assert.Equal(new OptInProof
        {
            Declaration = PublishedDeclaration.HashOf(declaration),
            DeclarationVersion = 1,
            Meaning = Sample.Published(declaration).MeaningOf("newsletter"),
            Language = "en",
            TextHash = OptInProof.TextHashOf(declaration.FindTopic("newsletter")!, "en"),
            Source = "footer",
        }, record?.Proof);
        Assert.Equal(MarketingRecord.Unproven, record?.Kind);
        Assert.Equal(Sample.Noon, record?.RecordedAt);
        Assert.Equal("unproven", await host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task FromTheSite_InDevelopment_TheAnswerIsTheSameForAnUnknownAKnownAndASuppressedAddress()
    {
        using var folder = new Folder();
        await using var host = await DevelopmentAsync(folder);
        await host.OneClickAsync(await host.LinkAsync("suppressed@example.com"));
        await host.SubscribeAsync("known@example.com");
        var answers = new HashSet<string>();
        foreach (var name in (string[])["unknown", "known", "suppressed"])
        {
            var answer = await host.SubscribeAsync($"{name}@example.com");
            answers.Add($"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
        Assert.Equal("Accepted {\"status\":\"recorded\"}", Assert.Single(answers));
    }

    [Fact]
    public async Task WhatNobodyConfirmed_LiftsNoSuppression_AndIsToldToNobody()
    {
        using var folder = new Folder();
        await using var host = await DevelopmentAsync(folder);
        await host.OneClickAsync(await host.LinkAsync(Jan));
        host.Time.Pass(TimeSpan.FromDays(1));
        await host.SubscribeAsync(Jan);
        await host.SubscribeAsync("piet@example.com");
        Assert.Equal(("suppressed", "unproven"), (await host.ReasonAsync(Jan), await host.ReasonAsync("piet@example.com")));
        await host.SubscribeAsync("later@example.com", confirmedAt: host.Time.Is);
        var e = Assert.Single(await host.Sent.WaitForAsync<MarketingSubscribed>(1));
        Assert.Equal(
            (host.Keys.Addresses(Sample.Controller).AddressId("later@example.com"), PublishedDeclaration.HashOf(Sample.Declaration()), (DateTimeOffset?)null, "developer"),
            (e.SubjectId, e.Declaration, e.ConfirmedAt, e.StatedBy));
    }

    [Fact]
    public async Task ASuppression_YieldsToThePersonsOwnLaterConfirmation_ThenTheOldLinkWorksAgain()
    {
        var link = await Host.LinkAsync(Jan);
        await Host.OneClickAsync(link);
        Host.Time.Pass(TimeSpan.FromHours(1));
        var answer = await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
        await Host.ConfirmAsync(Jan);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        Assert.NotNull(Assert.Single(await Host.Sent.WaitForAsync<MarketingSubscribed>(1)).ConfirmedAt);
        await Host.OneClickAsync(link);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task ASuppression_SurvivesTheImportOfAnEarlierConfirmation()
    {
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Host.Time.Pass(TimeSpan.FromHours(1));
        var answer = await Host.SubscribeAsync(Jan, confirmedAt: Sample.Noon.AddDays(-30));
        Assert.Equal("suppressed", (await answer.JsonAsync()).GetProperty("status").GetString());
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AConfirmationWithoutAToken_IsRefused()
    {
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Host.Time.Pass(TimeSpan.FromHours(1));
        var body = new { address = Jan, topic = "newsletter", confirmedAt = Host.Time.Is };
        await (await Host.PostAsync(Route, body)).AssertProblemAsync(401, "token-needed");
        await (await Host.PostAsync(Route, body, Host.Token(scope: "audit"))).AssertProblemAsync(401, "token-needed");
        await (await Host.PostAsync(Route, body, Host.Token(controller: "another"))).AssertProblemAsync(404, "unknown-site");
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AConfirmationInTheFuture_IsRefused() =>
        await (await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is.AddHours(1))).AssertProblemAsync(422, "future-time");

    [Fact]
    public async Task AForeignOrigin_IsRefused()
    {
        var answer = await Host.PostAsync(Route, new { address = Jan, topic = "newsletter" }, origin: "https://evil.example");
        await answer.AssertProblemAsync(403, "foreign-origin");
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Theory]
    [InlineData("""{"address":"no address","topic":"newsletter"}""", 422, "invalid-address")]
    [InlineData("""{"address":"jan@example.com\r\nBcc: x@example.com","topic":"newsletter"}""", 422, "invalid-address")]
    [InlineData("""{"address":null,"topic":"newsletter"}""", 422, "invalid-address")]
    [InlineData("""{"topic":"newsletter"}""", 422, "invalid-address")]
    [InlineData("""{"address":"jan@example.com"}""", 422, "unknown-topic")]
    [InlineData("""{"address":"jan@example.com","topic":"marketing"}""", 422, "unknown-topic")]
    [InlineData("""{"address":"jan@example.com","topic":"<script>"}""", 422, "unknown-topic")]
    [InlineData("""{"address":"jan@example.com","topic":"newsletter","language":"de"}""", 422, "unknown-language")]
    [InlineData("""{"address":"jan@example.com","topic":"newsletter","source":"a\u0000b"}""", 422, "invalid-source")]
    [InlineData("""{"address":"jan@example.com","topic":"newsletter","source":"a note of a stranger"}""", 422, "invalid-source")]
    [InlineData("""{"address":"jan@example.com","topic":"newsletter","evidence":"sign-up log 7"}""", 401, "token-needed")]
    [InlineData("""{"address":"jan@example.com","topic":"newsletter","optedInAt":"2025-03-01T12:00:00Z"}""", 401, "token-needed")]
    [InlineData("""{"address":"jan@example.com","topic":"newsletter","parentalAuthorisation":{"method":"signed-form"}}""", 401, "token-needed")]
    [InlineData("""{"address":"jan@example.com","topic":"newsletter","confirmedAt":"yesterday"}""", 400, "malformed-body")]
    [InlineData("""{"address":["jan@example.com"],"topic":"newsletter"}""", 400, "malformed-body")]
    [InlineData("""{"address":"jan@example.com",""", 400, "malformed-body")]
    [InlineData("null", 400, "malformed-body")]
    [InlineData("", 400, "malformed-body")]
    public async Task BadInput_IsRefusedAndNothingIsStored(string body, int status, string slug)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        await (await Host.SendAsync(Route, content)).AssertProblemAsync(status, slug, secret: Jan);
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AnUnknownSite_Is404() => await (await Host.PostAsync(
        "/v1/sites/nowhere/marketing/subscriptions", new { address = Jan, topic = "newsletter" })).AssertProblemAsync(404, "unknown-site");

    [Fact]
    public async Task ABodyOverTheLimit_Is413() => await (await Host.PostAsync(
        Route, new { address = Jan, topic = "newsletter", source = new string('x', 5000) })).AssertProblemAsync(413, "body-too-large");

    private static Task<MarketingHost> DevelopmentAsync(Folder folder) =>
        MarketingHost.StartAsync(folder.Path, settings: new Dictionary<string, string?> { ["Mail:AllowUnconfirmed"] = "true" });
}
