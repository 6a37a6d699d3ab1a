using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>RFC 8058 as a mailbox provider meets it: through the gateway, with the service behind it.</summary>
[Collection(AsOne.Name)]
public sealed class OneClickTests(RunningAsOne running) : IDisposable
{
    private const string Home = "weefgoed";
    private readonly HttpClient _provider = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = running.Product.Gateway };
    private readonly Site _site = new(running.Product, Home);

    private Product Product => running.Product;

    public void Dispose() => _provider.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_post_url_encoded_or_multipart_opts_out_at_once_without_a_redirect_or_a_cookie_and_so_does_each_repeat(bool multipart)
    {
        var (before, (address, link)) = (await HeardAsync(), await SubscribedAsync());
        for (var time = 1; time <= 3; time++)
        {
            using var answer = await _provider.PostAsync(link, multipart ? Multipart() : UrlEncoded());
            Assert.Equal((HttpStatusCode.OK, "Unsubscribed."), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
            Assert.Null(answer.Headers.Location);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            Assert.True(answer.Headers.CacheControl?.NoStore);
            Assert.Equal((false, "suppressed"), await _site.MaySendAsync(address));
        }
        await HearsAsync(before + 1);
    }

    [Fact]
    public async Task No_cookie_sign_in_or_origin_is_looked_at()
    {
        var (before, (address, link)) = (await HeardAsync(), await SubscribedAsync());
        using var request = new HttpRequestMessage(HttpMethod.Post, link)
        {
            Content = UrlEncoded(),
            Headers = { { "Authorization", "Bearer nonsense" }, { "Cookie", "a=b" }, { "Origin", "https://elsewhere.example" } },
        };
        using var answer = await _provider.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((false, "suppressed"), await _site.MaySendAsync(address));
        await HearsAsync(before + 1);
    }

    [Fact]
    public async Task GET_HEAD_a_prefetch_and_any_other_post_change_nothing_and_show_the_page()
    {
        var (address, link) = await SubscribedAsync();
        foreach (var path in (string[])[link, link + "?List-Unsubscribe=One-Click", link + "/confirm"])
        {
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
            {
                using var request = new HttpRequestMessage(method, path) { Headers = { { "Sec-Purpose", "prefetch" } } };
                using var answer = await _provider.SendAsync(request);
                Assert.Equal((HttpStatusCode.OK, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
                Assert.Equal(method == HttpMethod.Head, (await answer.Content.ReadAsByteArrayAsync()).Length == 0);
            }
        }
        using var empty = new FormUrlEncodedContent([]);
        using var posted = await _provider.PostAsync(link, empty);
        Assert.Equal((HttpStatusCode.OK, "text/html"), (posted.StatusCode, posted.Content.Headers.ContentType?.MediaType));
        Assert.Equal((true, "opted-in"), await _site.MaySendAsync(address));
    }

    [Fact]
    public async Task A_link_that_was_torn_by_a_slash_is_answered_as_one_that_was_cut()
    {
        var link = await _site.LinkAsync(Product.Secrets.Address());
        foreach (var bad in (string[])[link[..^5], $"{link[..20]}/{link[20..]}"])
        {
            using var answer = await _provider.PostAsync(bad, UrlEncoded());
            await ProblemOf.IsAsync(answer, 404, "unknown-link");
        }
    }

    [Fact]
    public async Task A_thousand_from_one_address_are_all_200()
    {
        var before = await HeardAsync();
        // Not among the secrets: what they are searched in is long.
        var links = await MintAsync([.. Enumerable.Range(0, 100).Select(i => $"one-click-{i}@example.org")]);
        var answers = new HttpStatusCode[1000];
        await Parallel.ForAsync(0, answers.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancel) =>
        {
            using var answer = await _provider.PostAsync(links[i % links.Length], UrlEncoded(), cancel);
            answers[i] = answer.StatusCode;
        });
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer));
        await HearsAsync(before + links.Length);
    }

    private static FormUrlEncodedContent UrlEncoded() => new([new("List-Unsubscribe", "One-Click")]);

    private static MultipartFormDataContent Multipart() => new() { { new StringContent("One-Click"), "List-Unsubscribe" } };

    private async Task<int> HeardAsync() => (await _site.OptOutReceiptsAsync()).Count;

    /// <summary>Audit holds so many receipts of one-click opt-outs: other tests of this form count those that come after theirs.</summary>
    private Task HearsAsync(int receipts) =>
        Eventually.IsSoAsync($"audit holds {receipts} opt-outs", async () => await HeardAsync() >= receipts, TimeSpan.FromSeconds(120));

    private async Task<(string Address, string Link)> SubscribedAsync()
    {
        var address = Product.Secrets.Address();
        await _site.SubscribeAsync(address);
        await Eventually.IsSoAsync("who opted in may be mailed", async () => await _site.MaySendAsync(address) == (true, "opted-in"));
        return (address, await _site.LinkAsync(address));
    }

    private async Task<string[]> MintAsync(string[] addresses)
    {
        using var answer = await Product.Client("marketing").PostAsJsonAsync($"/v1/sites/{Home}/marketing/links", new { addresses, topic = await _site.TopicAsync() });
        answer.EnsureSuccessStatusCode();
        return [.. (await answer.Content.ReadFromJsonAsync<JsonObject>())!["links"]!.AsArray().Select(link => new Uri((string)link!["url"]!).AbsolutePath)];
    }
}
