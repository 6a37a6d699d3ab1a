using System.Net.Http.Headers;
using System.Text.Json;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>What an auditor is shown here was noted by audit first; what marketing's own people are shown is noted nowhere.</summary>
public sealed class NoteLookTests : HostedTest
{
    private const string Jan = "jan@example.com";
    private const string Why = "He asks what we know of him.";
    private const string Marketing = $"/v1/sites/{Sample.Site}/marketing";

    [Fact]
    public async Task AnAddress_IsLookedUpForAnAuditor_WhenAuditHasNotedIt_WithHisTokenAndReason()
    {
        var token = Host.Token("audit");
        Assert.Equal(200, (int)(await AskAsync(token)).StatusCode);
        var (by, look) = Assert.Single(Host.Audit.Noted);
        Assert.Equal(($"Bearer {token}", Sample.Site, "address", Why), (by, TextIn(look, "site"), TextIn(look, "what"), TextIn(look, "reason")));
        Assert.Equal(Host.Keys.Addresses(Sample.Controller).AddressIds(Jan), look.GetProperty("subjects").EnumerateArray().Select(id => id.GetString()));
        Assert.DoesNotContain(Jan, look.GetRawText(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task AProof_IsShownToAnAuditor_WhenAuditHasNotedIt()
    {
        var record = await RecordAsync();
        Assert.Equal(200, (int)(await ShowAsync(record, Host.Token("privacy-officer"))).StatusCode);
        var (_, look) = Assert.Single(Host.Audit.Noted);
        Assert.Equal(("opt-in-proof", record), (TextIn(look, "what"), TextIn(look, "record")));
        Assert.Equal(Host.Keys.Addresses(Sample.Controller).AddressId(Jan), look.GetProperty("subjects")[0].GetString());
    }

    [Theory]
    [InlineData(401, 401, "token-over")]
    [InlineData(403, 403, "person-restricted")]
    [InlineData(404, 503, "audit-away")]
    [InlineData(500, 503, "audit-away")]
    public async Task WhatAuditDidNotNote_IsNotShown(int audits, int status, string slug)
    {
        var record = await RecordAsync();
        Host.Audit.Status = audits;
        await (await AskAsync(Host.Token("audit"))).AssertProblemAsync(status, slug, Jan);
        await (await ShowAsync(record, Host.Token("audit"))).AssertProblemAsync(status, slug, record);
    }

    [Fact]
    public async Task WhereAuditIsNotSet_MarketingsOwnPeopleAreAnswered_AndAuditorsAreNot()
    {
        var record = await RecordAsync();
        Host.Get<Microsoft.Extensions.Configuration.IConfiguration>()["Marketing:Audit"] = "";
        foreach (var scope in (string[])["audit", "privacy-officer"])
        {
            await (await AskAsync(Host.Token(scope))).AssertProblemAsync(503, "audit-unset", Jan);
            await (await ShowAsync(record, Host.Token(scope))).AssertProblemAsync(503, "audit-unset");
        }

        Assert.Equal(200, (int)(await AskAsync(Host.Token())).StatusCode);
        Assert.Equal(200, (int)(await ShowAsync(record, Host.Token())).StatusCode);
        Assert.Empty(Host.Audit.Noted);
    }

    [Fact]
    public async Task WhatIsNotShown_IsNotNoted()
    {
        await (await ShowAsync("x", Host.Token("audit"))).AssertProblemAsync(404, "unknown-record");
        await (await Host.PostAsync($"{Marketing}/subjects", new { address = Jan }, Host.Token("audit"))).AssertProblemAsync(403, "reason-required");
        await (await AskAsync(Host.Token("audit", "somebody-else"))).AssertProblemAsync(404, "unknown-site");
        Assert.Empty(Host.Audit.Noted);
    }

    private async Task<string> RecordAsync()
    {
        (await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is)).EnsureSuccessStatusCode();
        return (await Host.Records.LatestAsync(Sample.Site, Host.Keys.Addresses(Sample.Controller).AddressId(Jan), default))!.Topics["newsletter"].By!;
    }

    private Task<HttpResponseMessage> AskAsync(string token) => Host.PostAsync($"{Marketing}/subjects", new { address = Jan, reason = Why }, token);

    private async Task<HttpResponseMessage> ShowAsync(string id, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Marketing}/records/{id}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await Host.Client.SendAsync(request);
    }

    private static string TextIn(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
