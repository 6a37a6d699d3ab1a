using System.Net;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.Tests.Support;
using Consent.VerifiableLog;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Audit.Tests.Pages;

/// <summary>What holds for every page, and who sees which.</summary>
public sealed class PagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nl", "Uitloggen")]
    [InlineData("en", "Sign out")]
    public async Task EachPage_IsWholeWithoutScript_AsksNobodyElse_AndIsKeptNowhere(string language, string signOut)
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        foreach (var address in PagesUnderTest.Addresses)
        {
            using var answer = await pages.GetAsync($"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}lang={language}");
            var html = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{address}: {html}");
            Assert.Equal(("no-store", "no-referrer"), (answer.Headers.CacheControl!.ToString(), Assert.Single(answer.Headers.GetValues("Referrer-Policy"))));
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            foreach (var forbidden in (string[])["<script", " style=\"", "src=\"http", "href=\"http", " onclick"]) Assert.DoesNotContain(forbidden, html, StringComparison.OrdinalIgnoreCase);
            Assert.Equal((1, 1, 1), (Count(html, "<h1>"), Count(html, "<main "), Count(html, "class=\"skip\"")));
            Assert.Contains($"<html lang=\"{language}\">", html, StringComparison.Ordinal);
            Assert.Contains(signOut, html, StringComparison.Ordinal);
            // A title stays in the history of a browser.
            Assert.DoesNotContain(PagesUnderTest.Visitor, html[..html.IndexOf("</title>", StringComparison.Ordinal)], StringComparison.Ordinal);
        }

        // The language that was chosen is kept.
        Assert.Contains($"<html lang=\"{language}\">", await pages.TextAsync("/audit"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoHasNotSignedIn_IsSentToSignIn_AndTheCookieOpensNoApi()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        using var stranger = new SignInBrowser(pages.Audit.Address);
        foreach (var address in (string[])[.. PagesUnderTest.Addresses, "/audit/no/such/page", "/audit/receipts/first/evidence.zip"])
        {
            using var answer = await stranger.GetAsync(address);
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
            Assert.Contains("/authorize", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        }

        using var api = await pages.GetAsync("/v1/audit/trace/first");
        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
    }

    [Fact]
    public async Task AnotherControllersThings_AreAnsweredAsWhatIsNotThere()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder, controller: "bakkers");
        Assert.Equal(await NothingAsync(pages, "/audit/receipts/nowhere"), await NothingAsync(pages, "/audit/receipts/first"));
        Assert.Equal(await NothingAsync(pages, "/audit/receipts/nowhere/evidence.zip"), await NothingAsync(pages, "/audit/receipts/first/evidence.zip"));
        foreach (var page in (string[])["", "/deliveries", "/rates", "/difference?from=1&to=2"])
            Assert.Equal(await NothingAsync(pages, $"/audit/sites/nowhere{page}"), await NothingAsync(pages, $"/audit/sites/tuin{page}"));
        Assert.DoesNotContain("tuin", await pages.TextAsync("/audit"), StringComparison.Ordinal);
        Assert.DoesNotContain("/audit/receipts/first", await pages.TextAsync("/audit/receipts?site=tuin"), StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing is held", await pages.PostAsync("/audit/timeline", 404, ("site", "tuin"), ("subject", PagesUnderTest.Visitor)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOperator_SeesHowItRuns_AndNoPersons()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder, "operator", "");
        var home = await pages.TextAsync("/audit?lang=en");
        Assert.Contains("Checked now: in order", home, StringComparison.Ordinal);
        Assert.DoesNotContain("action=\"/audit/timeline\"", home, StringComparison.Ordinal);
        await pages.TextAsync("/audit/sites/tuin/deliveries");
        await pages.TextAsync("/audit/sites/tuin/rates");
        string[] ofPersons =
        [
            "/audit/receipts", "/audit/receipts.csv", "/audit/receipts/first", "/audit/receipts/first/trace.json", "/audit/receipts/first/evidence.zip", "/audit/receipts/first/banner", "/audit/access",
        ];
        foreach (var address in ofPersons)
            Assert.Contains("This page is not for your role", await pages.TextAsync(address, 403), StringComparison.Ordinal);
        await pages.PostAsync("/audit/timeline", 403, ("site", "tuin"), ("subject", PagesUnderTest.Visitor));
        await pages.PostAsync("/audit/in-force", 403, ("site", "tuin"), ("subject", PagesUnderTest.Visitor), ("purpose", "statistics"), ("at", "2026-06-03T13:00"));
    }

    [Fact]
    public async Task WhatSomebodyElseWrote_IsTextOnEveryPage()
    {
        const string Hostile = "<script>alert(1)</script>\" onclick=\"x \u202eevil";
        var declared = Samples.Declaration();
        var declaration = (declared.Declaration with
        {
            Controller = declared.Declaration.Controller with { Name = Hostile },
            Purposes = [.. declared.Declaration.Purposes.Select(p => p with { Name = SampleDeclaration.Text(Hostile), Description = SampleDeclaration.Text(Hostile) })],
        }).Published(Samples.Noon.AddDays(-30));
        await using var pages = await PagesUnderTest.StartAsync(_folder, declaration: declaration);
        await pages.Audit.HearAsync(Hostiled(declaration, Hostile));
        await pages.Audit.RoundAsync();

        string[] addresses =
        [
            "/audit/receipts", "/audit/receipts/hostile", "/audit/sites/tuin", $"/audit/sites/tuin/declarations/{declaration.Hash}", "/audit/sites/tuin/difference?from=1&to=2",
            "/audit/receipts?purpose=%3Cscript%3E", "/audit/sites/tuin/deliveries?campaign=%3Cscript%3E",
        ];
        foreach (var address in addresses)
        {
            using var answer = await pages.GetAsync(address);
            var html = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("\" onclick=", html, StringComparison.Ordinal);
            Assert.DoesNotContain("\u202e", html, StringComparison.Ordinal);
        }

        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", await pages.TextAsync("/audit/receipts/hostile"), StringComparison.Ordinal);

        static ConsentChanged Hostiled(PublishedDeclaration declaration, string hostile)
        {
            var choice = Samples.Choice("hostile");
            return choice with { Receipt = choice.Receipt with { Declaration = declaration.Hash, Action = hostile, Source = hostile, RecordedAt = Samples.Noon.AddHours(3) } };
        }
    }

    [Fact]
    public async Task AKeyThatHasEnded_StandsOnTheFirstPageWithItsEnd()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var keys = new NoteKeyFolder(_folder.File("data", "keys", "audit"), "log-tuinhuis");
        foreach (var algorithm in NoteKeyFolder.Algorithms) keys.Make(algorithm, 2, "localhost/log/tuinhuis");
        await pages.Audit.RoundAsync();
        var terms = KeyTerms.Of(pages.Audit.Services.GetRequiredService<CosignedLogs>().Shown(Samples.Controller)!);
        Assert.Equal(NoteKeyFolder.Algorithms.Count, terms.Count(term => term.Until is not null));

        var html = WebUtility.HtmlDecode(await pages.TextAsync("/audit?lang=en"));
        Assert.Equal(2 * NoteKeyFolder.Algorithms.Count, terms.Count);
        Assert.All(terms, term => Assert.Contains($"<code>{term}</code>", html, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnUnknownAddress_IsAPageToo()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        Assert.Contains("There is no such page", await pages.TextAsync("/audit/no/such/page?lang=en", 404), StringComparison.Ordinal);
        Assert.Contains("This search cannot be answered", await pages.TextAsync("/audit/receipts?from=yesterday", 400), StringComparison.Ordinal);
        Assert.Contains("These days cannot be answered", await pages.TextAsync("/audit/sites/tuin/rates?from=2020-01-01&until=2026-01-01", 400), StringComparison.Ordinal);
    }

    private static async Task<string> NothingAsync(PagesUnderTest pages, string path)
    {
        var html = PagesUnderTest.WithoutTokens(await pages.TextAsync(path, 404));
        // Its own address stands in the links to other languages.
        return html.Replace(WebUtility.HtmlEncode(path.Split('?')[0]), "", StringComparison.Ordinal).Replace(path.Split('?')[0], "", StringComparison.Ordinal);
    }

    private static int Count(string html, string part) => html.Split(part).Length - 1;
}
