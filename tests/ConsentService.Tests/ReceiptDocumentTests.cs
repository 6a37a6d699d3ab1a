using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.ConsentService.Tests;

/// <summary>The document of a receipt, over HTTP: who gets it, in which form, signed when, and what a stranger makes of it.</summary>
public sealed class ReceiptDocumentTests
{
    private static readonly Declaration _site = TestSite.Declaration(
        TestSite.Purpose("care", LegalBasis.PublicTask), TestSite.Purpose("ads", LegalBasis.Consent) with { Advertising = true, Vendors = ["ad-house"] }) with
    {
        Vendors = [new Vendor { Id = "ad-house", Name = "Ad House", Role = VendorRole.ThirdParty, Country = "NL", PrivacyPolicy = "https://ad-house.example/privacy" }],
    };

    private static readonly string _hash = PublishedDeclaration.HashOf(_site);

    [Fact]
    public async Task Stranger_VerifiesWithPackagesThatKnowNothingOfUs_AndSeesEveryChangedByte_AlsoAfterARotation()
    {
        await using var consent = await StartAsync();
        await DecideAsync(consent, ("statistics", true), ("media", true), ("news", true));
        consent.Clock.Pass(TimeSpan.FromDays(10));
        var receipt = await DecideAsync(consent, ("media", false), ("ads", false), ("showcase", false), ("care", false));
        var address = $"/v1/sites/test-site/receipts/{receipt.Id}/document";
        using var folder = new TemporaryFolder();
        foreach (var form in (string[])["json", "ld+json"])
            await File.WriteAllTextAsync(folder.File(form), await (await GetAsync(consent, address, $"application/{form}")).Content.ReadAsStringAsync());
        var before = await KidsAsync(consent);

        Assert.Equal((0, ""), await RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "Consent.Cli.dll"), "keys", "rotate", "--data", consent.App.Data]));
        // The grant of ten days earlier runs out; the "no" of today does not yet.
        consent.Clock.At = Term.SixMonths.After(TestSite.Noon);

        Assert.Equal([.. (await KidsAsync(consent))[1..]], before);
        var task = new
        {
            document = consent.App.Http.BaseAddress + address[1..],
            subject = TestSite.Visitor,
            statuses = new Dictionary<string, string[]>
            {
                ["statistics"] = ["dpv:ConsentGiven", "dpv:ConsentExpired"],
                ["media"] = ["dpv:ConsentWithdrawn"],
                ["news"] = ["dpv:ConsentGiven"],
                ["ads"] = ["dpv:ConsentRefused"],
                ["showcase"] = ["dpv:LegitimateInterestObjected"],
                ["care"] = ["dpv:PublicInterestObjected"],
            },
            bases = new Dictionary<string, string>
            {
                ["statistics"] = "dpv:Consent",
                ["media"] = "dpv:Consent",
                ["news"] = "dpv:Consent",
                ["ads"] = "dpv:Consent",
                ["showcase"] = "dpv:LegitimateInterest",
                ["care"] = "dpv:PublicInterest",
            },
            saved = new[] { folder.File("json"), folder.File("ld+json") },
        };
        Assert.Equal((0, ""), await RunAsync("node", ["check.mjs", JsonSerializer.Serialize(task)]));
    }

    [Fact]
    public async Task Readme_TellsAStrangerHowToVerify_AndItIsSo()
    {
        await using var consent = await StartAsync();
        var address = $"/v1/sites/test-site/receipts/{(await DecideAsync(consent, ("statistics", true))).Id}/document";
        using var folder = new TemporaryFolder();
        var saved = await (await GetAsync(consent, address, "application/json")).Content.ReadAsStringAsync();
        await File.WriteAllTextAsync(folder.File("receipt.json"), saved);
        await File.WriteAllTextAsync(folder.File("altered.json"), saved.Replace("\"given\"", "\"refused\"", StringComparison.Ordinal));
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "services", "consent", "README.md"));
        var code = readme.Split("```js")[1].Split("```")[0].Replace("https://consent.example/", consent.App.Http.BaseAddress!.ToString(), StringComparison.Ordinal);

        Assert.Equal((0, ""), await RunAsync("node", ["--input-type=module", "-e", code.Replace("receipt.json", folder.File("receipt.json"), StringComparison.Ordinal)]));
        var (exit, told) = await RunAsync("node", ["--input-type=module", "-e", code.Replace("receipt.json", folder.File("altered.json"), StringComparison.Ordinal)]);

        Assert.Equal(1, exit);
        Assert.Contains("signature verification failed", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Document_SaysExpired_AtTheTimeOfAsking_AndNamesThatTime()
    {
        await using var consent = await StartAsync();
        var receipt = await DecideAsync(consent, ("statistics", true), ("media", false));

        Assert.Equal(("given", "refused", "2026-06-03T12:00:00.000Z"), await SeenAsync());
        consent.Clock.At = Term.SixMonths.After(TestSite.Noon).AddMilliseconds(-1);
        Assert.Equal(("given", "refused", "2026-12-03T11:59:59.999Z"), await SeenAsync());
        consent.Clock.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal(("expired", "expired", "2026-12-03T12:00:00.000Z"), await SeenAsync());

        async Task<(string, string, string)> SeenAsync()
        {
            var document = await DocumentAsync(consent, receipt.Id);
            return ((string)PurposeIn(document, "statistics")["status"]!, (string)PurposeIn(document, "media")["status"]!, (string)document["created"]!);
        }
    }

    [Fact]
    public async Task Document_GoesToThePersonAndTheController_AndToNobodyElse()
    {
        await using var consent = await StartAsync();
        var address = $"/v1/sites/test-site/receipts/{(await DecideAsync(consent, ("statistics", true))).Id}/document";

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(consent, address, "*/*")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await consent.App.SendAsync(HttpMethod.Get, address, token: consent.App.Token("consent", ["test-house"]))).StatusCode);
        foreach (var answer in (HttpResponseMessage[])[
            await consent.App.SendAsync(HttpMethod.Get, address),
            await consent.App.SendAsync(HttpMethod.Get, address, headers: ("Consent-Subject", RandomId.New())),
            await consent.App.SendAsync(HttpMethod.Get, address, token: consent.App.Token("consent", ["others"])),
            await GetAsync(consent, address.Replace("test-site", "elsewhere", StringComparison.Ordinal), "*/*"),
            await GetAsync(consent, $"/v1/sites/test-site/receipts/{RandomId.New()}/document", "*/*"),
        ])
        {
            await ProblemOf.IsAsync(answer, 404, "unknown-receipt");
        }
    }

    [Fact]
    public async Task Accept_ChoosesTheForm_AndWhatIsNotThereIs406()
    {
        await using var consent = await StartAsync();
        var address = $"/v1/sites/test-site/receipts/{(await DecideAsync(consent, ("statistics", true))).Id}/document";

        foreach (var (accept, form) in ((string, string)[])[("*/*", "application/json"), ("application/json", "application/json"), ("application/ld+json", "application/ld+json")])
        {
            var answer = await GetAsync(consent, address, accept);
            Assert.Equal(form, answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal(("no-store", "Accept"), (answer.Headers.CacheControl?.ToString(), Assert.Single(answer.Headers.Vary)));
        }

        await ProblemOf.IsAsync(await GetAsync(consent, address, "text/html"), 406, "not-acceptable");
    }

    [Fact]
    public async Task Deciding_SignsNothing_TheFirstDocumentMakesTheKey()
    {
        await using var consent = await StartAsync();
        var receipt = await DecideAsync(consent, ("statistics", true));
        var file = Path.Combine(consent.App.Data, "keys", "consent", "receipts.1.pem");
        Assert.False(File.Exists(file));

        await DocumentAsync(consent, receipt.Id);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task KeySet_IsPublicAndCacheable_AndHoldsNoPrivatePart()
    {
        await using var consent = await StartAsync();

        var answer = await consent.App.SendAsync(HttpMethod.Get, ServeKeySet.Path);

        Assert.Equal("application/jwk-set+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("public, max-age=300", answer.Headers.CacheControl?.ToString());
        var key = Assert.Single((await answer.Content.ReadFromJsonAsync<JsonObject>())!["keys"]!.AsArray())!.AsObject();
        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], key.Select(m => m.Key).Order(StringComparer.Ordinal));
        var again = await consent.App.SendAsync(HttpMethod.Get, ServeKeySet.Path, headers: ("If-None-Match", answer.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task Rotate_AnswersInJson_AndRefusesAFolderThatIsNotThere()
    {
        using var folder = new TemporaryFolder();
        string[] rotate = [Path.Combine(AppContext.BaseDirectory, "Consent.Cli.dll"), "keys", "rotate", "--json", "--data"];

        foreach (var version in (int[])[1, 2])
        {
            JsonObject answer = [];
            Assert.Equal((0, ""), await RunAsync("dotnet", [.. rotate, folder.Path], said => answer = said));
            Assert.Equal((version, version - 1), ((int)answer["version"]!, answer["older"]!.AsArray().Count));
        }

        var (code, told) = await RunAsync("dotnet", [.. rotate, folder.File("nowhere")]);

        Assert.Equal(1, code);
        Assert.Contains("Name with --data", told, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("nowhere")));
    }

    private static async Task<MovedConsent> StartAsync()
    {
        var consent = await MovedConsent.StartAsync(_site);
        consent.App.Services.GetRequiredService<IConfiguration>()["PublicUrl"] = consent.App.Http.BaseAddress!.ToString();
        return consent;
    }

    private static async Task<Receipt> DecideAsync(MovedConsent consent, params (string Id, bool Yes)[] purposes)
    {
        var newest = (await consent.App.SendAsync(HttpMethod.Get, "/v1/sites/test-site/me/state", headers: ("Consent-Subject", TestSite.Visitor)));
        var held = (long)(await newest.Content.ReadFromJsonAsync<JsonObject>())!["version"]!;
        return await consent.DecidedAsync(new
        {
            subjectId = TestSite.Visitor,
            heldVersion = held,
            purposes = purposes.ToDictionary(p => p.Id, p => p.Yes),
            declaration = _hash,
            language = "en",
            action = "save",
            source = "banner",
            claimedAt = consent.Clock.At.AddSeconds(-3),
        });
    }

    private static Task<HttpResponseMessage> GetAsync(MovedConsent consent, string address, string accept) =>
        consent.App.SendAsync(HttpMethod.Get, address, headers: [("Consent-Subject", TestSite.Visitor), ("Accept", accept)]);

    private static async Task<JsonObject> DocumentAsync(MovedConsent consent, string receipt) =>
        (await (await GetAsync(consent, $"/v1/sites/test-site/receipts/{receipt}/document", "application/json")).Content.ReadFromJsonAsync<JsonObject>())!;

    private static JsonObject PurposeIn(JsonObject document, string id) => document["purposes"]!.AsArray().Single(p => (string?)p!["purpose"] == id)!.AsObject();

    private static async Task<string[]> KidsAsync(MovedConsent consent) =>
        [.. (await consent.App.Http.GetFromJsonAsync<JsonObject>(ServeKeySet.Path))!["keys"]!.AsArray().Select(k => (string)k!["kid"]!)];

    /// <summary>A program, in the folder that holds the npm packages; its exit code and what it said of faults.</summary>
    private static async Task<(int Code, string Told)> RunAsync(string program, string[] arguments, Action<JsonObject>? output = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Path.Combine(Repository.Root, "tests", "receipt"),
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (said, told) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        output?.Invoke(JsonNode.Parse(await said)!.AsObject());
        return (process.ExitCode, await told);
    }
}
