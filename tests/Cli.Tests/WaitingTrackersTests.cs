using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Cli.Tests;

/// <summary>One scan, by the tool in a real Chromium, of a page that tracks only who stays, moves the mouse or scrolls.</summary>
public sealed class WaitingTrackersTests : IAsyncLifetime
{
    private const string Declaration = """
        site: waiting
        purposes: [{ id: shop, legalBasis: contract, vendors: [mover] }]
        vendors:
          - { id: mover, hosts: [move.localhost, absent.localhost] }
          - { id: forgotten, hosts: [timer.localhost] }
        """;

    private readonly LeakySite _site = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task What_waits_for_a_timer_the_mouse_or_a_scroll_is_seen_and_nothing_is_pressed()
    {
        var declaration = _folder.File("waiting.yaml");
        await File.WriteAllTextAsync(declaration, Declaration);
        var (code, output, errors) = await CommandLine.RunAsync(
            "scan", _site.Address + "/waits", "--declaration", declaration, "--pages", "0", "--linger", "4", "--json");
        Assert.True(code == 4, output + errors);
        var report = JsonNode.Parse(output)!;
        Assert.Equal(
            ["late.localhost", "move.localhost", "scroll.localhost", "timer.localhost", "wheel.localhost"],
            report["seen"]!["thirdParties"]!.AsArray().Select(p => (string)p!["host"]!));
        Assert.Equal(
        [
            "undeclared late.localhost ",
            "undeclared scroll.localhost ",
            "undeclared wheel.localhost ",
            "without-purpose timer.localhost forgotten",
            "never-seen absent.localhost mover",
        ], report["findings"]!.AsArray().Select(f => $"{f!["kind"]} {f["name"]} {f["vendor"]}"));
        // No pictures were asked for.
        Assert.Null(report["screenshots"]);
    }

    public async ValueTask InitializeAsync() => await _site.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Dispose();
    }
}
