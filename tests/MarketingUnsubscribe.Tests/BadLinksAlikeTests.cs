using System.Buffers.Text;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Whatever is wrong with a link, and whatever is asked of it, the answer is that of every other bad link: it tells nobody what a token lacks.</summary>
public sealed class BadLinksAlikeTests : HostedTest
{
    private const string Jan = "jan@example.com";

    /// <param name="asked">How, and what of the link's own fields is sent.</param>
    /// <param name="behind">The token, in the address.</param>
    [Theory]
    [InlineData("fetch", "")]
    [InlineData("one-click", "")]
    [InlineData("press", "/confirm")]
    [InlineData("press", "/undo")]
    [InlineData("fetch", "/preferences")]
    public async Task EachIsAnsweredAsEveryOther(string asked, string behind)
    {
        var bad = await BadAsync(behind);
        var answers = new List<(string What, string Answer)>();
        foreach (var (what, path) in bad) answers.Add((what, await AskAsync(asked, path)));

        Assert.StartsWith("404\n", answers[0].Answer, StringComparison.Ordinal);
        Assert.Equal(answers.Select(a => (a.What, answers[0].Answer)), answers);
    }

    private async Task<(string What, string Path)[]> BadAsync(string behind)
    {
        var token = (await Host.LinkAsync(Jan))[3..];
        return
        [
            ("a forged byte", $"/u/{With(token, ^1, 1)}{behind}"),
            ("cut", $"/u/{token[..^5]}{behind}"),
            ("the key of another site", $"/u/{OfAnotherKey()}{behind}"),
            ("another site within", $"/u/{ForeignToken.Of(Host.Tokens.KeyOf(Sample.Controller, Sample.Site), new UnsubscribeLink(Sample.Controller, Sample.Site, "newsletter", Jan))}{behind}"),
            ("an unknown version", $"/u/{With(token, 1, 0x80)}{behind}"),
            ("no token", behind.Length == 0 ? "/u/" : $"/u{behind}"),
            ("torn", $"/u/{token[..20]}/{token[20..]}{behind}"),
        ];
    }

    /// <summary>Status, headers and body, but for the time.</summary>
    private async Task<string> AskAsync(string asked, string path)
    {
        using var request = new HttpRequestMessage(asked == "fetch" ? HttpMethod.Get : HttpMethod.Post, path);
        if (asked == "one-click") request.Content = MarketingHost.OneClickForm();
        if (asked == "press") request.Content = new FormUrlEncodedContent([new("proof", "x"), new("page", PagePress.NewSecret())]);
        using var answer = await Host.Client.SendAsync(request);
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(h => h.Key != "Date").Select(h => $"{h.Key}: {string.Join(", ", h.Value)}");
        return $"{(int)answer.StatusCode}\n{string.Join('\n', headers.Order(StringComparer.Ordinal))}\n\n{await answer.Content.ReadAsStringAsync()}";
    }

    private static string With(string token, Index at, byte flipped)
    {
        var bytes = Base64Url.DecodeFromChars(token);
        bytes[at] ^= flipped;
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>What the holder of one site's key makes when he claims that it is another's.</summary>
    private string OfAnotherKey()
    {
        var own = Host.Tokens.KeyOf(Sample.Controller, Sample.Site).Export();
        var claimed = LinkKey.Parse(own.Replace($":{Sample.Site}:", ":meadow:", StringComparison.Ordinal));
        return LinkToken.Seal(claimed, new UnsubscribeLink(claimed.Controller, claimed.Site, "newsletter", Jan));
    }
}
