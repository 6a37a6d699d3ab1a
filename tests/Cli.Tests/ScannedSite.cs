using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Cli.Tests;

/// <summary>The leaky site after one scan by the tool, in a process of its own and a real Chromium.</summary>
public sealed class ScannedSite : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public LeakySite Site { get; } = new();

    public int Code { get; private set; }

    public string Output { get; private set; } = "";

    public string Progress { get; private set; } = "";

    public string Page { get; private set; } = "";

    public JsonNode Report { get; private set; } = new JsonObject();

    /// <summary>A folder that the scan makes.</summary>
    public string Screenshots => _folder.File("shots");

    public string Declaration => _folder.File("leaky.yaml");

    public async ValueTask InitializeAsync()
    {
        await Site.StartAsync();
        await File.WriteAllTextAsync(Declaration, LeakySite.Declaration);
        var page = _folder.File("report.html");
        (Code, Output, Progress) = await CommandLine.RunAsync(
            "scan", Site.Address, "--declaration", Declaration, "--pages", "8", "--linger", "0", "--json", "--html", page, "--screenshots", Screenshots, "--lang", "nl");
        Assert.True(Output.StartsWith('{'), Output + Progress);
        (Report, Page) = (JsonNode.Parse(Output)!, await File.ReadAllTextAsync(page));
    }

    /// <summary>Each finding as its kind, what it is about, and its name.</summary>
    public IReadOnlyList<string> Findings => [.. Report["findings"]!.AsArray().Select(f => $"{f!["kind"]} {f["what"]} {f["name"]}")];

    public JsonNode Stored(string kind, string name) => Report["seen"]!["stored"]!.AsArray().Single(s => (string)s!["kind"]! == kind && (string)s["name"]! == name)!;

    public static IReadOnlyList<string> Seen(JsonNode of) => [.. of["seen"]!.AsArray().Select(s => $"{s!["phase"]} {s["page"]}")];

    public async ValueTask DisposeAsync()
    {
        await Site.DisposeAsync();
        _folder.Dispose();
    }
}
