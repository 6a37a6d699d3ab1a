using System.Net;
using System.Text;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Consent.ServiceDefaults.Tests;

public sealed class ProblemTests : IAsyncLifetime
{
    private const int Limit = 1000;

    private readonly RunningApp _app = new(map: app =>
    {
        app.MapGet("/broken", string () => throw new InvalidOperationException("the secret of the house"));
        app.MapGet("/unavailable", string () => throw new NotNow());
        app.MapPost("/read", async (HttpRequest request) =>
        {
            var (body, problem) = await JsonBody.ReadAsync<Body>(request, Limit);
            return body is null ? problem! : TypedResults.Ok(body.Number);
        });
    });

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("/broken", HttpStatusCode.InternalServerError, "internal")]
    [InlineData("/unavailable", HttpStatusCode.ServiceUnavailable, "unavailable")]
    [InlineData("/nowhere", HttpStatusCode.NotFound, "not-found")]
    [InlineData("/read", HttpStatusCode.MethodNotAllowed, "method-not-allowed")]
    public async Task Get_WhatFails_IsAProblemThatTellsNothingInternal(string path, HttpStatusCode status, string slug)
    {
        var answer = await _app.Http.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains($"\"urn:consent:problem:{slug}\"", text, StringComparison.Ordinal);
        foreach (var internals in (string[])["secret", "Exception", "   at ", "traceId"]) Assert.DoesNotContain(internals, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"number\":7}", HttpStatusCode.OK, "7")]
    [InlineData("{\"number\":\"seven\"}", HttpStatusCode.BadRequest, "number")]
    [InlineData("{\"number\":", HttpStatusCode.BadRequest, "malformed-body")]
    [InlineData("null", HttpStatusCode.BadRequest, "malformed-body")]
    [InlineData("", HttpStatusCode.BadRequest, "malformed-body")]
    [InlineData("{}", HttpStatusCode.BadRequest, "malformed-body")]
    public async Task ReadAsync_SaysWhereABodyIsWrong(string body, HttpStatusCode status, string says)
    {
        var answer = await _app.Http.PostAsync("/read", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_BeyondTheLimit_Is413_WithAndWithoutALength(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/read")
        {
            Content = new StringContent("{\"number\":7" + new string(' ', Limit) + "}", Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await _app.Http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public void Shown_KeepsWhatACallerSentHarmless() =>
        Assert.Equal("scriptalert1script", Problems.Shown("<script>alert(1)</script>\r\n"));

    private sealed record Body
    {
        public required int Number { get; init; }
    }

    private sealed class NotNow : Exception, IUnavailable;
}
