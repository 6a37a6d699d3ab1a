using System.Net;
using System.Text.RegularExpressions;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The mail with the link to the preferences, and the pages before and behind it, in each official language of the Union.</summary>
public sealed class PreferenceWordsTests : PreferenceTest
{
    private static readonly string[] Official =
        ["bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv"];

    [Fact]
    public async Task TheMailAndEveryState_AreTold_InEachLanguage_AndLeaveNoPlace()
    {
        await Host.HearAsync(Declaration(), version: 2);
        var (subjects, whole) = (new HashSet<string>(), new HashSet<string>());
        foreach (var language in Official)
        {
            using var form = new FormUrlEncodedContent([new("address", $"jan-{language}@example.com")]);
            var sent = await (await Host.SendAsync($"{Ask}?language={language}", form)).Content.ReadAsStringAsync();
            var mail = Mail.Taken[^1].Mail;
            subjects.Add(mail.Subject!);
            Assert.Contains($"<html lang=\"{language}\">", mail.HtmlBody!, StringComparison.Ordinal);
            foreach (var text in (string[])[mail.Subject!, mail.TextBody!, mail.HtmlBody!]) Assert.DoesNotContain("{", text, StringComparison.Ordinal);

            var page = await Host.PageAsync(LinkIn(Mail.Taken[^1]));
            var saved = await SaveAsync(page, tick: ["offers"]);
            var objected = await SaveAsync(saved, fields: [("objection", "yes")]);
            foreach (var shown in (string[])[await Host.PageAsync($"{Ask}?language={language}"), sent, page, saved, objected])
            {
                Assert.Contains($"<html lang=\"{language}\">", shown, StringComparison.Ordinal);
                whole.Add(BodyOf(shown));
            }
        }
        Assert.Equal((Official.Length, 5 * Official.Length), (subjects.Count, whole.Count));
    }

    [Fact]
    public async Task AnExpiredLink_AndAWrongAddress_AreToldInEachLanguage()
    {
        var link = await OpenAsync();
        Host.Time.Pass(TimeSpan.FromHours(2));
        var whole = new HashSet<string>();
        foreach (var language in Official)
        {
            using var form = new FormUrlEncodedContent([new("address", "x")]);
            whole.Add(BodyOf(await Host.PageAsync($"{link}?language={language}")));
            whole.Add(BodyOf(await (await Host.SendAsync($"{Ask}?language={language}", form)).Content.ReadAsStringAsync()));
        }
        Assert.Equal(2 * Official.Length, whole.Count);
    }

    /// <summary>Its words, without what is another each time.</summary>
    private static string BodyOf(string page)
    {
        var body = WebUtility.HtmlDecode(Regex.Replace(page[page.IndexOf("<main>", StringComparison.Ordinal)..page.IndexOf("</main>", StringComparison.Ordinal)], "<[^>]+>", ""));
        Assert.DoesNotContain("{", body, StringComparison.Ordinal);
        return body;
    }
}
