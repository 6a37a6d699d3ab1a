using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>Bad input, through the gateway: problem details with a stable type and the right status, and nothing stored.</summary>
[Collection(AsOne.Name)]
public sealed class BadInputTests(RunningAsOne running)
{
    private const string Home = "weefgoed";

    private Product Product => running.Product;

    /// <summary>What, method, path, token's scopes or none, body, status, slug. {visitor} stands for a fresh visitor id, {hash} for the declaration in force.</summary>
    public static TheoryData<string, string, string, string?, string?, int, string> Cases => new()
    {
        { "unknown site", "POST", "/v1/sites/nowhere/decisions", null, """{"subjectId":"{visitor}","purposes":{"statistics":true},"declaration":"{hash}"}""", 404, "unknown-site" },
        { "unknown site, its state", "GET", "/v1/sites/nowhere/me/state", null, null, 404, "unknown-site" },
        { "unknown site, its declaration", "GET", "/v1/sites/nowhere/declaration", null, null, 404, "unknown-site" },
        { "unknown site, a hit", "POST", "/collect/nowhere", null, """{"page":"/"}""", 404, "unknown-site" },
        { "unknown site, marketing", "POST", "/v1/sites/nowhere/marketing/check", "marketing", """{"topic":"x","addresses":[]}""", 404, "unknown-site" },
        { "unknown purpose", "POST", $"/v1/sites/{Home}/decisions", null, """{"subjectId":"{visitor}","purposes":{"telepathy":true},"declaration":"{hash}"}""", 422, "unknown-purpose" },
        { "unknown purpose asked for", "GET", $"/v1/sites/{Home}/subjects/{{visitor}}/permits/telepathy", "consent", null, 404, "unknown-purpose" },
        { "unknown topic", "POST", $"/v1/sites/{Home}/marketing/links", "marketing", """{"addresses":["a.reader@example.org"],"topic":"telepathy"}""", 422, "unknown-topic" },
        { "unknown declaration", "POST", $"/v1/sites/{Home}/decisions", null, """{"subjectId":"{visitor}","purposes":{"statistics":true},"declaration":"00"}""", 422, "unknown-declaration" },
        { "unknown version of a declaration", "GET", $"/v1/sites/{Home}/declaration?version=99", null, null, 404, "unknown-declaration" },
        { "no declaration with a grant", "POST", $"/v1/sites/{Home}/decisions", null, """{"subjectId":"{visitor}","purposes":{"statistics":true}}""", 422, "unknown-declaration" },
        { "malformed JSON", "POST", $"/v1/sites/{Home}/decisions", null, """{"subjectId":"{visitor}","purposes":{""", 400, "malformed-body" },
        { "JSON of another shape", "POST", $"/v1/sites/{Home}/decisions", null, """{"subjectId":"{visitor}","purposes":["statistics"]}""", 400, "malformed-body" },
        { "no JSON at all", "POST", $"/v1/sites/{Home}/decisions", null, "", 400, "malformed-body" },
        { "malformed YAML", "PUT", $"/v1/sites/{Home}/declaration", "consent", "site: [weefgoed", 400, "unreadable-declaration" },
        { "an invalid declaration", "PUT", $"/v1/sites/{Home}/declaration", "consent", "site: weefgoed", 422, "invalid-declaration" },
        { "a cut token of a link", "POST", "/u/abcdef", null, "List-Unsubscribe=One-Click", 404, "unknown-link" },
        { "no addresses", "POST", $"/v1/sites/{Home}/marketing/links", "marketing", """{"topic":"{topic}"}""", 400, "malformed-body" },
        { "a form with no address", "POST", $"/v1/sites/{Home}/marketing/subscriptions", null, """{"address":"@","topic":"{topic}"}""", 422, "invalid-address" },
        { "a body over the service's limit", "POST", $"/v1/sites/{Home}/decisions", null, "{large:70000}", 413, "body-too-large" },
        { "a body over the gateway's limit", "POST", $"/v1/sites/{Home}/decisions", null, "{large:1100000}", 413, "body-too-large" },
        { "a future version", "POST", $"/v1/sites/{Home}/decisions", null, """{"subjectId":"{visitor}","heldVersion":7,"purposes":{"statistics":true},"declaration":"{hash}"}""", 409, "future-version" },
        { "a subject in capitals", "POST", $"/v1/sites/{Home}/decisions", null, """{"subjectId":"ABCDEF0123456789ABCDEF0123456789","purposes":{"statistics":true},"declaration":"{hash}"}""", 400, "subject-id" },
        { "an address id on a public route", "POST", $"/v1/sites/{Home}/decisions", null, """{"subjectId":"a1-{visitor}{visitor}","purposes":{"statistics":true},"declaration":"{hash}"}""", 400, "subject-id" },
        { "no subject", "GET", $"/v1/sites/{Home}/me/state", null, null, 400, "subject-id" },
        { "nothing decided", "POST", $"/v1/sites/{Home}/decisions", null, """{"subjectId":"{visitor}","purposes":{},"declaration":"{hash}"}""", 422, "nothing-decided" },
        { "an unknown mailing system", "POST", "/v1/connectors", "marketing", $$"""{"site":"{{Home}}","system":"pigeon"}""", 422, "connector-system" },
        { "a proof of what is not there", "GET", "/v1/audit/proofs/00000000000000000000000000000000", "audit", null, 404, "unknown-receipt" },
        { "no ids to look for in the log", "POST", "/v1/audit/proofs/included", "audit", """{"ids":[]}""", 400, "bad-ids" },
        { "a tile of a log that is not there", "GET", "/log/nobody/tile/0/000", "audit", null, 404, "unknown-log" },
        { "a receipt that is not there", "GET", "/v1/audit/trace/00000000000000000000000000000000", "audit", null, 404, "unknown-receipt" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_is_refused_with_a_stable_type_and_nothing_is_stored(
        string what, string method, string path, string? scopes, string? body, int status, string slug)
    {
        var (site, visitor) = (new Site(Product, Home), Product.Secrets.Visitor());
        var declaration = await site.DeclarationAsync();
        using var answer = await SendAsync(method, await FillAsync(path), scopes, body is null ? null : await FillAsync(body));

        await ProblemOf.IsAsync(answer, status, slug);
        Assert.Empty(await site.ReceiptsOfAsync(visitor));
        Assert.Equal((int)declaration["version"]!, (int)(await new Site(Product, Home).DeclarationAsync())["version"]!);
        _ = what; // Names the case in the runner's output.

        async Task<string> FillAsync(string text) => text.StartsWith("{large:", StringComparison.Ordinal)
            ? new string(' ', int.Parse(text[7..^1]))
            : text.Replace("{visitor}", visitor, StringComparison.Ordinal).Replace("{hash}", (string)declaration["hash"]!, StringComparison.Ordinal)
                .Replace("{topic}", await site.TopicAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_a_foreign_origin_may_read_nothing_and_grant_nothing_and_its_no_is_stored()
    {
        var (site, visitor) = (new Site(Product, Home), Product.Secrets.Visitor());
        var hash = (string)(await site.DeclarationAsync())["hash"]!;
        using var grant = await FromForeignPageAsync(new { subjectId = visitor, purposes = new { statistics = true }, declaration = hash });
        await ProblemOf.IsAsync(grant, 403, "foreign-origin");
        Assert.False(grant.Headers.Contains("Access-Control-Allow-Origin"), "The foreign page could read the answer.");
        Assert.Empty(await site.ReceiptsOfAsync(visitor));

        using var refusal = await FromForeignPageAsync(new { subjectId = visitor, purposes = new { statistics = false } });
        Assert.Equal(201, (int)refusal.StatusCode);
        Assert.Equal("refused", await site.StatusAsync(visitor, "statistics"));
    }

    [Fact]
    public async Task A_page_of_a_declared_origin_may_read_its_answers_and_sends_no_credentials()
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, $"/v1/sites/{Home}/decisions");
        preflight.Headers.Add("Origin", Product.Demo.GetLeftPart(UriPartial.Authority));
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type,idempotency-key");
        using var answer = await Product.Client().SendAsync(preflight);
        Assert.Equal([Product.Demo.GetLeftPart(UriPartial.Authority)], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task A_grant_on_a_stale_version_against_a_newer_no_is_dropped_and_answered_with_the_newest_receipt()
    {
        var (site, visitor) = (new Site(Product, Home), Product.Secrets.Visitor());
        await site.DecideAsync(visitor, statistics: true);
        var no = await site.DecideAsync(visitor, statistics: false, heldVersion: 1);
        var hash = (string)(await site.DeclarationAsync())["hash"]!;
        var stale = JsonContent.Create(new { subjectId = visitor, heldVersion = 1, purposes = new { statistics = true }, declaration = hash });
        using var answer = await Product.Client().PostAsync($"/v1/sites/{Home}/decisions", stale);
        var problem = await ProblemOf.IsAsync(answer, 409, "newer-no");
        Assert.Equal((string)no["id"]!, (string)problem["receipt"]!["id"]!);
    }

    [Fact]
    public async Task The_same_idempotency_key_answers_the_same_receipt_and_with_another_body_is_refused()
    {
        var (site, visitor) = (new Site(Product, Home), Product.Secrets.Visitor());
        using var first = await WithKeyAsync(visitor, statistics: false);
        using var again = await WithKeyAsync(visitor, statistics: false);
        Assert.Equal(await IdOf(first), await IdOf(again));
        Assert.Single(await site.ReceiptsOfAsync(visitor));
        using var other = await WithKeyAsync(visitor, statistics: true);
        await ProblemOf.IsAsync(other, 422, "idempotency-key-reused");

        static async Task<string> IdOf(HttpResponseMessage answer) => (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    private async Task<HttpResponseMessage> WithKeyAsync(string visitor, bool statistics)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/sites/{Home}/decisions")
        {
            Content = JsonContent.Create(new { subjectId = visitor, purposes = new { statistics } }),
            Headers = { { "Idempotency-Key", "press-1" } },
        };
        return await Product.Client().SendAsync(request);
    }

    private async Task<HttpResponseMessage> FromForeignPageAsync(object decision)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/sites/{Home}/decisions") { Content = JsonContent.Create(decision) };
        request.Headers.Add("Origin", "https://elsewhere.example");
        return await Product.Client().SendAsync(request);
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? scopes, string? body)
    {
        var type = method == "PUT" ? "application/yaml" : path.StartsWith("/u/", StringComparison.Ordinal) ? "application/x-www-form-urlencoded" : "application/json";
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, type),
        };
        return await Product.Client(scopes).SendAsync(request);
    }
}
