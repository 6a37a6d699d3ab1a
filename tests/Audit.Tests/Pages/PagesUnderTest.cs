using System.Net;
using System.Text.RegularExpressions;
using Consent.Audit.Tests.Timelines;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Pages;

/// <summary>The garden centre's auditor, signed in, before pages on one visitor who accepted statistics and took it back, and on two versions of a declaration.</summary>
internal sealed partial class PagesUnderTest : IAsyncDisposable
{
    public const string Visitor = "0123456789abcdef0123456789abcdef";
    private readonly SignInBrowser _browser;

    private PagesUnderTest(AuditWithPages audit) => (Audit, _browser) = (audit, new SignInBrowser(audit.Address));

    public AuditWithPages Audit { get; }

    /// <summary>Every address that a reader can open by itself.</summary>
    public static IReadOnlyList<string> Addresses { get; } =
    [
        "/audit", "/audit/receipts", "/audit/receipts?site=tuin&purpose=statistics&from=2026-06-01&until=2026-06-30&subscriber=newsletter", "/audit/receipts/first", "/audit/receipts/second",
        "/audit/sites/tuin", $"/audit/sites/tuin/declarations/{Samples.Declaration().Hash}", "/audit/sites/tuin/difference?from=1&to=2", "/audit/sites/tuin/deliveries",
        "/audit/sites/tuin/rates?from=2026-06-01&until=2026-06-30", "/audit/access",
    ];

    public static async Task<PagesUnderTest> StartAsync(
        TemporaryFolder folder, string role = "auditor", string controller = Samples.Controller, PublishedDeclaration? declaration = null, params (string Name, string Value)[] settings)
    {
        var pages = new PagesUnderTest(await AuditWithPages.StartAsync(folder, settings));
        await pages.Audit.HearAsync(Samples.Publication(declaration));
        await pages.Audit.HearAsync(Samples.Publication(Samples.Declaration(2, "Arnhem")));
        await pages.Audit.HearAsync(new SubscriberAnnounced("announced-1", "newsletter", [ConsentChanged.Kind], EveryVersion: false, Samples.Noon));
        await pages.Audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
        await pages.Audit.HearAsync(TimelineTests.Decided("second", 2, Samples.Noon.AddHours(2), Decision.Withdrawn));
        await pages.Audit.HearAsync(Samples.Applied("newsletter", 80, "first"));
        await pages.Audit.RoundAsync();
        await pages._browser.SignInAsync("/audit", role, controller);
        return pages;
    }

    /// <param name="site">As <see cref="SignInBrowser.GetAsync"/> sends it.</param>
    public Task<HttpResponseMessage> GetAsync(string path, string? site = null) => _browser.GetAsync(path, site);

    public async Task<string> TextAsync(string path, int status = 200)
    {
        using var answer = await _browser.GetAsync(path);
        return await ReadAsync(path, answer, status);
    }

    /// <summary>As the form of the first page sends it.</summary>
    public async Task<string> PostAsync(string path, int status, params (string Name, string Value)[] fields)
    {
        var token = Form().Match(await TextAsync("/audit?lang=en")).Groups[1].Value;
        using var answer = await _browser.PostAsync(path, [.. fields, ("form", WebUtility.HtmlDecode(token))]);
        return await ReadAsync(path, answer, status);
    }

    public Task<HttpResponseMessage> PostWithoutTokenAsync(string path, params (string Name, string Value)[] fields) => _browser.PostAsync(path, fields);

    /// <summary>What is the same whenever a page is made: without the tokens of its forms.</summary>
    public static string WithoutTokens(string html) => Form().Replace(html, "");

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await Audit.DisposeAsync();
    }

    private static async Task<string> ReadAsync(string path, HttpResponseMessage answer, int status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{path}: {(int)answer.StatusCode} {text}");
        return text;
    }

    [GeneratedRegex("name=\"form\" value=\"([^\"]+)\"")]
    private static partial Regex Form();
}
