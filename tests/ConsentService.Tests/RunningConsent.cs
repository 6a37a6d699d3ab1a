using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>The consent service on a real port over its real log, with the test site declared.</summary>
public sealed class RunningConsent : IAsyncLifetime
{
    public RunningApp App { get; } = new(
        builder =>
        {
            builder.AddConsentService();
            builder.AddMessaging();
        },
        app => app.MapConsentService());

    public string Hash { get; } = PublishedDeclaration.HashOf(TestSite.Declaration());

    public async ValueTask InitializeAsync()
    {
        await App.StartAsync();
        var published = await PutAsync("test-site", TestSite.Declaration(), App.Token("admin"));
        Assert.True(published.IsSuccessStatusCode, await published.Content.ReadAsStringAsync());
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();

    public Task<HttpResponseMessage> PutAsync(string site, Declaration declaration, string? token) =>
        PutAsync(site, Encoding.UTF8.GetString(ContractJson.Write(declaration)), "application/json", token);

    public Task<HttpResponseMessage> PutAsync(string site, string text, string contentType, string? token) =>
        App.SendAsync(HttpMethod.Put, $"/v1/sites/{site}/declaration", new StringContent(text, Encoding.UTF8, contentType), token);

    public Task<HttpResponseMessage> DecideAsync(
        object body, string? token = null, string site = "test-site", params (string Name, string Value)[] headers) =>
        App.SendAsync(HttpMethod.Post, $"/v1/sites/{site}/decisions", body, token, headers);

    /// <summary>Statistics granted or refused by a visitor.</summary>
    public object Statistics(string subjectId, bool yes, long heldVersion = 0) =>
        new { subjectId, heldVersion, purposes = new { statistics = yes }, declaration = Hash, language = "nl", action = "save", source = "banner" };

    public async Task<JsonObject> StateAsync(string subject)
    {
        var answer = await App.SendAsync(HttpMethod.Get, "/v1/sites/test-site/me/state", headers: ("Consent-Subject", subject));
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    /// <summary>Receipts of the subject, as the controller sees them.</summary>
    public async Task<JsonArray> ReceiptsAsync(string subject) =>
        (await (await App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/subjects/{subject}/receipts", token: App.Token("admin")))
            .Content.ReadFromJsonAsync<JsonArray>())!;
}
