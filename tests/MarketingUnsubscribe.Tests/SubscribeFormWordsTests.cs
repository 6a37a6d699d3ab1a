using System.Net;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The form in each official language of the Union.</summary>
public sealed class SubscribeFormWordsTests : ConfirmingTest
{
    private static readonly string[] Official =
        ["bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv"];

    [Fact]
    public async Task EveryState_IsTold_InEachLanguage_AndLeavesNoPlace()
    {
        var titles = new HashSet<string>();
        foreach (var language in Official)
        {
            var form = $"/s/orchard/newsletter?language={language}";
            string[] filled = [await FillAsync(form, "nonsense"), await FillAsync(form, $"jan-{language}@example.com")];
            foreach (var page in filled.Append(await Host.PageAsync(form)).Append(await Host.PageAsync($"/s/orchard/nothing?language={language}")))
            {
                Assert.Contains($"<html lang=\"{language}\">", page, StringComparison.Ordinal);
                var body = WebUtility.HtmlDecode(page[page.IndexOf("<body>", StringComparison.Ordinal)..]);
                Assert.DoesNotContain("{", body, StringComparison.Ordinal);
                titles.Add(page[page.IndexOf("<title>", StringComparison.Ordinal)..page.IndexOf("</title>", StringComparison.Ordinal)]);
            }
        }
        Assert.Equal(4 * Official.Length, titles.Count);
        // The sender declares two languages, in one of which the mail is.
        Assert.Equal(Official.Length, Mail.Taken.Count);
    }

    [Fact]
    public async Task ATextThatIsNotInTheLanguageOfThePage_IsMarkedWithItsOwn()
    {
        Assert.Contains("<span lang=\"nl\">Nieuws uit de boomgaard</span>", await Host.PageAsync("/s/orchard/newsletter?language=de"), StringComparison.Ordinal);
        Assert.DoesNotContain("<span lang", await Host.PageAsync("/s/orchard/newsletter?language=en"), StringComparison.Ordinal);
    }

    private async Task<string> FillAsync(string form, string address)
    {
        using var content = new FormUrlEncodedContent([new("address", address)]);
        return await (await Host.SendAsync(form, content)).Content.ReadAsStringAsync();
    }
}
