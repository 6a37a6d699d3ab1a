using System.Text.Json;
using System.Text.RegularExpressions;
using Consent.Cli.Scan;
using Consent.Tests.Support;

namespace Consent.Cli.Tests;

/// <summary>By the browser's own log of its network: what Chromium would tell its maker while it is scanning.</summary>
public sealed class NothingElseIsAskedTests : IAsyncLifetime
{
    private readonly LeakySite _site = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_browser_looks_up_and_reaches_the_scanned_site_alone()
    {
        var (program, log, declaration) = (_folder.File("chromium"), _folder.File("net.json"), _folder.File("leaky.yaml"));
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec '{FindChromium.At(null)}' \"$@\" --log-net-log='{log}'\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(declaration, LeakySite.Declaration);
        var (code, output, errors) = await CommandLine.RunAsync(
            "scan", _site.Address + "/foreign", "--declaration", declaration, "--refuse-selector", ".no", "--accept-selector", ".yes", "--chromium", program, "--linger", "0");
        Assert.True(code == 4, output + errors);

        var lines = await File.ReadAllLinesAsync(log);
        // A job is a question to the outside; what is known, as names under localhost are, needs none.
        Assert.All(Told(lines, "HOST_RESOLVER_MANAGER_JOB", "host"), host => Assert.Contains("localhost", host, StringComparison.Ordinal));
        var reached = Told(lines, "TCP_CONNECT_ATTEMPT", "address");
        Assert.Contains(reached, address => address.EndsWith($":{new Uri(_site.Address).Port}", StringComparison.Ordinal));
        Assert.All(reached, address => Assert.Matches(new Regex(@"^(127\.0\.0\.1|\[::1\]):"), address));
    }

    public async ValueTask InitializeAsync() => await _site.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A member of every event of a kind; the log has a line for each, after one with the numbers of the kinds, and ends where the browser did.</summary>
    private static List<string> Told(string[] lines, string kind, string member)
    {
        var number = int.Parse(Regex.Match(lines[0], $"\"{kind}\":(?<number>[0-9]+)").Groups["number"].Value, null);
        var told = new List<string>();
        foreach (var line in lines.Skip(1).Select(l => l.TrimEnd(',')).Where(l => l.StartsWith("{\"", StringComparison.Ordinal) && l.EndsWith('}')))
        {
            var e = JsonDocument.Parse(line).RootElement;
            if (e.GetProperty("type").GetInt32() == number && e.TryGetProperty("params", out var parameters) && parameters.TryGetProperty(member, out var value))
                told.Add(value.GetString()!);
        }

        return told;
    }
}
