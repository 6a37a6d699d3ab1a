using System.Net;
using Consent.Audit.Pages;
using Consent.Audit.Tests.Timelines;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Consent.Audit.Tests.Pages;

/// <summary>People sign in for the pages with the development issuer, in a browser that keeps its cookies.</summary>
public sealed class SignInTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("auditor", "tuinhuis", "auditor|audit|tuinhuis|")]
    [InlineData("privacy-officer", "", "privacy-officer|privacy-officer|*|")]
    [InlineData("operator", "", "operator|operator|*|")]
    public async Task WhoSignsIn_IsBackOnHisPage_AsHisTokenSays(string role, string controller, string who)
    {
        await using var audit = await AuditWithPages.StartAsync(_folder);
        using var browser = new SignInBrowser(audit.Address);

        Assert.Equal($"{AuditWithPages.Who}?x=1", await browser.SignInAsync($"{AuditWithPages.Who}?x=1", role, controller));

        Assert.StartsWith(who, await TextAsync(browser), StringComparison.Ordinal);
        using var persons = await browser.GetAsync("/audit/test/persons");
        Assert.Equal(role == "operator" ? HttpStatusCode.Forbidden : HttpStatusCode.OK, persons.StatusCode);
    }

    [Fact]
    public async Task TheSession_IsACookieThatNoScriptReads_AndOutlivesARestart()
    {
        SignInBrowser browser;
        await using (var audit = await AuditWithPages.StartAsync(_folder))
        {
            browser = new SignInBrowser(audit.Address);
            using var back = await browser.GetAsync((await browser.AskedBackAsync(AuditWithPages.Who, "auditor", "")).OriginalString);
            var session = back.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("consent-audit=", StringComparison.Ordinal));
            Assert.Contains("; path=/; samesite=lax; httponly", session, StringComparison.Ordinal);
            Assert.DoesNotContain("expires", session, StringComparison.Ordinal);
            Assert.Equal(["consent-audit"], browser.CookieNames);
        }

        await using var after = await AuditWithPages.StartAsync(_folder);
        using var same = new SignInBrowser(after.Address, browser.Cookies);
        Assert.StartsWith("auditor|", await TextAsync(same), StringComparison.Ordinal);
        browser.Dispose();
    }

    [Fact]
    public async Task TheCookie_OpensNoApi_AndABearerTokenNoPage()
    {
        await using var audit = await AuditWithPages.StartAsync(_folder);
        using var browser = new SignInBrowser(audit.Address);
        await browser.SignInAsync(AuditWithPages.Who);

        await ProblemOf.IsAsync(await browser.GetAsync("/v1/audit/receipts"), 401, "token-needed");
        await ProblemOf.IsAsync(await browser.PostAsync("/v1/audit/timeline"), 401, "token-needed");
        using var page = await audit.SendAsync(HttpMethod.Get, AuditWithPages.Who, audit.Token("admin"));
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
    }

    [Fact]
    public async Task TheSession_EndsHalfAnHourAfterTheLastPage_AndEightHoursAfterTheSignIn()
    {
        await using var audit = await AuditWithPages.StartAsync(_folder);
        using (var idle = new SignInBrowser(audit.Address))
        {
            await idle.SignInAsync(AuditWithPages.Who);
            audit.Clock.Pass(TimeSpan.FromMinutes(31));
            using var over = await idle.GetAsync(AuditWithPages.Who);
            Assert.Equal(HttpStatusCode.Redirect, over.StatusCode);
        }

        using var busy = new SignInBrowser(audit.Address);
        await busy.SignInAsync(AuditWithPages.Who);
        for (var minutes = 20; minutes < 480; minutes += 20)
        {
            audit.Clock.Pass(TimeSpan.FromMinutes(20));
            Assert.StartsWith("auditor|", await TextAsync(busy), StringComparison.Ordinal);
        }

        audit.Clock.Pass(TimeSpan.FromMinutes(20));
        using var ended = await busy.GetAsync(AuditWithPages.Who);
        Assert.Equal(HttpStatusCode.Redirect, ended.StatusCode);
    }

    [Fact]
    public async Task SigningOut_TakesTheFormOfAPage_AndEndsTheSession()
    {
        await using var audit = await AuditWithPages.StartAsync(_folder);
        using var browser = new SignInBrowser(audit.Address);
        await browser.SignInAsync(AuditWithPages.Who);
        var token = (await TextAsync(browser)).Split('|')[3];

        using (var forged = await browser.PostAsync("/audit/sign-out", ("form", "forged"))) Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.StartsWith("auditor|", await TextAsync(browser), StringComparison.Ordinal);

        using var signedOut = await browser.PostAsync("/audit/sign-out", ("form", token));
        Assert.Equal("/audit/signed-out", signedOut.Headers.Location?.OriginalString);
        using var again = await browser.GetAsync(AuditWithPages.Who);
        Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
        using var told = await browser.GetAsync("/audit/signed-out");
        Assert.Contains("You are signed out", await told.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SigningInAndOut_IsNotedInTheLogsOfTheControllersThatAreOpen_AndOfNoOther()
    {
        await using var audit = await AuditWithPages.StartAsync(_folder);
        await audit.HearDeclarationAsync();
        foreach (var (controller, noted) in ((string, string?)[])[(Samples.Controller, Samples.Controller), ("", Samples.Controller), ("nobody", null)])
        {
            using var browser = new SignInBrowser(audit.Address);
            await browser.SignInAsync(AuditWithPages.Who, controller: controller);
            using var signedOut = await browser.PostAsync("/audit/sign-out", ("form", (await TextAsync(browser)).Split('|')[3]));
            Assert.Equal(
                [("sign-in", "auditor", noted), ("sign-out", "auditor", noted)], (await audit.LooksAsync()).TakeLast(2).Select(l => (l.What, l.By, l.Controller)));
        }
    }

    [Fact]
    public async Task AFormThatIsSentTooLate_IsToldSo_AndNobodyIsSentAway()
    {
        await using var audit = await AuditWithPages.StartAsync(_folder);
        using var browser = new SignInBrowser(audit.Address);
        using var answer = await browser.PostAsync("/audit/test/ask");
        Assert.Equal((HttpStatusCode.Unauthorized, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task AnAnswerOfTheIssuer_IsGoodForTheBrowserThatAsked_AndOnce()
    {
        await using var audit = await AuditWithPages.StartAsync(_folder);
        using var browser = new SignInBrowser(audit.Address);
        using var other = new SignInBrowser(audit.Address);
        var back = (await browser.AskedBackAsync(AuditWithPages.Who, "auditor", "")).OriginalString;

        using (var stolen = await other.GetAsync(back)) Assert.Equal(HttpStatusCode.BadRequest, stolen.StatusCode);
        using (var own = await browser.GetAsync(back)) Assert.Equal(HttpStatusCode.Redirect, own.StatusCode);
        using (var again = await browser.GetAsync(back)) Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
        using (var made = await browser.GetAsync("/audit/signed-in?code=x&state=y")) Assert.Equal(HttpStatusCode.BadRequest, made.StatusCode);
        Assert.Empty(other.CookieNames);
    }

    [Fact]
    public async Task AnAddress_IsLookedUpWithTheTokenOfTheSession()
    {
        await using var marketing = await StandInMarketing.StartAsync();
        await using var audit = await AuditWithPages.StartAsync(_folder, ("Audit:Marketing", marketing.Url));
        await audit.HearDeclarationAsync();
        using var browser = new SignInBrowser(audit.Address);
        await browser.SignInAsync(AuditWithPages.Who);

        using var answer = await browser.PostAsync("/audit/test/ask");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Matches("^Bearer [A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$", marketing.Token);
    }

    [Fact]
    public async Task BehindAGateway_PeopleComeBackUnderItsName_AndTheCookiesAreForTlsAlone()
    {
        await using var audit = await AuditWithPages.StartAsync(_folder, ("PublicUrl", "https://consent.example"));
        using var asked = await audit.SendAsync(HttpMethod.Get, AuditWithPages.Who);

        Assert.Contains("redirect_uri=https%3A%2F%2Fconsent.example%2Faudit%2Fsigned-in&", asked.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Contains("code_challenge_method=S256", asked.Headers.Location.OriginalString, StringComparison.Ordinal);
        // So that no other host under the same domain can set one of these.
        Assert.Matches("^__Host-consent-audit-sign-in\\.[^;]+; .*path=/; secure; samesite=lax; httponly", asked.Headers.GetValues("Set-Cookie").Single());
        var session = audit.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(SignInSession.Scheme).Cookie;
        Assert.Equal(("__Host-consent-audit", Microsoft.AspNetCore.Http.CookieSecurePolicy.Always, "/"), (session.Name, session.SecurePolicy, session.Path));
    }

    private static async Task<string> TextAsync(SignInBrowser browser)
    {
        using var answer = await browser.GetAsync(AuditWithPages.Who);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }
}
