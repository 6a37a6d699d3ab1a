using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Consent.Browser.Tests;

/// <summary>What stands on the buttons of every sample site, and around them.</summary>
public partial class PlainWordsTests(RunningHost host)
{
    public static MatrixTheoryData<string, string> SitesAndLanguages => new(RunningHost.Samples, ["nl", "en"]);

    [Theory]
    [MemberData(nameof(SitesAndLanguages))]
    public async Task AP3_The_buttons_say_refuse_accept_and_settings_and_nothing_praises_a_choice(string site, string language)
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(site, language);
        string[] first = language == "nl" ? ["Alles weigeren", "Alles accepteren", "Instellingen"] : ["Reject all", "Accept all", "Settings"];
        Assert.Equal(first, await LabelsAsync(visitor));
        Assert.DoesNotMatch(Praise(), await visitor.Banner.InnerTextAsync());

        await visitor.Button(first[2]).ClickAsync();
        await visitor.Banner.GetByRole(AriaRole.Checkbox).First.WaitForAsync();
        Assert.Equal([first[0], first[1], language == "nl" ? "Keuze opslaan" : "Save my choice"], await LabelsAsync(visitor));
        Assert.DoesNotMatch(Praise(), await visitor.Banner.InnerTextAsync());
    }

    private static async Task<IReadOnlyList<string>> LabelsAsync(Visitor visitor) => await visitor.Banner.Locator("button").AllInnerTextsAsync();

    /// <summary>Wordings that the Dutch authority and the EDPB's taskforce name as misleading.</summary>
    [GeneratedRegex("optima|ervaring|beleving|experience|akkoord en|agree and|en doorgaan|and continue|en sluiten|and close", RegexOptions.IgnoreCase)]
    private static partial Regex Praise();
}
