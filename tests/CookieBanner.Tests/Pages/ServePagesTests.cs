using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Consent.Contracts;
using Consent.CookieBanner.Pages;
using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Consent.CookieBanner.Tests.Pages.PageSamples;

namespace Consent.CookieBanner.Tests.Pages;

public sealed class ServePagesTests : IAsyncLifetime
{
    private readonly Held _held = new(Versions(Full()));
    private readonly RunningApp _app;

    public ServePagesTests() => _app = new RunningApp(
        builder =>
        {
            builder.Services.AddKeyedSingleton<IDeclarations>(CookieBannerSetup.Service, _held);
            builder.AddCounts();
        },
        app => app.MapCookieBanner());

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => _app.SendAsync(HttpMethod.Get, path, headers: headers);

    private Task<HttpResponseMessage> GetAsync(string path, string token) => _app.SendAsync(HttpMethod.Get, path, token: token);

    [Theory]
    [InlineData("cookies", "<h1>Cookies</h1>")]
    [InlineData("privacy", "<h1>Privacyverklaring</h1>")]
    public async Task A_page_is_served_to_anybody_for_a_minute_under_a_policy_that_admits_only_its_own_style(string name, string title)
    {
        using var answer = await GetAsync($"/pages/wol/{name}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("public, max-age=60", answer.Headers.CacheControl?.ToString());
        Assert.Equal(["nl"], answer.Content.Headers.ContentLanguage);
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
        Assert.Matches(
            @"^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$",
            answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Contains(title, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null, "nl")]
    [InlineData("", "en", "en")]
    [InlineData("", "en-GB,en;q=0.9", "en")]
    [InlineData("", "fr, de;q=0.9, en;q=0.5, nl;q=0.4", "en")]
    [InlineData("", "en;q=0, nl;q=0.1", "nl")]
    [InlineData("", "fr", "nl")]
    [InlineData("", "*;;;", "nl")]
    [InlineData("?lang=en", "nl", "en")]
    [InlineData("?lang=EN-us", null, "en")]
    [InlineData("?lang=fr", "en", "en")]
    [InlineData("?lang=%3Cscript%3E", null, "nl")]
    public async Task The_language_is_that_of_the_address_else_of_the_browser_else_the_first(string query, string? accepted, string language)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/pages/wol/cookies" + query);
        if (accepted is not null) request.Headers.TryAddWithoutValidation("Accept-Language", accepted);
        using var answer = await _app.Http.SendAsync(request);
        Assert.Equal([language], answer.Content.Headers.ContentLanguage);
        Assert.Contains($"<html lang=\"{language}\">", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("Accept-Language", answer.Headers.Vary);
    }

    [Fact]
    public async Task A_browser_that_takes_brotli_gets_the_same_page_under_a_tag_of_its_own()
    {
        using var plain = await GetAsync("/pages/wol/privacy");
        using var compressed = await GetAsync("/pages/wol/privacy", ("Accept-Encoding", "br"));
        Assert.Equal(["br"], compressed.Content.Headers.ContentEncoding);
        Assert.False(plain.Headers.ETag!.IsWeak);
        Assert.NotEqual(plain.Headers.ETag, compressed.Headers.ETag);
        await using var stream = new BrotliStream(await compressed.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        Assert.Equal(await plain.Content.ReadAsStringAsync(), await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task A_copy_that_is_still_right_is_not_sent_again_and_one_in_another_language_or_of_another_version_is()
    {
        using var first = await GetAsync("/pages/wol/privacy");
        var tag = first.Headers.ETag!.ToString();
        using var again = await GetAsync("/pages/wol/privacy", ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using var english = await GetAsync("/pages/wol/privacy?lang=en", ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.OK, english.StatusCode);
        _held.History = Versions(Full(), Full() with { EffectiveFrom = new DateOnly(2026, 2, 1) });
        using var changed = await GetAsync("/pages/wol/privacy", ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Fact]
    public async Task A_page_of_an_old_version_learns_of_the_new_one()
    {
        using var before = await GetAsync("/pages/wol/privacy?version=1");
        Assert.DoesNotContain("eerdere versie", await before.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        _held.History = Versions(Full(), Full() with { EffectiveFrom = new DateOnly(2026, 2, 1) });
        using var after = await GetAsync("/pages/wol/privacy?version=1");
        Assert.Contains("eerdere versie", await after.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cookies")]
    [InlineData("cookies.fragment.html")]
    [InlineData("cookies.json")]
    [InlineData("privacy")]
    public async Task An_unknown_site_and_an_unknown_version_have_stable_problems(string name)
    {
        using var site = await GetAsync($"/pages/zijde/{name}");
        await ProblemOf.IsAsync(site, 404, "unknown-site");
        foreach (var version in (string[])["2", "0", "-1", "x", "99999999999"])
        {
            using var answer = await GetAsync($"/pages/wol/{name}?version={version}");
            await ProblemOf.IsAsync(answer, 404, "unknown-declaration");
        }
    }

    [Fact]
    public async Task A_head_request_gets_the_headers_alone()
    {
        using var answer = await _app.SendAsync(HttpMethod.Head, "/pages/wol/privacy");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Content.Headers.ContentLength > 1000);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("cookies.fragment.html", "text/html; charset=utf-8")]
    [InlineData("cookies.json", "application/json; charset=utf-8")]
    public async Task The_table_can_be_read_by_the_sites_own_pages_and_by_no_others(string name, string type)
    {
        using var own = await GetAsync($"/pages/wol/{name}", ("Origin", "https://wol.example"));
        Assert.Equal(type, own.Content.Headers.ContentType?.ToString());
        Assert.Equal(["https://wol.example"], own.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Contains("Origin", own.Headers.Vary);
        using var other = await GetAsync($"/pages/wol/{name}", ("Origin", "https://evil.example"));
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
        using var page = await GetAsync("/pages/wol/cookies", ("Origin", "https://wol.example"));
        Assert.False(page.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_table_as_json_tells_names_kinds_setters_and_terms()
    {
        using var answer = await GetAsync("/pages/wol/cookies.json?lang=en");
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var cookie = json.GetProperty("purposes")[1].GetProperty("entries")[0];
        Assert.Equal("_stats*", cookie.GetProperty("name").GetString());
        Assert.Equal("P1Y2M", cookie.GetProperty("lifetime").GetString());
        Assert.Equal("1 year and 2 months", cookie.GetProperty("lifetimeInWords").GetString());
        Assert.Equal("Meter Inc.", cookie.GetProperty("setBy").GetString());
        Assert.True(json.GetProperty("purposes")[1].GetProperty("needsConsent").GetBoolean());
    }

    public static TheoryData<string> ForTheController => ["register", "register.csv", "register.json", "warnings"];

    [Theory]
    [MemberData(nameof(ForTheController))]
    public async Task G30_the_register_is_for_tokens_that_open_the_site(string name)
    {
        var path = $"/pages/wol/{name}";
        using (var nobody = await GetAsync(path)) await ProblemOf.IsAsync(nobody, 401, "token-needed");
        using (var marketing = await GetAsync(path, _app.Token("marketing", ["wolhuis"]))) await ProblemOf.IsAsync(marketing, 403, "scope-needed");
        using (var stranger = await GetAsync(path, _app.Token("consent", ["others"]))) await ProblemOf.IsAsync(stranger, 404, "unknown-site");
        using (var elsewhere = await GetAsync(path, _app.Token("consent", sites: ["zijde"]))) await ProblemOf.IsAsync(elsewhere, 404, "unknown-site");
        foreach (var token in (string[])[_app.Token("consent", ["wolhuis"]), _app.Token("consent", sites: ["wol"]), _app.Token("admin")])
        {
            using var answer = await GetAsync(path, token);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True(answer.Headers.CacheControl!.NoStore);
        }
    }

    [Fact]
    public async Task G30_the_csv_is_a_file_in_utf_8_with_a_head()
    {
        using var answer = await GetAsync("/pages/wol/register.csv?lang=en", _app.Token("consent", ["wolhuis"]));
        Assert.Equal("text/csv; charset=utf-8; header=present", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("register-wol-1.csv", answer.Content.Headers.ContentDisposition?.FileName);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal((byte[])[0xef, 0xbb, 0xbf], bytes[..3]);
        Assert.StartsWith("Website,Who is responsible,", System.Text.Encoding.UTF8.GetString(bytes[3..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task G30_the_json_has_the_same_activities()
    {
        using var answer = await GetAsync("/pages/wol/register.json", _app.Token("consent", ["wolhuis"]));
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(["necessary", "statistics", "letters"], json.GetProperty("activities").EnumerateArray().Select(a => a.GetProperty("id").GetString()));
        Assert.Equal("legitimate-interest", json.GetProperty("activities")[2].GetProperty("legalBasis").GetString());
    }

    [Fact]
    public async Task Warnings_are_told_with_those_of_how_the_version_came()
    {
        _held.History = Versions(Full(), Full() with { ConsentValidFor = new Term(2, 0, 0) });
        using var answer = await GetAsync("/pages/wol/warnings", _app.Token("consent", ["wolhuis"]));
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(2, json.GetProperty("version").GetInt32());
        var ids = json.GetProperty("warnings").EnumerateArray().Select(w => w.GetProperty("id").GetString()).ToList();
        Assert.Contains("silent-change", ids);
        Assert.Contains("consent-longer-than-a-year", ids);
        Assert.Equal("/consentValidFor", json.GetProperty("warnings").EnumerateArray().Single(w => w.GetProperty("id").GetString() == "consent-longer-than-a-year").GetProperty("at").GetString());
        Assert.Contains("data-protection-officer", json.GetProperty("notDeclared").EnumerateArray().Select(p => p.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task The_policy_admits_the_style_that_the_page_has_and_no_other()
    {
        using var answer = await GetAsync("/pages/wol/privacy");
        var html = await answer.Content.ReadAsStringAsync();
        var style = html.Split("<style>")[1].Split("</style>")[0];
        var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(style)));
        Assert.Contains($"'sha256-{hash}'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(2, html.Split("<style>").Length);
    }

    [Fact]
    public void The_pages_of_a_site_are_held_once_for_each_version_and_language()
    {
        var rendered = new RenderedPages();
        var times = 0;
        string Render(CookieBanner.Pages.Page page) => $"{++times} {page.Language}";
        var page = Page(Full());
        var first = rendered.Get(page, "x", "text/plain", Render);
        Assert.Same(first, rendered.Get(Page(Full()), "x", "text/plain", Render));
        Assert.NotSame(first, rendered.Get(Page(Full(), "en"), "x", "text/plain", Render));
        Assert.Equal(2, times);
    }
}
