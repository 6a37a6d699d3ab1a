using System.Net;
using System.Text;
using Consent.Tests.Support;

namespace Consent.Gateway.Tests;

/// <summary>A mailbox provider sends the one-click opt-outs of all its people from few addresses: no limit that others need keeps one out.</summary>
public sealed class OneClickLimitTests
{
    [Fact]
    public async Task A_thousand_from_one_address_all_reach_the_service()
    {
        await using var gateway = new GatewayUnderTest();
        await gateway.InitializeAsync();
        var answers = new HttpStatusCode[1000];
        await Parallel.ForAsync(0, answers.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => answers[i] = await OneClickAsync(gateway));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer));
    }

    [Fact]
    public async Task A_flood_of_what_is_pressed_on_pages_takes_nothing_from_them()
    {
        await using var gateway = new GatewayUnderTest { Settings = { ["Gateway:PublicPostsPerMinute"] = "12" } };
        await gateway.InitializeAsync();
        foreach (var path in (string[])["/u/abc/confirm", "/u/abc/undo", "/u/abc/torn", "/p/abc"])
        {
            var last = HttpStatusCode.OK;
            for (var i = 0; i < 20 && last == HttpStatusCode.OK; i++)
            {
                using var answer = await gateway.SendAsync("POST", path);
                last = answer.StatusCode;
            }
            Assert.Equal(HttpStatusCode.TooManyRequests, last);
        }
        for (var i = 0; i < 20; i++) Assert.Equal(HttpStatusCode.OK, await OneClickAsync(gateway));
    }

    [Fact]
    public async Task A_flood_of_them_is_429_with_the_time_to_wait()
    {
        await using var gateway = new GatewayUnderTest { Settings = { ["Gateway:OneClicksPerMinute"] = "12" } };
        await gateway.InitializeAsync();
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 8; i++) answers.Add(await gateway.SendAsync("POST", "/u/abc"));
        var refused = answers.First(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        await ProblemOf.IsAsync(refused, 429, "too-many-requests");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 10);
    }

    [Fact]
    public async Task None_has_a_body_of_more_than_32_KiB()
    {
        await using var gateway = new GatewayUnderTest();
        await gateway.InitializeAsync();
        using var answer = await gateway.SendAsync("POST", "/u/abc", body: new ByteArrayContent(new byte[32_769]));
        await ProblemOf.IsAsync(answer, 413, "body-too-large");
    }

    private static async Task<HttpStatusCode> OneClickAsync(GatewayUnderTest gateway)
    {
        using var body = new StringContent("List-Unsubscribe=One-Click", Encoding.ASCII, "application/x-www-form-urlencoded");
        using var answer = await gateway.SendAsync("POST", "/u/abc", body: body);
        return answer.StatusCode;
    }
}
