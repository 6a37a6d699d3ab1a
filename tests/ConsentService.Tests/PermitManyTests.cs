using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

public sealed class PermitManyTests
{
    [Fact]
    public async Task TenThousandSubjectsAndSeveralPurposes_AreAnsweredInOrder_AndOneMoreIsRefused()
    {
        await using var consent = await MovedConsent.StartAsync();
        var hash = PublishedDeclaration.HashOf(TestSite.Declaration());
        await consent.DecidedAsync(consent.Statistics(hash, true));
        string[] subjects = [.. Enumerable.Range(1, 9_999).Select(i => i.ToString("x32")), TestSite.Visitor];
        var token = consent.App.Token("consent", sites: ["test-site"]);

        var answer = await consent.App.SendAsync(HttpMethod.Post, "/v1/sites/test-site/permits", new { subjects, purposes = new[] { "statistics", "necessary" } }, token);
        var permits = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["permits"]!.AsArray();

        Assert.Equal(10_000, permits.Count);
        Assert.Equal("""{"statistics":{"permitted":false,"reason":"never-asked"},"necessary":{"permitted":true,"reason":"not-needed"}}""", permits[0]!.ToJsonString());
        Assert.Equal("""{"statistics":{"permitted":true,"reason":"given"},"necessary":{"permitted":true,"reason":"not-needed"}}""", permits[^1]!.ToJsonString());
        foreach (var (body, status, slug) in new (object, int, string)[]
        {
            (new { subjects = subjects.Append("00"), purposes = new[] { "statistics" } }, 422, "bad-range"),
            (new { subjects = new[] { "jan@example.com" }, purposes = new[] { "statistics" } }, 400, "subject-id"),
            (new { subjects = new[] { TestSite.Visitor }, purposes = new[] { "magic" } }, 422, "unknown-purpose"),
            (new { subjects = new[] { TestSite.Visitor }, purposes = Array.Empty<string>() }, 422, "bad-range"),
        })
        {
            await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Post, "/v1/sites/test-site/permits", body, token), status, slug);
        }

        Assert.Equal(401, (int)(await consent.App.SendAsync(HttpMethod.Post, "/v1/sites/test-site/permits", new { subjects, purposes = new[] { "statistics" } })).StatusCode);
    }
}
