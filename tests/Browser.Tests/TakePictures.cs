using Microsoft.Playwright;

namespace Consent.Browser.Tests;

/// <summary>Pictures of the banner in its states, for a person to look at: into the folder that <c>CONSENT_PICTURES</c> names, else a few, which must not be blank.</summary>
public class TakePictures(RunningHost host)
{
    [Fact]
    public async Task Of_every_state_width_scheme_language_and_position()
    {
        var folder = Environment.GetEnvironmentVariable("CONSENT_PICTURES");
        (int, int)[] sizes = folder is null ? [(320, 568)] : [(320, 568), (768, 1024), (1440, 900)];
        foreach (var (width, height) in sizes)
            foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
                foreach (var language in folder is null ? (string[])["nl"] : ["nl", "en"])
                    await TakeAsync(folder, $"{width}-{scheme}-{language}", width, height, scheme, language);
        foreach (var position in folder is null ? [] : (string[])["corner", "centre"])
        {
            await using var visitor = await host.VisitorAsync(1440, 900);
            await visitor.ServePageAsync("https://www.koppelhuis.example/", "koppelhuis", "<p>Een pagina.</p>", tag: visitor.Tag("koppelhuis", $"data-position=\"{position}\""));
            await visitor.GoAsync("https://www.koppelhuis.example/");
            await KeepAsync(folder, $"1440-{position}", visitor.Page);
        }
    }

    [Fact]
    public async Task Of_forced_colours_of_a_very_large_screen_and_of_the_settings_below()
    {
        var folder = Environment.GetEnvironmentVariable("CONSENT_PICTURES");
        await using (var visitor = await host.VisitorAsync(1440, 900))
        {
            await visitor.Page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });
            await visitor.OpenAsync("koppelhuis");
            await KeepAsync(folder, "forced-1-first", visitor.Page);
            await visitor.Button("Instellingen").ClickAsync();
            await visitor.Toggle("statistics").CheckAsync();
            await KeepAsync(folder, "forced-2-settings", visitor.Page);
            await visitor.Banner.GetByRole(AriaRole.Link, new() { Name = "Privacyverklaring" }).ScrollIntoViewIfNeededAsync();
            await KeepAsync(folder, "forced-3-below", visitor.Page);
        }
        if (folder is null) return;
        await using var large = await host.VisitorAsync(3840, 2160);
        await large.OpenAsync("koppelhuis");
        await KeepAsync(folder, "3840-first", large.Page);
    }

    private async Task TakeAsync(string? folder, string name, int width, int height, ColorScheme scheme, string language)
    {
        await using var visitor = await host.VisitorAsync(width, height, scheme: scheme);
        await visitor.OpenAsync("koppelhuis", language);
        await KeepAsync(folder, $"{name}-1-first", visitor.Page);
        await visitor.Banner.GetByRole(AriaRole.Button).Nth(2).ClickAsync();
        await visitor.Toggle("statistics").WaitForAsync();
        await visitor.Banner.Locator("summary").Nth(1).ClickAsync();
        await KeepAsync(folder, $"{name}-2-settings", visitor.Page);
        await visitor.Banner.GetByRole(AriaRole.Button, new() { NameRegex = new("^(Alles weigeren|Reject all)$") }).ClickAsync();
        await visitor.Page.Locator(".kz-n").ScrollIntoViewIfNeededAsync();
        await KeepAsync(folder, $"{name}-3-held", visitor.Page);
    }

    private static async Task KeepAsync(string? folder, string name, IPage page)
    {
        var picture = await page.ScreenshotAsync(folder is null ? null : new() { Path = Path.Combine(folder, $"{name}.png") });
        Assert.True(picture.Length > 5000, $"{name} is blank.");
    }
}
