using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.ConsentService.Tests;

/// <summary>The consent service on a real port over its real log, under a clock that the test moves; for one test.</summary>
public sealed class MovedConsent : IAsyncDisposable
{
    private MovedConsent() => App = new RunningApp(
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(Clock);
            builder.AddConsentService();
            builder.AddMessaging();
        },
        app => app.MapConsentService());

    public MovedClock Clock { get; } = new(TestSite.Noon);
    public RunningApp App { get; }
    public IRecordLog Log => App.Services.GetRequiredKeyedService<IRecordLog>(ConsentSetup.Service);

    public static async Task<MovedConsent> StartAsync(Declaration? declaration = null)
    {
        var consent = new MovedConsent();
        await consent.App.StartAsync();
        await consent.PublishAsync(declaration ?? TestSite.Declaration());
        return consent;
    }

    /// <returns>What was answered: the declaration with its version, hash and, after the first, difference.</returns>
    public async Task<JsonObject> PublishAsync(Declaration declaration)
    {
        var answer = await App.SendAsync(HttpMethod.Put, $"/v1/sites/{declaration.Site}/declaration", declaration, App.Token("admin"));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    public Task<HttpResponseMessage> DecideAsync(object body, params (string Name, string Value)[] headers) =>
        App.SendAsync(HttpMethod.Post, "/v1/sites/test-site/decisions", body, headers: headers);

    /// <summary>A decision that is recorded.</summary>
    public async Task<Receipt> DecidedAsync(object body, params (string Name, string Value)[] headers)
    {
        var answer = await DecideAsync(body, headers);
        Assert.Equal(System.Net.HttpStatusCode.Created, answer.StatusCode);
        return ContractJson.Read<Receipt>(await answer.Content.ReadAsByteArrayAsync());
    }

    public object Choice(string hash, params (string Id, bool Yes)[] purposes) => new
    {
        subjectId = TestSite.Visitor,
        heldVersion = 1000,
        purposes = purposes.ToDictionary(p => p.Id, p => p.Yes),
        declaration = hash,
        language = "nl",
        action = "save",
        source = "banner",
    };

    public object Statistics(string hash, bool yes, long held = 0) => new
    {
        subjectId = TestSite.Visitor,
        heldVersion = held,
        purposes = new { statistics = yes },
        declaration = hash,
    };

    public async Task<string> StatusAsync(string purpose, string? at = null, bool gpc = false)
    {
        var answer = at is null
            ? await App.SendAsync(HttpMethod.Get, "/v1/sites/test-site/me/state", headers: gpc ? [("Consent-Subject", TestSite.Visitor), ("Sec-GPC", "1")] : [("Consent-Subject", TestSite.Visitor)])
            : await App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/subjects/{TestSite.Visitor}/state?at={at}", token: App.Token("admin"));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["purposes"]![purpose]!["status"]!;
    }

    public async ValueTask DisposeAsync() => await App.DisposeAsync();
}
