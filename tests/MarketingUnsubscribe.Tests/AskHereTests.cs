using System.Net;
using Microsoft.Extensions.Configuration;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Where a link does not open, the page has something to press: whom to ask, and where preferences are asked for.</summary>
public sealed class AskHereTests : HostedTest
{
    private const string Help = "mailto:help@installation.example";

    [Theory]
    [InlineData("/u/AAAA")]
    [InlineData("/u/AAAA/preferences")]
    [InlineData("/preferences/nowhere")]
    [InlineData("/p/AAAA")]
    public async Task WhereOneControllerDeclaresAll_HisAddressAndHisSitesAreThere(string path)
    {
        var one = await PageAsync(Host, path);
        Assert.Contains("href=\"mailto:vragen@orchard.example\"", one, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/preferences/orchard?language=en\">", one, StringComparison.Ordinal);

        await Host.HearAsync(Sample.Declaration("meadow") with { Origins = ["https://www.meadow.example"] });
        await Host.HearAsync(Sample.Declaration("gone") with { Retired = true });

        var several = await PageAsync(Host, path);
        Assert.Contains("<a href=\"/preferences/orchard?language=en\">", several, StringComparison.Ordinal);
        Assert.Contains(": www.meadow.example</a>", several, StringComparison.Ordinal);
        Assert.DoesNotContain("/preferences/gone", several, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhereThereAreSeveralControllers_NoneIsNamed_AndWhatIsSetIsThere()
    {
        using var folder = new Folder();
        await using var set = await MarketingHost.StartAsync(folder.Path, settings: new Dictionary<string, string?> { ["Marketing:AskHere"] = Help });
        Assert.DoesNotContain(Help, await PageAsync(set, "/u/AAAA"), StringComparison.Ordinal);
        foreach (var host in (MarketingHost[])[Host, set])
        {
            await host.HearAsync(Sample.Declaration("meadow", "meadow-ltd"));
            var page = await PageAsync(host, "/u/AAAA");
            Assert.DoesNotContain("/preferences/", page, StringComparison.Ordinal);
            Assert.DoesNotContain("orchard", page, StringComparison.Ordinal);
            Assert.Equal(host == set, page.Contains($"<a href=\"{Help}\">help@installation.example</a>", StringComparison.Ordinal));
            Assert.Equal(host == set, page.Contains("mailto:", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("mailto:help@example.org")]
    [InlineData(" https://www.example.org/contact ")]
    public void Of_WherePeopleCanAsk_IsRead(string text) => Assert.Equal(new Uri(text.Trim()), AskHere.Of(Settings(text)).Address);

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void Of_Nothing_IsNowhere(string? text) => Assert.Null(AskHere.Of(Settings(text)).Address);

    [Theory]
    [InlineData("help@example.org")]
    [InlineData("http://www.example.org/contact")]
    [InlineData("javascript:alert(1)")]
    public void Of_AnythingElse_SaysWhatToSet(string text) =>
        Assert.Contains("Marketing:AskHere", Assert.Throws<InvalidOperationException>(() => AskHere.Of(Settings(text))).Message, StringComparison.Ordinal);

    private static async Task<string> PageAsync(MarketingHost host, string path) => WebUtility.HtmlDecode(await host.PageAsync(path));

    private static IConfiguration Settings(string? ask) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Marketing:AskHere"] = ask }).Build();
}
