using System.Net;
using Consent.Tests.Support;

namespace Consent.Gateway.Tests;

public sealed class AuthorisationTests(GatewayUnderTest gateway) : IClassFixture<GatewayUnderTest>
{
    public static TheoryData<string, string, string> Protected => new()
    {
        { "GET", "/v1/sites", "consent" },
        { "PUT", "/v1/sites/wool/declaration", "consent" },
        { "GET", "/pages/wool/register", "consent" },
        { "GET", "/pages/wool/register.csv", "consent" },
        { "GET", "/pages/wool/register.json", "consent" },
        { "GET", "/pages/wool/warnings", "consent" },
        { "GET", "/v1/sites/wool/subjects/x/state", "consent" },
        { "POST", "/v1/sites/wool/marketing/links", "marketing" },
        { "POST", "/v1/sites/wool/marketing/link-key", "operator" },
        { "POST", "/v1/sites/wool/marketing/check", "marketing" },
        { "POST", "/v1/sites/wool/marketing/reports", "marketing" },
        { "POST", "/v1/sites/wool/marketing/import", "marketing" },
        { "POST", "/v1/sites/wool/marketing/opt-outs", "marketing" },
        { "GET", "/v1/sites/wool/marketing/campaigns", "marketing" },
        { "POST", "/v1/sites/wool/marketing/campaigns/spring-2026/links", "marketing" },
        { "GET", "/v1/audit/trace/x", "audit" },
        { "GET", "/v1/audit/campaigns?site=wool", "audit" },
        { "GET", "/v1/audit/proofs/x", "audit" },
        { "GET", "/v1/audit/proofs/x/deliveries/newsletter", "audit" },
        { "POST", "/v1/audit/proofs/included", "audit" },
        { "GET", "/v1/audit/mail?site=wool", "audit" },
        { "GET", "/v1/audit/receipts?site=wool", "audit" },
        { "GET", "/v1/audit/subjects/x/timeline?site=wool", "audit" },
        { "POST", "/v1/audit/timeline", "audit" },
        { "POST", "/v1/audit/was-in-force", "audit" },
        { "GET", "/v1/audit/access?site=wool", "audit" },
        { "POST", "/v1/audit/looks", "audit" },
        { "POST", "/v1/audit/holds", "privacy-officer" },
        { "GET", "/v1/audit/holds?site=wool", "privacy-officer" },
        { "DELETE", "/v1/audit/holds/x", "privacy-officer" },
        { "POST", "/v1/audit/restrictions", "privacy-officer" },
        { "DELETE", "/v1/audit/restrictions/x", "privacy-officer" },
        { "POST", "/v1/audit/trace", "privacy-officer" },
        { "GET", "/v1/subscribers/newsletter/sites/wool/permits/news", "consent" },
        { "GET", "/v1/subscribers/analytics/sites/wool/permits/statistics", "consent" },
        { "GET", "/v1/webhooks/endpoints", "consent" },
        { "GET", "/v1/connectors", "marketing" },
        { "GET", "/v1/connectors/0123", "marketing" },
        { "POST", "/v1/connectors/0123/test", "marketing" },
    };

    [Theory]
    [MemberData(nameof(Protected))]
    public async Task Without_a_token_it_is_401_and_says_bearer(string method, string path, string scope)
    {
        using var answer = await gateway.SendAsync(method, path);
        await ProblemOf.IsAsync(answer, 401, "token-needed");
        Assert.Contains("Bearer", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(scope);
    }

    [Theory]
    [MemberData(nameof(Protected))]
    public async Task With_all_other_scopes_it_is_403(string method, string path, string scope)
    {
        var others = string.Join(' ', ((string[])["consent", "marketing", "audit"]).Where(s => s != scope));
        using var answer = await gateway.SendAsync(method, path, gateway.Token(others));
        await ProblemOf.IsAsync(answer, 403, "scope-needed");
    }

    [Theory]
    [MemberData(nameof(Protected))]
    public async Task With_the_scope_it_reaches_the_service_with_the_token(string method, string path, string scope)
    {
        using var answer = await gateway.SendAsync(method, path, gateway.Token(scope));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(["yes"], answer.Headers.GetValues("Had-Token"));
    }

    [Theory]
    [MemberData(nameof(Protected))]
    public async Task Admin_opens_every_route(string method, string path, string scope)
    {
        using var answer = await gateway.SendAsync(method, path, gateway.Token("admin", controllers: []));
        Assert.True(answer.IsSuccessStatusCode, scope);
    }

    [Fact]
    public async Task A_privacy_officer_passes_where_an_auditor_does_and_an_operator_nowhere_under_audit()
    {
        using var officer = await gateway.SendAsync("POST", "/v1/audit/timeline", gateway.Token("privacy-officer"));
        Assert.Equal(["audit"], officer.Headers.GetValues("Answered-By"));
        foreach (var path in (string[])["/v1/audit/timeline", "/v1/audit/restrictions", "/v1/sites/wool/marketing/subjects"])
        {
            using var answer = await gateway.SendAsync("POST", path, gateway.Token("operator"));
            await ProblemOf.IsAsync(answer, 403, "scope-needed");
        }
    }

    [Fact]
    public async Task What_an_opt_in_rests_on_is_open_to_marketing_and_to_auditors_and_to_no_other_scope() => await IsOpenToBothAsync("GET", "/v1/sites/wool/marketing/records/x");

    [Fact]
    public async Task By_which_ids_an_address_is_known_is_open_to_marketing_and_to_auditors_and_to_no_other_scope() => await IsOpenToBothAsync("POST", "/v1/sites/wool/marketing/subjects");

    private async Task IsOpenToBothAsync(string method, string path)
    {
        foreach (var scope in (string[])["marketing", "audit", "admin"])
        {
            using var answer = await gateway.SendAsync(method, path, gateway.Token(scope));
            Assert.Equal(["marketing-unsubscribe"], answer.Headers.GetValues("Answered-By"));
        }
        using var others = await gateway.SendAsync(method, path, gateway.Token("consent operator"));
        await ProblemOf.IsAsync(others, 403, "scope-needed");
        using var nobody = await gateway.SendAsync(method, path);
        await ProblemOf.IsAsync(nobody, 401, "token-needed");
    }

    [Fact]
    public async Task What_a_campaign_comes_to_is_told_by_audit_and_how_many_links_it_had_is_told_to_marketing()
    {
        foreach (var (method, path, service) in ((string, string, string)[])[("GET", "", "audit"), ("POST", "/spring-2026/links", "marketing-unsubscribe")])
        {
            using var answer = await gateway.SendAsync(method, $"/v1/sites/wool/marketing/campaigns{path}", gateway.Token("marketing"));
            Assert.Equal([service], answer.Headers.GetValues("Answered-By"));
        }
    }

    [Fact]
    public async Task A_foreign_controllers_site_looks_as_if_it_were_not_there()
    {
        using var answer = await gateway.SendAsync("GET", "/v1/sites/wool/subjects/x/state", gateway.Token("consent", controllers: ["others"]));
        await ProblemOf.IsAsync(answer, 404, "unknown-site");
        using var absent = await gateway.SendAsync("GET", "/v1/sites/silk/subjects/x/state", gateway.Token("consent", controllers: ["others"]));
        Assert.Equal(await answer.Content.ReadAsStringAsync(), await absent.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_sites_own_controller_passes()
    {
        using var answer = await gateway.SendAsync("GET", "/v1/sites/wool/subjects/x/state", gateway.Token("consent", controllers: ["weavers"]));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_token_for_one_site_opens_that_site_only()
    {
        var token = gateway.Token("marketing", sites: ["wool"]);
        using var own = await gateway.SendAsync("POST", "/v1/sites/wool/marketing/check", token);
        using var other = await gateway.SendAsync("POST", "/v1/sites/silk/marketing/check", token);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        await ProblemOf.IsAsync(other, 404, "unknown-site");
    }

    [Fact]
    public async Task A_controller_may_publish_a_site_that_does_not_exist_yet()
    {
        using var answer = await gateway.SendAsync("PUT", "/v1/sites/silk/declaration", gateway.Token("consent", controllers: ["others"]));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var taken = await gateway.SendAsync("PUT", "/v1/sites/wool/declaration", gateway.Token("consent", controllers: ["others"]));
        await ProblemOf.IsAsync(taken, 404, "unknown-site");
    }

    [Fact]
    public async Task A_cut_or_altered_token_is_no_token()
    {
        var token = gateway.Token("consent");
        var signature = token.LastIndexOf('.') + 1;
        var altered = token[..signature] + (token[signature] == 'A' ? 'B' : 'A') + token[(signature + 1)..];
        foreach (var bad in (string[])[token[..^10], altered, "x", "a.b.c"])
        {
            using var answer = await gateway.SendAsync("GET", "/v1/sites", bad);
            await ProblemOf.IsAsync(answer, 401, "token-needed");
        }
    }
}
