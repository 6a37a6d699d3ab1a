using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>Whoever follows a link that is none is helped, and learns nothing from how.</summary>
public class OptOutPageBadLinkTests(RunningHost host)
{
    [Theory]
    [InlineData("nl", "Deze link werkt niet")]
    [InlineData("en", "This link does not work")]
    public async Task A_forged_link_and_a_cut_one_lead_to_one_page_that_helps_byte_for_byte(string language, string title)
    {
        await using var visitor = await host.VisitorAsync();
        var token = (await host.OptOutLinkAsync()).Token;
        var answers = new HashSet<(int, string?, string)>();
        foreach (var wrong in (string[])[
            // The format, the version of the key, the site, the nonce, the text, the tag.
            .. ((int[])[0, 2, 6, 20, 60, token.Length - 10]).Select(at => Altered(token, at)),
            token[..^5], token[..^1], token[..20], token[..1], token[5..], $"{token}AAAA", $"{token}>", "AAAA", new string('A', 1700), "%22%3E%3Cscript%3E"])
            answers.Add(await VisitAsync(visitor, $"/u/{wrong}?language={language}"));

        var (status, type, page) = Assert.Single(answers);
        Assert.Equal((404, "text/html; charset=utf-8"), (status, type));
        Assert.DoesNotContain(token[..20], page, StringComparison.Ordinal);
        await Expect(visitor.Page.Locator("h1")).ToHaveTextAsync(title);
        await Expect(visitor.Page.Locator("main li")).ToHaveCountAsync(3);
        await Expect(visitor.Page.Locator("form")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_link_of_which_nothing_is_left_or_that_was_torn_in_two_leads_there_too()
    {
        await using var visitor = await host.VisitorAsync();
        var token = (await host.OptOutLinkAsync()).Token;
        var answers = new HashSet<(int, string?, string)>();
        foreach (var path in (string[])[$"/u/{token[..^5]}", "/u/", $"/u/{token[..40]}/{token[40..]}"]) answers.Add(await VisitAsync(visitor, path));
        Assert.Single(answers);
    }

    private async Task<(int Status, string? Type, string Page)> VisitAsync(Visitor visitor, string path)
    {
        var answer = (await visitor.Page.GotoAsync(host.Gateway.GetLeftPart(UriPartial.Authority) + path))!;
        return (answer.Status, await answer.HeaderValueAsync("content-type"), await answer.TextAsync());
    }

    private static string Altered(string token, int at) => $"{token[..at]}{(token[at] == 'A' ? 'B' : 'A')}{token[(at + 1)..]}";
}
