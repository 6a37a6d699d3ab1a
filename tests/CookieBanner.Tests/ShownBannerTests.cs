using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests;

/// <summary>What a receipt says was shown, shown again: of its declaration, its language and its layer, and true about what cannot be known.</summary>
public class ShownBannerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly RunningBanner.Held _held = new() { Current = Published() };

    [Fact]
    public async Task The_first_layer_has_the_words_that_the_script_has_in_the_receipts_language()
    {
        var page = await PageAsync($"lang=nl&layout=banner&build={Bundles.Build}&element=accept-all");
        var texts = RenderBanner.Of(_held.Current!, "nl").Texts[0];
        foreach (var name in (string[])["title", "refuse", "accept", "settings"]) Assert.Contains((string)texts[name]!, page, StringComparison.Ordinal);
        Assert.Contains("Daarnaast vraagt Wolhuis uw toestemming voor:", page, StringComparison.Ordinal);
        Assert.Contains("<b>Doel statistics</b>", page, StringComparison.Ordinal);
        foreach (var notAsked in (string[])["Doel newsletter", "Doel invoices"]) Assert.DoesNotContain(notAsked, page, StringComparison.Ordinal);
        Assert.Contains("Button used: Alles accepteren", page, StringComparison.Ordinal);

        Assert.Contains("In addition, Wolhuis asks your consent for:", await PageAsync("lang=en&layout=banner"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_settings_have_every_purpose_of_the_banner_with_what_is_kept()
    {
        var page = await PageAsync("lang=nl&layout=settings");
        Assert.Contains("<code>_stats*</code>", page, StringComparison.Ordinal);
        Assert.Contains("Waarvoor statistics", page, StringComparison.Ordinal);
        Assert.Contains("Doel necessary", page, StringComparison.Ordinal);
        Assert.Contains("Keuze opslaan", page, StringComparison.Ordinal);
        Assert.Equal(1, page.Split("type=\"checkbox\"").Length - 1);
    }

    [Fact]
    public async Task Another_build_and_none_are_not_passed_off_as_the_one_that_is_installed()
    {
        Assert.Contains($"names build {Bundles.Build} of the banner. That is the build that is installed here.", await PageAsync($"layout=banner&build={Bundles.Build}"), StringComparison.Ordinal);
        Assert.Contains($"names build 0123456789ab of the banner, and {Bundles.Build} is installed here.", await PageAsync("layout=banner&build=0123456789ab"), StringComparison.Ordinal);
        Assert.Contains("names no build of the banner", await PageAsync("layout=banner"), StringComparison.Ordinal);
        Assert.Contains("names no build of the banner", await PageAsync("layout=banner&build=%3Cscript%3E"), StringComparison.Ordinal);
        var elsewhere = await PageAsync("layout=site");
        Assert.Contains("was not made in a layer of the banner", elsewhere, StringComparison.Ordinal);
        Assert.Contains("Waarvoor newsletter", elsewhere, StringComparison.Ordinal);
        Assert.DoesNotContain("kz-a\"", elsewhere, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_runs_nothing_asks_nobody_and_may_stand_in_a_frame_of_its_own_origin_only()
    {
        _held.Current = Published(Declaration([Purpose("statistics", name: "<script>alert(1)</script>")], [Stores("statistics", "_stats*")]));
        await using var banner = await RunningBanner.StartAsync(_held);
        using var answer = await banner.Http.GetAsync($"/banner/wol/shown/{_held.Current!.Hash}?layout=banner", Cancel);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.EndsWith("frame-ancestors 'self'; sandbox", policy, StringComparison.Ordinal);
        var page = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        var style = page[(page.IndexOf("<style>", StringComparison.Ordinal) + 7)..page.IndexOf("</style>", StringComparison.Ordinal)];
        Assert.Equal(RenderShownBanner.Css, style);
    }

    [Fact]
    public async Task Who_looks_is_told_in_his_own_language()
    {
        await using var banner = await RunningBanner.StartAsync(_held);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/banner/wol/shown/{_held.Current!.Hash}?lang=en&layout=banner") { Headers = { { "Accept-Language", "nl-NL, en;q=0.5" } } };
        using var answer = await banner.Http.SendAsync(request, Cancel);
        var page = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("<html lang=\"nl\">", page, StringComparison.Ordinal);
        Assert.Contains("De banner zoals die werd getoond", page, StringComparison.Ordinal);
        Assert.Contains("<div lang=\"en\" dir=\"ltr\">", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/banner/wol/shown/0123", "unknown-declaration")]
    [InlineData("/banner/zijde/shown/0123", "unknown-site")]
    public async Task What_was_never_declared_was_never_shown(string path, string slug)
    {
        await using var banner = await RunningBanner.StartAsync(_held);
        using var answer = await banner.Http.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal($"urn:consent:problem:{slug}", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("type").GetString());
    }

    private async Task<string> PageAsync(string query)
    {
        await using var banner = await RunningBanner.StartAsync(_held);
        return await banner.Http.GetStringAsync(new Uri($"/banner/wol/shown/{_held.Current!.Hash}?{query}", UriKind.Relative), Cancel);
    }
}
