using System.Net;
using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.ServiceDefaults.Tests;

public sealed class SiteCorsTests : IAsyncLifetime
{
    private const string Own = "https://www.test-site.example";

    private static readonly Declaration Declared = SampleDeclaration.Of("test-site", "test-house") with { Origins = [Own] };

    private readonly RunningApp _app = new(
        builder => builder.Services.AddKeyedSingleton<IDeclarations>("test", new HeldDeclaration { Current = Declared.Published(TimeProvider.System.Now()) }),
        app => app.MapPost("/v1/sites/{site}/decisions", (HttpRequest request, string site) =>
            SiteCors.ForeignOrigin(request, Declared) is { } problem ? (IResult)problem : TypedResults.Ok(site)).RequireSiteCors("test"));

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("test-site", Own, true)]
    [InlineData("test-site", "https://evil.example", false)]
    [InlineData("test-site", "https://www.test-site.example.evil.example", false)]
    [InlineData("test-site", "null", false)]
    [InlineData("unknown", Own, false)]
    public async Task Preflight_AdmitsTheDeclaredOriginsOnly(string site, string origin, bool admitted)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, $"/v1/sites/{site}/decisions");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type,idempotency-key");

        var answer = await _app.Http.SendAsync(request);

        Assert.Equal(admitted, answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) && allowed.Single() == origin);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData(Own, HttpStatusCode.OK)]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    public async Task Post_OfAForeignPage_IsRefused(string? origin, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/sites/test-site/decisions");
        if (origin is not null) request.Headers.Add("Origin", origin);

        Assert.Equal(expected, (await _app.Http.SendAsync(request)).StatusCode);
    }
}
