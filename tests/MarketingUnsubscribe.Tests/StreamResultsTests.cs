using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>What becomes of an answer when something fails while it is written.</summary>
public sealed class StreamResultsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatFailsAfterTheFirstPiece_BreaksTheConnection_SoThatNobodyTakesItForWhole(bool asLines)
    {
        await using var app = await StartAsync(pieces: 2, asLines);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(client.BaseAddress));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatFailsAtTheFirstPiece_IsAnsweredAsAFailure(bool asLines)
    {
        await using var app = await StartAsync(pieces: 0, asLines);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var answer = await client.GetAsync(client.BaseAddress);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    private static async Task<WebApplication> StartAsync(int pieces, bool asLines)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(http => StreamResults.WriteAsync(http, ThenFailAsync(pieces), asLines));
        await app.StartAsync();
        return app;
    }

    private static async IAsyncEnumerable<IReadOnlyList<CheckedAddress>> ThenFailAsync(int pieces)
    {
        for (var i = 0; i < pieces; i++) yield return [new CheckedAddress($"reader-{i}@example.com", false, "no-basis", null)];
        await Task.Yield();
        throw new InvalidOperationException("The log cannot be read.");
    }
}
