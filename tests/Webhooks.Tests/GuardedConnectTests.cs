using System.Net;
using Consent.ServiceDefaults.Outgoing;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Webhooks.Tests;

/// <summary>The guard stands where the connection is made: names are looked up by the test, sockets are real.</summary>
public sealed class GuardedConnectTests
{
    [Fact]
    public async Task A_name_that_leads_to_an_allowed_address_is_called_by_its_name()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await AppAsync("127.0.0.1/32", Answers("127.0.0.1"));
        var (endpoint, _) = await app.EndpointAsync($"http://hooks.example:{receiver.Port}/hook");

        await app.TestAsync(endpoint);

        Assert.Equal($"hooks.example:{receiver.Port}", (await receiver.HasGotAsync(1))[0].Headers["host"]);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("9.9.9.9", "127.0.0.1")]
    [InlineData("127.0.0.2", "127.0.0.1")]
    public async Task A_name_with_an_address_that_may_not_be_called_is_refused_and_nothing_is_sent(params string[] addresses)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await AppAsync("127.0.0.2/32", Answers(addresses));
        var (endpoint, _) = await app.EndpointAsync($"http://hooks.example:{receiver.Port}/hook");

        await app.TestAsync(endpoint);

        await app.StandAsync(endpoint, "pending target-forbidden");
        Assert.Empty(receiver.All);
    }

    /// <summary>Allowed at the look-up that was checked, and the loopback at any later one: whoever looks twice is deceived.</summary>
    [Fact]
    public async Task A_name_that_answers_otherwise_the_second_time_gains_nothing()
    {
        await using var receiver = await Receiver.StartAsync();
        var asked = 0;
        await using var app = await AppAsync("127.0.0.2/32", (_, _) =>
            Task.FromResult<IPAddress[]>([IPAddress.Parse(Interlocked.Increment(ref asked) == 1 ? "127.0.0.2" : "127.0.0.1")]));
        var (endpoint, _) = await app.EndpointAsync($"http://hooks.example:{receiver.Port}/hook");

        await app.TestAsync(endpoint);

        await app.StandAsync(endpoint, "pending unreachable");
        Assert.Equal(1, asked);
        Assert.Empty(receiver.All);
    }

    [Fact]
    public async Task A_later_attempt_is_checked_anew()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(500, ("Connection", "close"));
        var address = "127.0.0.1";
        await using var app = await AppAsync("127.0.0.1/32", (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]));
        var (endpoint, _) = await app.EndpointAsync($"http://hooks.example:{receiver.Port}/hook");
        await app.TestAsync(endpoint);
        await app.StandAsync(endpoint, "pending refused");

        address = "169.254.169.254";
        app.PassToNextAttempt(endpoint);

        await app.StandAsync(endpoint, "pending target-forbidden");
        Assert.Single(receiver.All);
    }

    [Fact]
    public async Task Without_TLS_nothing_is_sent_once_the_operator_no_longer_allows_it()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await WebhooksApp.StartAsync(change: b => b.Configuration["Webhooks:AllowHttp"] = "false");
        // As made while it was allowed.
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);

        await app.TestAsync(endpoint);

        await app.StandAsync(endpoint, "pending target-forbidden");
        Assert.Empty(receiver.All);
    }

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("everything")]
    public void A_network_that_is_none_stops_the_start(string network)
    {
        var settings = new Microsoft.Extensions.Configuration.ConfigurationManager { ["Webhooks:AllowedNetworks"] = $"10.0.0.0/8, {network}" };
        Assert.Contains("Webhooks:AllowedNetworks", Assert.Throws<InvalidOperationException>(() => WebhookSettings.From(settings)).Message, StringComparison.Ordinal);
    }

    private static ResolveHost Answers(params string[] addresses) => (_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray());

    private static Task<WebhooksApp> AppAsync(string allowed, ResolveHost resolve) => WebhooksApp.StartAsync(change: builder =>
    {
        builder.Configuration["Webhooks:AllowedNetworks:0"] = allowed;
        builder.Services.AddSingleton(resolve);
    });
}
