using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>A host that a person started.</summary>
public sealed class StartedHost : IAsyncLifetime
{
    public OneProcess Product { get; } = new();

    public async ValueTask InitializeAsync() => await Product.StartAsync();

    public ValueTask DisposeAsync() => Product.DisposeAsync();
}

/// <summary>The host as the person at the keyboard meets it.</summary>
public sealed class HostTests(StartedHost started) : IClassFixture<StartedHost>
{
    [Fact]
    public async Task A_second_start_on_the_same_folder_keeps_everything_and_publishes_nothing_anew()
    {
        var product = started.Product;
        var (site, visitor) = (new Site(product, "kabelaar"), product.Secrets.Visitor());
        await site.DecideAsync(visitor, statistics: true);
        await product.Processes[0].SignalAsync("INT");
        Assert.True(await product.Processes[0].EndedAsync(), "Ctrl-C did not end it.");
        Assert.Equal(0, product.Processes[0].ExitCode);

        await product.StartAsync();

        Assert.Equal("given", await new Site(product, "kabelaar").StatusAsync(visitor, "statistics"));
        Assert.Equal(1, (int)(await new Site(product, "kabelaar").DeclarationAsync())["version"]!);
    }

    [Fact]
    public void It_prints_where_to_look_and_nothing_else()
    {
        var product = started.Product;
        var output = product.Output;
        Assert.All(Product.Sites, id => Assert.Contains($"{product.Demo}{id}", output, StringComparison.Ordinal));
        Assert.Contains("token --scope", output, StringComparison.Ordinal);
        Assert.Contains(product.Data, output, StringComparison.Ordinal);
        // As lines, so that a failure shows the whole of each.
        Assert.DoesNotContain(output.Split('\n'), line => line.Contains("info:", StringComparison.Ordinal) || line.Contains("warn:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_host_on_the_same_folder_is_refused_in_one_sentence()
    {
        var product = started.Product;
        await using var second = Host(FreePorts.Take(2), product.Data);
        second.Start();
        Assert.True(await second.EndedAsync());
        Assert.Equal(1, second.ExitCode);
        Assert.StartsWith("Another host runs on the data folder", Assert.Single(second.Output), StringComparison.Ordinal);
        Assert.Equal("never-asked", await new Site(product, "kabelaar").StatusAsync(product.Secrets.Visitor(), "statistics"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_port_in_use_is_told_in_one_sentence(int which)
    {
        var ports = FreePorts.Take(2);
        using var other = new TcpListener(IPAddress.Loopback, ports[which]);
        other.Start();
        var data = Directory.CreateTempSubdirectory("consent-data-").FullName;
        await using var host = Host(ports, data);
        host.Start();
        Assert.True(await host.EndedAsync());
        Assert.Equal(1, host.ExitCode);
        Assert.Contains($":{ports[which]}", Assert.Single(host.Output), StringComparison.Ordinal);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Run_as_the_README_says_it_keeps_a_relative_data_folder_under_the_folder_it_was_called_from()
    {
        var ports = FreePorts.Take(2);
        var here = Directory.CreateTempSubdirectory("consent-here-").FullName;
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        using var run = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "run", "--no-build", "-c", configuration, "--project", Path.Combine(Repository.Root, "tools", "host"), "--",
                "--urls", $"http://localhost:{ports[0]}", "--demo", $"http://localhost:{ports[1]}", "--data", "mine",
            },
            WorkingDirectory = here,
            UseShellExecute = false,
        })!;
        try
        {
            using var http = new HttpClient();
            await Eventually.IsSoAsync("the host answers",
                async () => (await http.GetAsync(new Uri($"http://localhost:{ports[0]}/health"))).IsSuccessStatusCode, TimeSpan.FromSeconds(180));
            Assert.True(Directory.Exists(Path.Combine(here, "mine", "consent")));
        }
        finally
        {
            run.Kill(entireProcessTree: true);
            await run.WaitForExitAsync();
        }
        Directory.Delete(here, recursive: true);
    }

    private static ServiceProcess Host(int[] ports, string data) =>
        new("host", Repository.Program("tools/host"), new Uri($"http://localhost:{ports[0]}"), new Dictionary<string, string>(StringComparer.Ordinal))
        {
            Arguments = ["--urls", $"http://localhost:{ports[0]}", "--demo", $"http://localhost:{ports[1]}", "--data", data],
        };
}
