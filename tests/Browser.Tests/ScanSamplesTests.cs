using System.Text.Json;
using Consent.Tests.Support;

namespace Consent.Browser.Tests;

/// <summary>Scans of the sample sites, some side by side: a scan mostly waits for its page to be at rest.</summary>
public sealed class ScannedSamples : IAsyncDisposable
{
    private readonly SemaphoreSlim _places = new(3);
    private readonly Dictionary<string, Task<(int Code, string Output, string Errors)>> _scans;

    // Of the first its other page too, which is the same in the other language.
    public ScannedSamples(RunningHost host) => _scans = RunningHost.Samples.ToDictionary(site => site, site => ScanAsync(host, site, site == RunningHost.Samples[0] ? "1" : "0"));

    public Task<(int Code, string Output, string Errors)> Of(string site) => _scans[site];

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_scans.Values);
        _places.Dispose();
    }

    private async Task<(int Code, string Output, string Errors)> ScanAsync(RunningHost host, string site, string pages)
    {
        await _places.WaitAsync();
        try
        {
            return await CommandLine.RunAsync(
                "scan", new Uri(host.Demo, $"/{site}").ToString(), "--site", site, "--gateway", host.Gateway.ToString(), "--pages", pages, "--linger", "0", "--json");
        }
        finally
        {
            _places.Release();
        }
    }
}

/// <summary>The product under its own scanner: each sample site does as it declares, and the banner is answered by its own buttons.</summary>
public class ScanSamplesTests(ScannedSamples scanned) : IClassFixture<ScannedSamples>
{
    public static TheoryData<string> Samples => [.. RunningHost.Samples];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_site_does_as_it_declares(string site)
    {
        var (code, output, errors) = await scanned.Of(site);
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
