using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

public sealed class PublishDeclarationTests(RunningConsent consent) : IClassFixture<RunningConsent>
{
    [Fact]
    public async Task Put_TheSampleAsYaml_IsVersionOne_TheSameAgainIsNoNewVersion_AChangeIsTheNext()
    {
        var yaml = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tools", "declarations", "slotmaker.yaml"));
        var token = consent.App.Token("consent", sites: ["slotmaker"]);

        var first = await consent.PutAsync("slotmaker", yaml, "application/yaml", token);
        var again = await consent.PutAsync("slotmaker", yaml, "application/yaml", token);
        var changed = await consent.PutAsync("slotmaker", yaml.Replace("www.slotmaker.example", "www2.slotmaker.example"), "application/yaml", token);

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Created], [first.StatusCode, again.StatusCode, changed.StatusCode]);
        var newest = await GetAsync("/v1/sites/slotmaker/declaration");
        Assert.Equal(2, (int)newest["version"]!);
        Assert.NotNull(newest["purposes"]![0]!["legalBasis"]);
        Assert.NotNull(newest["topics"]![0]!["id"]);
        Assert.NotNull(newest["controller"]!["id"]);
        var old = await GetAsync("/v1/sites/slotmaker/declaration?version=1");
        Assert.Equal((string?)(await first.Content.ReadFromJsonAsync<JsonObject>())!["hash"], (string?)old["hash"]);
        Assert.Equal(old.ToJsonString(), (await GetAsync($"/v1/sites/slotmaker/declaration?version={old["hash"]}")).ToJsonString());
    }

    [Fact]
    public async Task Put_WhatWasAnswered_AsItIs_IsNoNewVersion_AndEditedItIsTheNext()
    {
        var token = consent.App.Token("admin");
        var answered = await (await consent.PutAsync("edited", TestSite.Declaration() with { Site = "edited" }, token)).Content.ReadAsStringAsync();
        var read = await GetAsync("/v1/sites/edited/declaration");
        var again = await consent.PutAsync("edited", answered, "application/json", token);
        var same = await consent.PutAsync("edited", read.ToJsonString(), "application/json", token);
        read["languages"] = new JsonArray("nl", "en", "de");
        foreach (var member in (string[])["version", "hash", "publishedAt", "meanings"]) Assert.NotNull(read[member]);
        var edited = await consent.PutAsync("edited", read.ToJsonString(), "application/json", token);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [again.StatusCode, same.StatusCode]);
        var problem = await ProblemOf.IsAsync(edited, 422, "invalid-declaration");
        Assert.All(problem["faults"]!.AsArray(), f => Assert.Contains("/de", (string)f!["path"]!, StringComparison.Ordinal));
        read["languages"] = new JsonArray("nl", "en");
        read["origins"] = new JsonArray("https://edited.example");
        Assert.Equal(HttpStatusCode.Created, (await consent.PutAsync("edited", read.ToJsonString(), "application/json", token)).StatusCode);
    }

    [Fact]
    public async Task Put_WhatIsInvalid_NamesEveryFaultWithItsPath_AndPublishesNothing()
    {
        var wrong = TestSite.Declaration() with { Site = "faulty", Origins = ["ftp://x"], Languages = [] };

        var problem = await ProblemOf.IsAsync(await consent.PutAsync("faulty", wrong, consent.App.Token("admin")), 422, "invalid-declaration");

        var paths = problem["faults"]!.AsArray().Select(f => (string?)f!["path"]).ToList();
        Assert.Contains("/origins/0", paths);
        Assert.Contains("/languages", paths);
        Assert.All(problem["faults"]!.AsArray(), f => Assert.NotEmpty((string)f!["reason"]!));
        await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Get, "/v1/sites/faulty/declaration"), 404, "unknown-site");
    }

    [Theory]
    [InlineData("site: [", "application/yaml")]
    [InlineData("{\"site\":", "application/json")]
    [InlineData("", "application/yaml")]
    public async Task Put_WhatCannotBeRead_Is400(string text, string contentType)
    {
        var problem = await ProblemOf.IsAsync(
            await consent.PutAsync("unreadable", text, contentType, consent.App.Token("admin")), 400, "unreadable-declaration");

        Assert.NotEmpty((string)Assert.Single(problem["faults"]!.AsArray())!["reason"]!);
        await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Get, "/v1/sites/unreadable/declaration"), 404, "unknown-site");
    }

    [Fact]
    public async Task Put_AsAStranger_IsRefused()
    {
        var mine = TestSite.Declaration() with { Site = "test-site" };

        await ProblemOf.IsAsync(await consent.PutAsync("test-site", mine, null), 401, "token-needed");
        await ProblemOf.IsAsync(await consent.PutAsync("test-site", mine, consent.App.Token("audit", ["test-house"])), 403, "scope-needed");
        await ProblemOf.IsAsync(await consent.PutAsync("test-site", mine, consent.App.Token("consent", ["other"])), 404, "unknown-site");
        await ProblemOf.IsAsync(await consent.PutAsync("new-site", mine with { Site = "new-site" }, consent.App.Token("consent", ["other"])), 404, "unknown-site");
    }

    [Fact]
    public async Task Put_UnderAnotherSitesAddress_IsRefused() =>
        await ProblemOf.IsAsync(await consent.PutAsync("elsewhere", TestSite.Declaration(), consent.App.Token("admin")), 422, "invalid-declaration");

    [Fact]
    public async Task Put_UnderAnotherController_NeedsAnAdmin()
    {
        var taken = TestSite.Declaration() with { Controller = TestSite.Declaration().Controller with { Id = "other-house" } };

        await ProblemOf.IsAsync(await consent.PutAsync("test-site", taken, consent.App.Token("consent", sites: ["test-site"])), 422, "invalid-declaration");
    }

    [Fact]
    public async Task Sites_AreAllForAnAdmin_ElseTheControllersOwn()
    {
        (await consent.PutAsync("second", TestSite.Declaration() with { Site = "second", Controller = TestSite.Declaration().Controller with { Id = "second-house" } },
            consent.App.Token("admin"))).EnsureSuccessStatusCode();

        Assert.Superset(new HashSet<string> { "second", "test-site" }, (await SitesAsync(consent.App.Token("admin"))).ToHashSet());
        Assert.Equal("second", Assert.Single(await SitesAsync(consent.App.Token("consent", ["second-house"]))));
        Assert.Empty(await SitesAsync(consent.App.Token("consent")));
    }

    [Theory]
    [InlineData("/v1/sites/nowhere/declaration", "unknown-site")]
    [InlineData("/v1/sites/test-site/declaration?version=99", "unknown-declaration")]
    [InlineData("/v1/sites/test-site/declaration?version=x", "unknown-declaration")]
    public async Task Get_WhatIsNotThere_Is404(string path, string slug) =>
        await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Get, path), 404, slug);

    private async Task<JsonObject> GetAsync(string path) =>
        (await (await consent.App.SendAsync(HttpMethod.Get, path)).Content.ReadFromJsonAsync<JsonObject>())!;

    private async Task<string[]> SitesAsync(string token) =>
        (await (await consent.App.SendAsync(HttpMethod.Get, "/v1/sites", token: token)).Content.ReadFromJsonAsync<string[]>())!;
}
