using System.Net;
using Consent.Contracts;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests;

/// <summary>Who withdraws has not the first question before him, but the panel that he opened himself, with his choice as it stood; and what was asked again was asked alone.</summary>
public class ShownMomentTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly RunningBanner.Held _held = new()
    {
        Current = Published(Declaration(
            [Purpose("necessary", LegalBasis.LegalObligation), Purpose("statistics"), Purpose("video"), Purpose("ads") with { Advertising = true }],
            [Stores("necessary", "consent-choice"), Stores("statistics", "_stats*"), Stores("video", "_video"), Stores("ads", "_ads")])),
    };

    private PublishedDeclaration Current => _held.Current!;

    [Fact]
    public async Task A_withdrawal_shows_the_panel_that_was_opened_again_with_the_choice_before()
    {
        var page = await PageAsync($"layout=banner&action=withdraw&element=refuse-all&decided=statistics,video,ads&earlier={Current.Hash}&held={Given("statistics")},video:no,{Given("ads")}");
        Assert.Contains("<h2>Cookie-instellingen</h2>", page, StringComparison.Ordinal);
        Assert.Contains("<b>Doel statistics</b> (toegestaan)", page, StringComparison.Ordinal);
        Assert.Contains("<b>Doel video</b> (niet toegestaan)", page, StringComparison.Ordinal);
        Assert.Contains("Sluiten", page, StringComparison.Ordinal);
        Assert.Contains("The person opened this panel himself.", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Title, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_question_is_shown_where_no_receipt_was_before()
    {
        var page = await PageAsync("layout=banner&action=accept-all&decided=statistics,video,ads");
        Assert.Contains($"<h2>{Title}</h2>", page, StringComparison.Ordinal);
        Assert.Contains("No receipt tells of an earlier choice", page, StringComparison.Ordinal);
        Assert.DoesNotContain("toegestaan)", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Sluiten", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_changed_is_asked_again_alone()
    {
        var page = await PageAsync($"layout=banner&action=withdraw&decided=video&earlier={new string('0', 64)}&held={Given("statistics")},video:0123456789abcdef,ads:no");
        Assert.Contains("Er is iets veranderd.", page, StringComparison.Ordinal);
        Assert.Contains("<b>Doel video</b></li>", page, StringComparison.Ordinal);
        foreach (var other in (string[])["Doel statistics", "Doel ads"]) Assert.DoesNotContain(other, page, StringComparison.Ordinal);
        Assert.Contains("this was asked again", page, StringComparison.Ordinal);

        // The same was run out on the same declaration: asked again, and nothing had changed.
        var expired = await PageAsync($"layout=banner&action=accept-all&decided=statistics,video,ads&earlier={Current.Hash}&held=");
        Assert.Contains($"<h2>{Title}</h2>", expired, StringComparison.Ordinal);
        Assert.DoesNotContain("Er is iets veranderd.", expired, StringComparison.Ordinal);
        Assert.Contains("this was asked again", expired, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_boxes_stand_as_the_choice_before_stood()
    {
        var page = await PageAsync($"layout=settings&action=save&decided=statistics,video,ads&earlier={Current.Hash}&held={Given("statistics")},video:no,ads:no");
        Assert.Equal((3, 1), (Count(page, "type=\"checkbox\""), Count(page, " checked>")));
        Assert.Contains(" checked><span><b>Doel statistics</b>", page, StringComparison.Ordinal);
        Assert.Contains("The boxes stand as they did by the receipt before", page, StringComparison.Ordinal);

        var first = await PageAsync("layout=settings&action=save&decided=statistics,video,ads");
        Assert.Equal(0, Count(first, " checked>"));
        Assert.Contains("The boxes were empty: the receipts tell of nothing that had been allowed before.", first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_it_stood_is_left_out_where_it_is_not_known()
    {
        foreach (var query in (string[])["action=withdraw", $"action=save&earlier={Current.Hash}"])
        {
            var page = await PageAsync($"layout=banner&decided=statistics,video,ads&{query}");
            Assert.Contains("Each purpose said how it stood; that is not known here", page, StringComparison.Ordinal);
            Assert.DoesNotContain("toegestaan)", page, StringComparison.Ordinal);
            Assert.Contains("how they stood when the person saw them is not known", await PageAsync($"layout=settings&decided=statistics&{query}"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_the_browser_refuses_by_its_signal_was_not_asked_and_stands_in_a_panel_that_was_opened()
    {
        var asked = await PageAsync("layout=banner&action=accept-all&gpc=1&decided=statistics,video");
        Assert.DoesNotContain("Doel ads", asked, StringComparison.Ordinal);
        Assert.Contains("were not asked for in the first layer", asked, StringComparison.Ordinal);

        var opened = await PageAsync($"layout=banner&action=accept-all&gpc=1&decided=statistics,video&earlier={Current.Hash}&held=statistics:no,video:no");
        Assert.Contains("<b>Doel ads</b> (niet toegestaan)", opened, StringComparison.Ordinal);
        Assert.DoesNotContain("were not asked for in the first layer", opened, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("layout=banner")]
    [InlineData("lang=fy&layout=settings")]
    public async Task A_language_that_the_receipt_does_not_name_is_not_asserted(string query)
    {
        var page = await PageAsync(query, language: "");
        Assert.Contains("which of these was shown is not known: nl, en. Here is the text in nl.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("in the language nl", page, StringComparison.Ordinal);
        Assert.Contains("in the language nl", await PageAsync("layout=banner"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("held=%3Cscript%3E:x,statistics,:,&decided=,,%3Cb%3E&action=%3Cscript%3E&earlier=%3Cscript%3E")]
    [InlineData("held=statistics:no,statistics:no&decided=statistics&decided=video&layout=banner")]
    public async Task What_no_receipt_says_is_repeated_by_no_page(string query)
    {
        var page = await PageAsync($"layout=banner&{query}");
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("&lt;script", page, StringComparison.OrdinalIgnoreCase);
    }

    private const string Title = "Mogen wij cookies gebruiken?";

    private string Given(string purpose) => $"{purpose}:{Current.MeaningOf(purpose)}";

    private static int Count(string page, string part) => page.Split(part).Length - 1;

    private async Task<string> PageAsync(string query, string language = "lang=nl&")
    {
        await using var banner = await RunningBanner.StartAsync(_held);
        return WebUtility.HtmlDecode(await banner.Http.GetStringAsync(new Uri($"/banner/wol/shown/{Current.Hash}?{language}{query}", UriKind.Relative), Cancel));
    }
}
