using System.Net;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The confirmation mail and its pages in each official language of the Union.</summary>
public sealed class ConfirmWordsTests : ConfirmingTest
{
    private static readonly string[] Official =
        ["bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv"];

    [Fact]
    public async Task TheMailAndEveryState_AreTold_InEachLanguage_AndLeaveNoPlace()
    {
        await Host.HearAsync(Sample.Declaration() with { Languages = Official }, version: 2);
        var subjects = new HashSet<string>();
        foreach (var language in Official)
        {
            var address = $"jan-{language}@example.com";
            await Host.PostAsync($"/v1/sites/{Sample.Site}/marketing/subscriptions", new { address, topic = "newsletter", language });
            var mail = Mail.Taken[^1].Mail;
            subjects.Add(mail.Subject!);
            Assert.Contains($"<html lang=\"{language}\">", mail.HtmlBody!, StringComparison.Ordinal);
            foreach (var text in (string[])[mail.Subject!, mail.TextBody!, mail.HtmlBody!]) Assert.DoesNotContain("{", text, StringComparison.Ordinal);

            var link = Mail.Taken[^1].Link;
            var ask = await Host.PageAsync(link);
            var done = await Host.PressAsync(ask, "class=\"primary\"");
            await Host.OneClickAsync(await Host.LinkAsync(address, language: language));
            var titles = new HashSet<string>();
            foreach (var page in (string[])[ask, done, await Host.PageAsync(link), await Host.PageAsync($"/c/AAAA?language={language}")])
            {
                Assert.Contains($"<html lang=\"{language}\">", page, StringComparison.Ordinal);
                titles.Add(TitleOf(page));
            }
            Assert.Equal(4, titles.Count);
        }
        Assert.Equal(Official.Length, subjects.Count);

        Host.Time.Pass(TimeSpan.FromDays(8));
        foreach (var language in Official)
        {
            var expired = await Host.PageAsync($"{Mail.Taken[0].Link}?language={language}");
            Assert.Contains($"<html lang=\"{language}\">", expired, StringComparison.Ordinal);
            Assert.NotEmpty(TitleOf(expired));
        }
    }

    private static string TitleOf(string page)
    {
        var body = WebUtility.HtmlDecode(page[page.IndexOf("<body>", StringComparison.Ordinal)..]);
        Assert.DoesNotContain("{", body, StringComparison.Ordinal);
        return body[body.IndexOf("<h1>", StringComparison.Ordinal)..body.IndexOf("</h1>", StringComparison.Ordinal)];
    }
}
