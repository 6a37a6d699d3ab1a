namespace Consent.Browser.Tests;

/// <summary>The opt-out page on every screen, in the languages with the longest words, and for those who read large letters.</summary>
public class OptOutPageLayoutTests(RunningHost host)
{
    /// <summary>Given the width that the screen will have in a moment, and how large letters are in turn. What is there for readers alone does not count.</summary>
    private const string WiderThanItsPlace = """
        async ([width, ...sizes]) => {
          while (innerWidth !== width) await new Promise(requestAnimationFrame);
          const root = document.documentElement;
          document.querySelector('nav details').open = true;
          return sizes.flatMap(size => {
            root.style.fontSize = `${size}%`;
            return [...document.body.querySelectorAll('*')]
              .filter(e => !e.closest('legend, svg') && e.clientWidth && e.scrollWidth > e.clientWidth + 1)
              .map(e => `${e.scrollWidth} in ${e.clientWidth}: ${e.outerHTML.slice(0, 90)}`)
              .concat(root.scrollWidth > width ? [`the page is ${root.scrollWidth} wide`] : [])
              .map(found => `letters of ${size} %: ${found}`);
          });
        }
        """;

    private static readonly int[] Widths = [320, 768, 1440];

    public static TheoryData<string> Languages => [.. OptOutPages.Languages];

    /// <summary>Reflow (WCAG 1.4.10) and resized text (1.4.4): with letters as they are, and twice as large.</summary>
    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Nothing_is_wider_than_its_place_at_any_width_in_any_state_also_when_letters_are_twice_as_large(string language)
    {
        var found = new List<string>();
        await using var visitor = await host.VisitorAsync();
        await visitor.InEveryStateAsync(await host.OptOutLinkAsync(), language, async state =>
        {
            foreach (var width in Widths)
            {
                await visitor.Page.SetViewportSizeAsync(width, 900);
                found.AddRange((await visitor.Page.EvaluateAsync<string[]>(WiderThanItsPlace, (int[])[width, 100, 200])).Select(what => $"{state}, {width}: {what}"));
            }
        });
        Assert.Empty(found);
    }

    [Fact]
    public async Task Every_button_and_every_line_with_a_box_is_at_least_44_pixels_high_and_whatever_else_can_be_pressed_24()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.InEveryStateAsync(await host.OptOutLinkAsync(), "nl", async state =>
        {
            foreach (var width in Widths)
            {
                await visitor.Page.SetViewportSizeAsync(width, 900);
                var small = await visitor.Page.EvaluateAsync<string[]>("""
                    async width => {
                      while (innerWidth !== width) await new Promise(requestAnimationFrame);
                      document.querySelector('nav details').open = true;
                      return [...document.querySelectorAll('button, label, a, summary, input:not([type=hidden])')].filter(e => {
                        const { width, height } = e.getBoundingClientRect(), least = e.matches('button, label') ? 44 : 24;
                        return width < least || height < least;
                      }).map(e => `${e.getBoundingClientRect().height} high: ${e.outerHTML.slice(0, 90)}`);
                    }
                    """, width);
                Assert.True(small.Length == 0, $"{state}, {width}: {string.Join('\n', small)}");
            }
            Assert.Equal(state == "unknown link", await visitor.Page.Locator("footer a").CountAsync() == 0);
        });
    }
}
