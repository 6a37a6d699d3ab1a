using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>The host as a container has it: set up by its environment alone.</summary>
public sealed class HostInContainerTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("consent-data-").FullName;
    private readonly int _port = FreePorts.Take(1)[0];

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task It_answers_on_every_address_publishes_nothing_and_ends_when_it_is_told()
    {
        await using var host = Host(("DevelopmentIssuer:Enabled", "true"));
        host.Start();
        await host.ReadyAsync();

        // On one's own machine it listens on localhost alone.
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.2:{_port}") };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri("/v1/sites/kabelaar/declaration", UriKind.Relative))).StatusCode);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.For(_data, "admin"));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/v1/deliveries/consent", UriKind.Relative))).StatusCode);
        Assert.True(await host.StopAsync(), "It did not end.");
        Assert.Equal(0, host.ExitCode);
        Assert.Equal(2, host.Output.Count);
        Assert.StartsWith("Consent is ready", host.Output.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Told_to_stop_it_drains_for_as_long_as_is_set_and_ends_in_order()
    {
        await using var host = Host(("DevelopmentIssuer:Enabled", "true"), ("Shutdown:DrainFor", "00:00:33"));
        host.Start();
        await host.ReadyAsync();
        using var http = new HttpClient { BaseAddress = host.Address };
        var (clock, refused) = (Stopwatch.StartNew(), (TimeSpan?)null);
        await host.SignalAsync("TERM");
        await Eventually.IsSoAsync("it has ended", async () =>
        {
            if (!await AnswersAsync()) refused ??= clock.Elapsed;
            return !host.IsRunning;
        }, TimeSpan.FromSeconds(120));

        Assert.True(await host.EndedAsync());
        // What follows a stop in good order; and until then it answered.
        Assert.Equal((0, "Stopped."), (host.ExitCode, host.Output.Last()));
        Assert.True(refused >= TimeSpan.FromSeconds(33), $"It answered for {refused?.TotalSeconds:0.0} s.");

        async Task<bool> AnswersAsync()
        {
            try
            {
                return (await http.GetAsync(new Uri("/v1/sites/kabelaar/declaration", UriKind.Relative))).StatusCode == HttpStatusCode.NotFound;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task What_is_no_time_to_drain_is_said_in_a_sentence()
    {
        await using var host = Host(("DevelopmentIssuer:Enabled", "true"), ("Shutdown:DrainFor", "a while"));
        host.Start();
        Assert.True(await host.EndedAsync());
        Assert.Equal(1, host.ExitCode);
        Assert.StartsWith("Set Shutdown:DrainFor to a time", Assert.Single(host.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_issuer_it_says_what_to_set()
    {
        await using var host = Host();
        host.Start();
        Assert.True(await host.EndedAsync());
        Assert.Equal(1, host.ExitCode);
        Assert.Contains("set Auth:Authority", Assert.Single(host.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_brings_up_to_date_and_ends()
    {
        await using var host = Host(arguments: ["migrate"]);
        host.Start();
        Assert.True(await host.EndedAsync());
        Assert.Equal((0, 1), (host.ExitCode, host.Output.Count));
        Assert.StartsWith("Up to date: ", host.Output.First(), StringComparison.Ordinal);
    }

    private ServiceProcess Host(params (string Name, string Value)[] settings) => Host([], settings);

    private ServiceProcess Host(string[] arguments, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Host:Container"] = "true",
            ["Data"] = _data,
            ["Audit:Checkpoints"] = Path.Combine(_data, "places"),
            ["ASPNETCORE_HTTP_PORTS"] = $"{_port}",
        };
        foreach (var (name, value) in settings) all[name] = value;
        return new ServiceProcess("host", Repository.Program("tools/host"), new Uri($"http://localhost:{_port}"), all) { Arguments = arguments };
    }
}
