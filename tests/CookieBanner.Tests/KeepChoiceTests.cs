using System.Net;
using System.Text;
using System.Text.Json;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests;

public class KeepChoiceTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly string Hash = new('a', 64);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Choice(string purposes = """{"statistics":["0123456789abcdef",1779624000000]}""", string more = "") => $$"""{"v":1,"d":"{{Hash}}","p":{{purposes}}{{more}}}""";

    private static string? CookieFor(string choice, string host = "wol.example", string origins = "https://wol.example") => KeepChoice.Cookie(
        JsonSerializer.Deserialize<JsonElement>(choice), Declaration() with { Origins = origins.Split(' ') }, host, Now);

    [Fact]
    public void It_is_the_choice_itself_and_ends_when_the_choice_does_counted_from_the_moment_of_choosing()
    {
        var cookie = CookieFor(Choice(more: $",\"id\":\"{new string('b', 32)}\",\"r\":3"))!;
        Assert.Equal(Choice(more: $",\"id\":\"{new string('b', 32)}\",\"r\":3"), Uri.UnescapeDataString(cookie.Split(';')[0]["consent-choice=".Length..]));
        Assert.EndsWith("; Path=/; Expires=Tue, 24 Nov 2026 12:00:00 GMT; SameSite=Lax; Secure", cookie, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("my.wol.example", "; Domain=wol.example")]
    [InlineData("", "; Domain=wol.example")]
    [InlineData("garen.example", "; Secure")]
    public void It_is_set_for_the_domain_that_the_hosts_of_the_site_share(string host, string end) => Assert.EndsWith(
        end, CookieFor(Choice(), host, "https://www.wol.example https://my.wol.example https://garen.example"), StringComparison.Ordinal);

    [Fact]
    public void A_clock_that_is_ahead_gains_no_longer_term() =>
        Assert.Contains("Expires=Tue, 24 Nov 2026", CookieFor(Choice("""{"statistics":[0,9999999999999]}""")), StringComparison.Ordinal);

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"v":2,"d":"","p":{}}""")]
    [InlineData("""{"v":1,"d":"x; Path=/evil","p":{}}""")]
    [InlineData("""{"v":1,"p":{}}""")]
    public void What_no_script_of_ours_has_written_is_kept_for_nobody(string choice) => Assert.Null(CookieFor(choice));

    [Theory]
    [InlineData("""{"statistics":["short",1779624000000]}""", "")]
    [InlineData("""{"statistics":[1,1779624000000]}""", "")]
    [InlineData("""{"statistics":[0,"then"]}""", "")]
    [InlineData("""{"statistics":[0]}""", "")]
    [InlineData("""{"unknown":[0,1779624000000]}""", "")]
    [InlineData("""{"statistics":[0,1579624000000]}""", "")]
    [InlineData("{}", "")]
    [InlineData("""{"statistics":[0,1779624000000]}""", ",\"id\":\"somebody@example.org\"")]
    [InlineData("""{"statistics":[0,1779624000000]}""", ",\"r\":\"x\"")]
    [InlineData("""{"statistics":[0,1779624000000]}""", ",\"more\":1")]
    public void Nor_a_choice_with_members_that_it_cannot_have_or_that_has_run_out(string purposes, string more) => Assert.Null(CookieFor(Choice(purposes, more)));

    [Fact]
    public async Task Over_HTTP_it_comes_as_a_header_and_another_site_s_page_and_other_bodies_are_refused()
    {
        await using var banner = await RunningBanner.StartAsync(new() { Current = Published() });
        var fresh = Choice($$"""{"statistics":[0,{{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}}]}""");
        Assert.Equal((HttpStatusCode.NoContent, true), await PostAsync(fresh));
        Assert.Equal((HttpStatusCode.NoContent, true), await PostAsync(fresh, from: "same-origin"));
        Assert.Equal((HttpStatusCode.Forbidden, false), await PostAsync(fresh, from: "cross-site"));
        Assert.Equal((HttpStatusCode.Forbidden, false), await PostAsync(fresh, from: "same-site"));
        Assert.Equal((HttpStatusCode.Forbidden, false), await PostAsync(fresh, type: "text/plain"));
        Assert.Equal((HttpStatusCode.BadRequest, false), await PostAsync("{"));
        Assert.Equal((HttpStatusCode.BadRequest, false), await PostAsync(new string(' ', 4000) + fresh));
        Assert.Equal((HttpStatusCode.NotFound, false), await PostAsync(fresh, site: "nowhere"));

        async Task<(HttpStatusCode, bool)> PostAsync(string body, string? from = null, string type = "application/json", string site = "wol")
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/banner/{site}/keep") { Content = new StringContent(body, Encoding.UTF8, type) };
            if (from is not null) request.Headers.Add("Sec-Fetch-Site", from);
            using var answer = await banner.Http.SendAsync(request, Cancel);
            return (answer.StatusCode, answer.Headers.Contains("Set-Cookie"));
        }
    }
}
