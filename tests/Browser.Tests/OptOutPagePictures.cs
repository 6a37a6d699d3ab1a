using Microsoft.Playwright;

namespace Consent.Browser.Tests;

/// <summary>Pictures of the opt-out page in its states, for a person to look at; where to, and how many, as <see cref="TakePictures"/> says.</summary>
public class OptOutPagePictures(RunningHost host)
{
    [Fact]
    public async Task Of_every_state_width_scheme_and_language()
    {
        var folder = Environment.GetEnvironmentVariable("CONSENT_PICTURES");
        foreach (var width in folder is null ? (int[])[320] : [320, 1440])
            foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
                foreach (var language in folder is null ? (string[])["nl"] : ["nl", "en"])
                    await TakeAsync(folder, width, scheme, language);
    }

    private async Task TakeAsync(string? folder, int width, ColorScheme scheme, string language)
    {
        await using var visitor = await host.VisitorAsync(width, width == 320 ? 568 : 900, scheme: scheme);
        var taken = 0;
        await visitor.InEveryStateAsync(await host.OptOutLinkAsync(language), language, async state =>
        {
            var name = $"opt-out-{width}-{scheme}-{language}-{++taken}-{state.Replace(' ', '-')}";
            var picture = await visitor.Page.ScreenshotAsync(new() { FullPage = true, Path = folder is null ? null : Path.Combine(folder, $"{name}.png") });
            Assert.True(picture.Length > 5000, $"{name} is blank.");
        });
    }
}
