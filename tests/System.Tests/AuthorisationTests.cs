using System.Text;
using Consent.Tests.Support;
using Samples = Consent.Tests.Support.Product;

namespace Consent.System.Tests;

/// <summary>Every route that takes a token, at the gateway and straight at the service's own port: neither relies on the other.</summary>
[Collection(AsMany.Name)]
public sealed class AuthorisationTests(RunningAsMany running)
{
    private const string Topic = """{"topic":"x","addresses":[],"address":"a@example.org","subjects":[]}""";

    private ManyProcesses Product => (ManyProcesses)running.Product;

    /// <summary>Service, scope, method, path, body.</summary>
    public static TheoryData<string, string, string, string, string?> Routes => new()
    {
        { "consent", "consent", "PUT", "/v1/sites/weefgoed/declaration", "site: weefgoed" },
        { "consent", "consent", "GET", "/v1/sites/weefgoed/subjects/0123456789abcdef0123456789abcdef/state", null },
        { "consent", "consent", "GET", "/v1/sites/weefgoed/subjects/0123456789abcdef0123456789abcdef/receipts", null },
        { "consent", "consent", "GET", "/v1/sites/weefgoed/subjects/0123456789abcdef0123456789abcdef/permits/statistics", null },
        { "marketing-unsubscribe", "marketing", "POST", "/v1/sites/weefgoed/marketing/links", Topic },
        { "marketing-unsubscribe", "marketing", "POST", "/v1/sites/weefgoed/marketing/check", Topic },
        { "marketing-unsubscribe", "marketing", "POST", "/v1/sites/weefgoed/marketing/reports", Topic },
        { "marketing-unsubscribe", "marketing", "POST", "/v1/sites/weefgoed/marketing/import", Topic },
        { "marketing-unsubscribe", "marketing", "POST", "/v1/sites/weefgoed/marketing/opt-outs", Topic },
        { "audit", "marketing", "GET", "/v1/sites/weefgoed/marketing/campaigns", null },
        { "marketing-unsubscribe", "marketing", "POST", "/v1/sites/weefgoed/marketing/campaigns/spring-2026/links", Topic },
        { "marketing-unsubscribe", "marketing", "GET", "/v1/sites/weefgoed/marketing/records/0123456789abcdef0123456789abcdef", null },
        { "marketing-unsubscribe", "audit", "GET", "/v1/sites/weefgoed/marketing/records/0123456789abcdef0123456789abcdef", null },
        { "marketing-unsubscribe", "audit", "POST", "/v1/sites/weefgoed/marketing/subjects", Topic },
        { "audit", "audit", "GET", "/v1/audit/subjects/0123456789abcdef0123456789abcdef/timeline?site=weefgoed", null },
        { "audit", "audit", "GET", "/v1/audit/export?site=weefgoed", null },
        { "audit", "audit", "GET", "/v1/audit/access?site=weefgoed", null },
        { "audit", "audit", "POST", "/v1/audit/looks", """{"site":"weefgoed","what":"address","subjects":["0123456789abcdef0123456789abcdef"]}""" },
        { "audit", "audit", "POST", "/v1/audit/timeline", """{"site":"weefgoed","address":"a@example.org"}""" },
        { "audit", "audit", "POST", "/v1/audit/was-in-force", """{"site":"weefgoed","subject":"0123456789abcdef0123456789abcdef","purpose":"statistics","at":"2024-06-03T12:00:00Z"}""" },
        { "audit", "privacy-officer", "GET", "/v1/audit/holds?site=weefgoed", null },
        { "audit", "privacy-officer", "POST", "/v1/audit/restrictions", """{"site":"weefgoed","subject":"0123456789abcdef0123456789abcdef","ground":"objection-pending"}""" },
        { "newsletter", "consent", "GET", "/v1/subscribers/newsletter/sites/weefgoed/permits/statistics", null },
        { "newsletter", "consent", "POST", "/v1/subscribers/newsletter/sites/weefgoed/recipients", Topic },
        { "analytics", "consent", "GET", "/v1/subscribers/analytics/sites/weefgoed/permits/statistics", null },
        { "connectors", "marketing", "POST", "/v1/connectors", """{"site":"weefgoed","system":"brevo"}""" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Without_a_token_it_is_401_with_another_scope_403_and_for_a_foreign_controller_404(
        string service, string scope, string method, string path, string? body)
    {
        var another = scope == "audit" || path.Contains("/records/", StringComparison.Ordinal) ? "consent" : "audit";
        foreach (var door in (Uri[])[Product.Gateway, Product[service].Address])
        {
            using var nobody = await SendAsync(door, null, method, path, body);
            await ProblemOf.IsAsync(nobody, 401, "token-needed");
            Assert.NotEmpty(nobody.Headers.WwwAuthenticate);
            using var wrongScope = await SendAsync(door, Product.Token(another), method, path, body);
            await ProblemOf.IsAsync(wrongScope, 403, "scope-needed");
            using var foreigner = await SendAsync(door, Product.Token(scope, controllers: ["slotmaker-software"]), method, path, body);
            await ProblemOf.IsAsync(foreigner, 404, "unknown-site");
            using var otherSite = await SendAsync(door, Product.Token(scope, sites: ["slotmaker"]), method, path, body);
            await ProblemOf.IsAsync(otherSite, 404, "unknown-site");
        }
    }

    [Fact]
    public async Task The_list_of_sites_shows_a_controllers_own_and_an_admin_all()
    {
        Assert.Equal(["weefgoed"], await SitesAsync(Product.Token("consent", sites: ["weefgoed"])));
        Assert.Equal(Samples.Sites, (await SitesAsync(Product.Token("admin", controllers: []))).Order(StringComparer.Ordinal));
        Assert.Empty(await SitesAsync(Product.Token("consent", controllers: ["nobody"])));
    }

    [Fact]
    public async Task A_foreign_controllers_trace_is_404_at_both_doors()
    {
        var site = new Site(Product, "weefgoed");
        var receipt = (string)(await site.DecideAsync(Product.Secrets.Visitor(), statistics: true))["id"]!;
        await site.TracedAsync(receipt, "newsletter");
        foreach (var door in (Uri[])[Product.Gateway, Product["audit"].Address])
        {
            using var nobody = await SendAsync(door, null, "GET", $"/v1/audit/trace/{receipt}", null);
            await ProblemOf.IsAsync(nobody, 401, "token-needed");
            using var wrongScope = await SendAsync(door, Product.Token("consent marketing"), "GET", $"/v1/audit/trace/{receipt}", null);
            await ProblemOf.IsAsync(wrongScope, 403, "scope-needed");
            using var foreigner = await SendAsync(door, Product.Token("audit", sites: ["slotmaker"]), "GET", $"/v1/audit/trace/{receipt}", null);
            await ProblemOf.IsAsync(foreigner, 404, "unknown-receipt");
            using var own = await SendAsync(door, Product.Token("audit", sites: ["weefgoed"]), "GET", $"/v1/audit/trace/{receipt}", null);
            Assert.True(own.IsSuccessStatusCode);
        }
    }

    [Fact]
    public async Task A_log_is_open_to_its_controller_alone_at_both_doors_unless_it_is_public()
    {
        foreach (var door in (Uri[])[Product.Gateway, Product["audit"].Address])
        {
            foreach (var path in (string[])["/log/weefgoed/checkpoint", "/log/weefgoed/keys", "/log/weefgoed/successions", "/log/weefgoed/tile/0/000", "/log/nobody/checkpoint"])
            {
                using var nobody = await SendAsync(door, null, "GET", path, null);
                await ProblemOf.IsAsync(nobody, 401, "token-needed");
                using var wrongScope = await SendAsync(door, Product.Token("consent marketing"), "GET", path, null);
                await ProblemOf.IsAsync(wrongScope, 403, "scope-needed");
                using var foreigner = await SendAsync(door, Product.Token("audit", controllers: ["nobody-at-all"]), "GET", path, null);
                await ProblemOf.IsAsync(foreigner, 404, "unknown-log");
            }
        }
    }

    [Fact]
    public async Task A_token_of_another_issuer_is_no_token_at_both_doors()
    {
        var elsewhere = Directory.CreateTempSubdirectory("consent-other-issuer-").FullName;
        var forged = Product.Secrets.Keep(Tokens.For(elsewhere, "admin"));
        foreach (var door in (Uri[])[Product.Gateway, Product["consent"].Address])
        {
            using var answer = await SendAsync(door, forged, "GET", "/v1/sites", null);
            await ProblemOf.IsAsync(answer, 401, "token-needed");
        }
        Directory.Delete(elsewhere, recursive: true);
    }

    private async Task<IReadOnlyList<string>> SitesAsync(string token)
    {
        using var answer = await SendAsync(Product.Gateway, token, "GET", "/v1/sites", null);
        answer.EnsureSuccessStatusCode();
        return global::System.Text.Json.JsonSerializer.Deserialize<string[]>(await answer.Content.ReadAsStringAsync())!;
    }

    private async Task<HttpResponseMessage> SendAsync(Uri door, string? token, string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, method == "PUT" ? "application/yaml" : "application/json"),
        };
        return await Product.Client(door, token).SendAsync(request);
    }
}
