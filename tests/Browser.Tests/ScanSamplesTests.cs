using System.Text.Json;
using Consent.Tests.Support;

namespace Consent.Browser.Tests;

/// <summary>The product under its own scanner: each sample site does as it declares, and the banner is answered by its own buttons.</summary>
public class ScanSamplesTests(RunningHost host)
{
    [Theory]
    [InlineData("slotmaker")]
    [InlineData("raadhuis")]
    [InlineData("weefgoed")]
    [InlineData("koppelhuis")]
    [InlineData("kabelaar")]
    public async Task A_sample_site_does_as_it_declares(string site)
    {
        var (code, output, errors) = await CommandLine.RunAsync(
            "scan", new Uri(host.Demo, $"/{site}").ToString(), "--site", site, "--gateway", host.Gateway.ToString(), "--pages", "1", "--linger", "0", "--json");
        Assert.True(code == 0, output + errors);
        var report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(3, report.GetProperty("seen").GetProperty("phases").GetArrayLength());
        // The scan saw what accepting sets going, and that refusing is remembered.
        Assert.Equal(["accepted"], Phases(report, "_demo_stats"));
        Assert.Equal(["refused", "accepted"], Phases(report, "consent-choice"));
    }

    private static IEnumerable<string> Phases(JsonElement report, string cookie) => report.GetProperty("seen").GetProperty("stored").EnumerateArray()
        .Single(s => s.GetProperty("name").GetString() == cookie).GetProperty("seen").EnumerateArray().Select(s => s.GetProperty("phase").GetString()!);
}
