using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests;

public class ServeBannerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly RunningBanner.Held _held = new() { Current = Published() };

    [Fact]
    public async Task A_script_is_served_to_any_page_for_a_minute()
    {
        await using var banner = await RunningBanner.StartAsync(_held);
        using var answer = await banner.Http.GetAsync("/banner/wol.js", Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/javascript; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("public, max-age=60", answer.Headers.CacheControl?.ToString());
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["cross-origin"], answer.Headers.GetValues("Cross-Origin-Resource-Policy"));
        Assert.Equal(RenderBanner.Script(_held.Current!), await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task A_browser_that_takes_brotli_gets_the_same_script_under_a_tag_of_its_own()
    {
        await using var banner = await RunningBanner.StartAsync(_held);
        using var plain = await banner.Http.GetAsync("/banner/wol.js", Cancel);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/banner/wol.js") { Headers = { { "Accept-Encoding", "gzip, br" } } };
        using var compressed = await banner.Http.SendAsync(request, Cancel);
        Assert.Equal(["br"], compressed.Content.Headers.ContentEncoding);
        Assert.NotEqual(plain.Headers.ETag, compressed.Headers.ETag);
        await using var stream = new BrotliStream(await compressed.Content.ReadAsStreamAsync(Cancel), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        Assert.Equal(await plain.Content.ReadAsStringAsync(Cancel), await reader.ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task A_copy_that_is_still_right_is_not_sent_again()
    {
        await using var banner = await RunningBanner.StartAsync(_held);
        using var first = await banner.Http.GetAsync("/banner/wol.js", Cancel);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/banner/wol.js");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await banner.Http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task A_new_declaration_gives_a_new_script()
    {
        await using var banner = await RunningBanner.StartAsync(_held);
        using var first = await banner.Http.GetAsync("/banner/wol.js", Cancel);
        _held.Current = Published(Declaration(controller: "Breihuis"), version: 2);
        using var second = await banner.Http.GetAsync("/banner/wol.js", Cancel);
        Assert.NotEqual(first.Headers.ETag, second.Headers.ETag);
        Assert.Contains("Breihuis", await second.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guard_is_served_as_the_banner_is_and_follows_the_declaration()
    {
        await using var banner = await RunningBanner.StartAsync(_held);
        using var answer = await banner.Http.GetAsync("/banner/wol/guard.js", Cancel);
        Assert.Equal("text/javascript; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("public, max-age=60", answer.Headers.CacheControl?.ToString());
        foreach (var (header, value) in new[] { ("X-Content-Type-Options", "nosniff"), ("Cross-Origin-Resource-Policy", "cross-origin"), ("Access-Control-Allow-Origin", "*") })
            Assert.Equal([value], answer.Headers.GetValues(header));
        Assert.Equal(RenderGuard.Script(_held.Current!), await answer.Content.ReadAsStringAsync(Cancel));

        _held.Current = Published(Declaration() with { Origins = ["https://wol.example", "https://garen.example"] }, version: 2);
        Assert.Contains("garen.example", await banner.Http.GetStringAsync(new Uri("/banner/wol/guard.js", UriKind.Relative), Cancel), StringComparison.Ordinal);
        using var unknown = await banner.Http.GetAsync("/banner/zijde/guard.js", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task An_unknown_site_is_answered_with_problem_details()
    {
        await using var banner = await RunningBanner.StartAsync(_held);
        using var answer = await banner.Http.GetAsync("/banner/zijde.js", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("urn:consent:problem:unknown-site", problem.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("zijde.js", "zijde")]
    [InlineData("zijde/guard.js", "zijde")]
    [InlineData("%22);alert(1);(%22.js", ")alert(1)(")]
    public async Task A_page_whose_tag_names_no_site_is_told_so_in_its_console_and_in_nobodys_cache(string path, string name)
    {
        await using var banner = await RunningBanner.StartAsync(_held);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/banner/{path}") { Headers = { { "Sec-Fetch-Dest", "script" } } };
        using var answer = await banner.Http.SendAsync(request, Cancel);
        Assert.Equal((HttpStatusCode.OK, "text/javascript; charset=utf-8", "no-store"),
            (answer.StatusCode, answer.Content.Headers.ContentType?.ToString(), answer.Headers.CacheControl?.ToString()));
        var script = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Matches("^console\\.error\\(\"consent: there is no site '[A-Za-z0-9_. -]*' here: [^\"\\\\]*\"\\)$", script);
        Assert.Equal(name == "zijde", script.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_script_and_the_texts_of_an_ordinary_site_stay_under_7000_bytes_with_brotli()
    {
        await using var banner = await RunningBanner.StartAsync(_held);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/banner/wol.js") { Headers = { { "Accept-Encoding", "br" } } };
        using var answer = await banner.Http.SendAsync(request, Cancel);
        Assert.InRange((await answer.Content.ReadAsByteArrayAsync(Cancel)).Length, 1, 7000);
    }
}
