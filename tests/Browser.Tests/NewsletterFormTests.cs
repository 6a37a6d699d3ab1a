using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

public class NewsletterFormTests(RunningHost host)
{
    [Fact]
    public async Task A_reader_who_ticks_the_box_is_thanked_and_one_who_does_not_is_not_signed_up()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync("raadhuis");
        await visitor.DecideAsync("Alles weigeren");
        var form = visitor.Page.Locator("[data-newsletter]");
        await form.Locator("input[type=email]").FillAsync("lezer@post.example");
        await form.Locator("button").ClickAsync();
        await Expect(form.Locator("[role=status]")).ToContainTextAsync("Zet eerst een vinkje");
        Assert.Empty(visitor.Requests("/marketing/subscriptions"));

        await form.Locator("input[type=checkbox]").CheckAsync();
        await form.Locator("button").ClickAsync();
        await Expect(form.Locator("[role=status]")).ToContainTextAsync("Dank u.");
    }
}
