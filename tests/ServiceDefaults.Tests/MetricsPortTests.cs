using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Consent.ServiceDefaults.Tests;

public sealed class MetricsPortTests
{
    [Fact]
    public async Task Metrics_AreServedOnTheirOwnPort_AndThereAlone_WithTheRouteAndNotThePath()
    {
        var port = FreePorts.Take(1)[0];
        await using var app = await StartAsync(port);
        using var meter = new Meter("Consent.Tests.MetricsPort");
        var seen = meter.CreateCounter<long>("consent.tests.seen", "{thing}", "Things that were seen.");
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var metrics = Client(port);

        Assert.Equal("in", await http.GetStringAsync("/metrics-test/secret-token"));
        seen.Add(3);
        var text = "";
        await Eventually.IsSoAsync("both are counted", async () =>
        {
            text = await metrics.GetStringAsync("/metrics");
            var lines = text.Split('\n');
            return lines.Any(l => l.StartsWith("consent_tests_seen_total", StringComparison.Ordinal) && l.Contains(" 3", StringComparison.Ordinal))
                && lines.Any(l => l.StartsWith("http_server_request_duration_seconds_count", StringComparison.Ordinal) && l.Contains("/metrics-test/{token}", StringComparison.Ordinal));
        }, seen: () => text);
        Assert.DoesNotContain("secret-token", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await metrics.GetAsync("/metrics-test/x")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await metrics.GetAsync("/health/ready")).StatusCode);
    }

    [Fact]
    public async Task OfACallThatGoesOut_NothingIsToldOfWhereItGoes()
    {
        var port = FreePorts.Take(1)[0];
        await using var app = await StartAsync(port);
        using var http = new HttpClient(Leading.To(new Uri(app.Urls.Single()).Port));
        using var metrics = Client(port);
        using var call = new HttpRequestMessage(HttpMethod.Patch, "http://a-secret-7f3.hooks.example/metrics-test/x");
        using var answer = await http.SendAsync(call);
        var text = "";
        await Eventually.IsSoAsync("it is counted", async () =>
        {
            text = await metrics.GetStringAsync("/metrics");
            return text.Split('\n').Any(l => l.StartsWith("http_client_request_duration_seconds_count", StringComparison.Ordinal) && l.Contains("PATCH", StringComparison.Ordinal));
        }, seen: () => text);
        Assert.DoesNotContain("hooks.example", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoHoldsAScrape_HoldsUpNoStop()
    {
        var port = FreePorts.Take(1)[0];
        await using var app = await StartAsync(port);
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, port);
        // Its end never comes; and after another was answered, it was taken too.
        await slow.GetStream().WriteAsync("GET /metrics HTTP/1.1\r\nHost: x\r\n"u8.ToArray());
        using var metrics = Client(port);
        Assert.Equal(HttpStatusCode.OK, (await metrics.GetAsync("/metrics")).StatusCode);

        await app.StopAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task TwoApplicationsOfOneProcess_ShareThePort()
    {
        var port = FreePorts.Take(1)[0];
        await using var first = await StartAsync(port);
        var second = await StartAsync(port);
        using var metrics = Client(port);
        Assert.Equal(HttpStatusCode.OK, (await metrics.GetAsync("/metrics")).StatusCode);
        await second.StopAsync();
        await second.DisposeAsync();
        Assert.Equal(HttpStatusCode.OK, (await metrics.GetAsync("/metrics")).StatusCode);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("70000")]
    [InlineData("metrics")]
    public void WhatIsNoPort_IsRefusedAtStart_InASentence(string port)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => Started.Builder(new() { ["Metrics:Port"] = port }).AddServiceDefaults("test"));
        Assert.Contains("Metrics:Port", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"'{port}'", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<WebApplication> StartAsync(int port) =>
        Started.AppAsync(new() { ["Metrics:Port"] = $"{port}" }, app => app.MapGet("/metrics-test/{token}", () => "in"));

    private static HttpClient Client(int port) => new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
}
