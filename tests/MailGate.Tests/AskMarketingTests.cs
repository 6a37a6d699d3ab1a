using System.Net;
using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consent.MailGate.Tests;

/// <summary>What the gate asks marketing, and what it makes of the answer: a stand-in says what a service of another release might.</summary>
public sealed class AskMarketingTests : IAsyncLifetime
{
    private static readonly string[] Two = ["anna@example.org", "bert@example.org"];
    private readonly RunningApp _marketing;
    private JsonNode? _asked;

    /// <summary>The result for the second address; the first is permitted.</summary>
    private (bool Permitted, string? Reason) _second = (true, "opted-in");

    /// <summary>The addresses as they are answered.</summary>
    private Func<string[], IEnumerable<string>> _answered = asked => asked;

    public AskMarketingTests() => _marketing = new RunningApp(map: app => app.MapPost($"/v1/sites/{Orchard.Site}/marketing/check", async (HttpRequest request) =>
    {
        _asked = await JsonNode.ParseAsync(request.Body);
        string[] asked = [.. _asked!["addresses"]!.AsArray().Select(address => (string)address!)];
        return Results.Json(new
        {
            results = _answered(asked).Select(address =>
            {
                var (permitted, reason) = address == Two[1] ? _second : (true, "opted-in");
                return new { address, permitted, reason, frequency = address == Two[1] ? null : "weekly" };
            }),
        });
    }));

    public async ValueTask InitializeAsync() => await _marketing.StartAsync();

    public ValueTask DisposeAsync() => _marketing.DisposeAsync();

    [Fact]
    public async Task ItAsksForEmailAlone()
    {
        await WhyNotAsync();
        Assert.Equal("""{"topic":"news","channel":"email","addresses":["anna@example.org","bert@example.org"]}""", _asked!.ToJsonString());
    }

    [Theory]
    [InlineData("opted-in")]
    [InlineData("soft-opt-in")]
    [InlineData("legitimate-interest")]
    public async Task OnWhateverBasisItPermits_MailPasses(string reason)
    {
        _second = (true, reason);
        Assert.Equal([null, null], await WhyNotAsync());
    }

    [Theory]
    [InlineData("suppressed", "suppressed")]
    [InlineData("no-basis", "no-basis")]
    [InlineData("retired-site", "retired-site")]
    [InlineData("invalid-address", "invalid-address")]
    [InlineData("Written\r\nby somebody else", "not-permitted")]
    [InlineData(null, "not-permitted")]
    public async Task WhyItPermitsNot_IsToldInItsWord_WhereThatIsOne(string? reason, string told)
    {
        _second = (false, reason);
        Assert.Equal([null, told], await WhyNotAsync());
    }

    [Theory]
    [InlineData("not-loaded")]
    [InlineData("unreadable")]
    public async Task WhatItCannotTellYet_IsPutOff(string reason)
    {
        _second = (false, reason);
        await Assert.ThrowsAsync<MarketingAwayException>(WhyNotAsync);
    }

    [Fact]
    public async Task AnAnswer_ThatIsNotToTheQuestion_IsNone()
    {
        Func<string[], IEnumerable<string>>[] others = [asked => Enumerable.Reverse(asked), asked => asked.Take(1), asked => [.. asked, "carla@example.org"]];
        foreach (var other in others)
        {
            _answered = other;
            await Assert.ThrowsAsync<MarketingAwayException>(WhyNotAsync);
        }
    }

    private async Task<IReadOnlyList<string?>> WhyNotAsync()
    {
        var settings = new GateSettings(
            new IPEndPoint(IPAddress.Loopback, 2525), null, null, "gate.orchard.example", new Uri(_marketing.Http.BaseAddress!, "/"), "none", null, 1 << 20, TimeSpan.FromMinutes(5),
            TimeSpan.FromSeconds(30));
        using var marketing = new AskMarketing(settings, NullLogger<AskMarketing>.Instance);
        return await marketing.WhyNotAsync(Orchard.Site, Orchard.News, Two, TestContext.Current.CancellationToken);
    }
}
