using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Browser.Tests;
using Consent.Tests.Support;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(RunningHost))]
[assembly: CollectionBehavior(MaxParallelThreads = 2)]

namespace Consent.Browser.Tests;

/// <summary>The whole product in one process on empty data, its demonstration pages on an origin of their own, and one real Chromium.</summary>
public sealed class RunningHost : IAsyncLifetime
{
    /// <summary>
    /// The same engine without the browser around it, for a third of the work. The whole one, which people use, where that is not installed, for what it lacks,
    /// and in the long form, which <c>CONSENT_TORTURE</c> tells.
    /// </summary>
    private const string Shell = "/usr/bin/chromium-headless-shell";

    private readonly string _data = Directory.CreateTempSubdirectory("consent-browser-").FullName;
    private readonly ServiceProcess _host;
    private readonly HttpClient _http = new();
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public RunningHost()
    {
        var ports = FreePorts.Take(2);
        (Gateway, Demo) = (new Uri($"http://localhost:{ports[0]}"), new Uri($"http://localhost:{ports[1]}"));
        _host = new ServiceProcess("host", Repository.Program("tools/host"), Gateway, new Dictionary<string, string>
        {
            // All of these visitors are one client.
            ["Gateway:SubscriptionsPerMinute"] = "1000",
        })
        {
            Arguments = ["--urls", Gateway.GetLeftPart(UriPartial.Authority), "--demo", Demo.GetLeftPart(UriPartial.Authority), "--data", _data],
        };
    }

    /// <summary>The sites that the product is demonstrated with.</summary>
    public static string[] Samples { get; } = ["slotmaker", "raadhuis", "weefgoed", "koppelhuis", "kabelaar"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Uri Gateway { get; }

    public Uri Demo { get; }

    public async ValueTask InitializeAsync()
    {
        _host.Start();
        await _host.ReadyAsync();
        foreach (var site in Samples)
            await Eventually.IsSoAsync($"the banner and the page of {site} are there", async () =>
                (await _http.GetAsync(new Uri(Gateway, $"/banner/{site}.js"), Cancel)).IsSuccessStatusCode
                && (await _http.GetAsync(new Uri(Demo, $"/{site}"), Cancel)).IsSuccessStatusCode, seen: _host.LastLines);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.For(_data, "admin"));
        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(60_000);
        _browser = await LaunchAsync();
    }

    /// <param name="without">Switches that Playwright sets of itself; for those it is the whole browser.</param>
    public Task<IBrowser> LaunchAsync(params string[] without) => _playwright!.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = without.Length == 0 && File.Exists(Shell) && Environment.GetEnvironmentVariable("CONSENT_TORTURE") is null ? Shell : "/usr/bin/chromium",
        IgnoreDefaultArgs = without,
        Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            // Pages of the tests have public addresses, and speak to the gateway on this machine.
            "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessRespectPreflightResults"],
    });

    /// <summary>Someone who was never here: a profile of its own, without a page yet.</summary>
    public async Task<Visitor> VisitorAsync(
        int width = 1280, int height = 800, string language = "nl-NL", ColorScheme scheme = ColorScheme.Light, IBrowser? browser = null)
    {
        var context = await (browser ?? _browser!).NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            Locale = language,
            ColorScheme = scheme,
        });
        context.SetDefaultTimeout(60_000);
        return new Visitor(this, context, await context.NewPageAsync());
    }

    public async Task<JsonElement> GetAsync(Uri address, string? subject = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (subject is not null) request.Headers.Add("Consent-Subject", subject);
        using var answer = await _http.SendAsync(request, Cancel);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }

    /// <summary>Asks what a controller's own system may ask, with its token.</summary>
    public async Task<JsonElement> PostAsync(Uri address, object body)
    {
        using var answer = await _http.PostAsJsonAsync(address, body, Cancel);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }

    /// <summary>Whether a subscriber, by its own state, would serve this person now.</summary>
    public async Task<bool> PermitsAsync(string subscriber, string site, string purpose, string subject) =>
        (await GetAsync(new Uri(Gateway, $"/v1/subscribers/{subscriber}/sites/{site}/permits/{purpose}"), subject)).GetProperty("permitted").GetBoolean();

    /// <summary>What the consent service holds of this person.</summary>
    public async Task<string?> StatusAsync(string site, string purpose, string subject) =>
        (await GetAsync(new Uri(Gateway, $"/v1/sites/{site}/me/state"), subject)).GetProperty("purposes").GetProperty(purpose).GetProperty("status").GetString();

    /// <summary>Decides as another device of the same person would.</summary>
    public async Task DecideElsewhereAsync(string site, string subject, string purpose, bool grant, long heldVersion)
    {
        var body = new { subjectId = subject, heldVersion, purposes = new Dictionary<string, bool> { [purpose] = grant }, action = "save", source = "test" };
        using var answer = await _http.PostAsJsonAsync(new Uri(Gateway, $"/v1/sites/{site}/decisions"), body, Cancel);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Publishes the site's declaration with a change, and waits until the banner has it.</summary>
    public Task RepublishAsync(string site, Action<JsonObject> change) => PublishAsync(site, site, change);

    /// <summary>Publishes a site of the test's own, which declares what another does save for a change, and gives the address of its pages.</summary>
    public async Task<string> PublishLikeAsync(string model, string site, Action<JsonObject>? change = null)
    {
        var home = $"https://www.{site}.example/";
        await PublishAsync(model, site, declaration =>
        {
            declaration["site"] = site;
            declaration["origins"] = new JsonArray(home.TrimEnd('/'));
            change?.Invoke(declaration);
        });
        return home;
    }

    private async Task PublishAsync(string model, string site, Action<JsonObject> change)
    {
        var declaration = (await _http.GetFromJsonAsync<JsonObject>(new Uri(Gateway, $"/v1/sites/{model}/declaration"), Cancel))!;
        change(declaration);
        using var answer = await _http.PutAsJsonAsync(new Uri(Gateway, $"/v1/sites/{site}/declaration"), declaration, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        var hash = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["hash"]!.GetValue<string>();
        await Eventually.IsSoAsync("the banner has the new declaration", async () =>
            (await _http.GetStringAsync(new Uri(Gateway, $"/banner/{site}.js"), Cancel)).Contains(hash, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.CloseAsync();
        _playwright?.Dispose();
        _http.Dispose();
        await _host.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
