using Consent.Cli.Scan;

namespace Consent.Cli.Tests;

public sealed class RegistrableHostsTests
{
    [Fact]
    public async Task The_browser_knows_which_part_of_a_host_somebody_registered()
    {
        var expected = new Dictionary<string, string>
        {
            ["www.site.nl"] = "site.nl",
            ["site.nl"] = "site.nl",
            ["a.b.co.uk"] = "b.co.uk",
            ["mine.github.io"] = "mine.github.io",
            ["deep.mine.github.io"] = "mine.github.io",
            ["github.io"] = "github.io",
            ["localhost"] = "localhost",
            ["third.localhost"] = "third.localhost",
            ["127.0.0.1"] = "127.0.0.1",
            ["::1"] = "::1",
        };
        await using var browser = await Chromium.StartAsync(FindChromium.At(null), "en", TestContext.Current.CancellationToken);
        Assert.Equal(expected, await RegistrableHosts.OfAsync(browser.Tools, expected.Keys, TestContext.Current.CancellationToken));
    }
}
