using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Consent.CookieBanner.Tests.Pages.PageSamples;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>The service as it runs: it hears of declarations, and keeps them.</summary>
public class HeardPagesTests
{
    [Fact]
    public async Task G13_every_version_that_was_heard_of_can_be_read_also_after_a_restart()
    {
        using var data = new TemporaryFolder();
        var versions = Versions(Full(), Full() with { EffectiveFrom = new DateOnly(2026, 2, 1), Measures = [] }).Versions;
        await using (var before = await StartAsync(data))
        {
            foreach (var version in versions.Reverse())
                await before.HearAsync(CookieBannerSetup.Service, new DeclarationPublished(RandomId.New(), Today, version), TestContext.Current.CancellationToken);
            await AssertBothAreThereAsync(before);
        }

        await using var after = await StartAsync(data);
        await AssertBothAreThereAsync(after);
    }

    private static Task<RunningApp> StartAsync(TemporaryFolder data) => new RunningApp(
        builder =>
        {
            builder.Services.AddSingleton<IEventTransport>(new RecordingTransport());
            builder.AddCookieBanner();
        },
        app => app.MapCookieBanner(), data.Path).StartAsync();

    private static async Task AssertBothAreThereAsync(RunningApp app)
    {
        var current = await app.Http.GetStringAsync(new Uri("/pages/wol/privacy", UriKind.Relative));
        Assert.Contains("versie 2", HtmlOf.Words(current), StringComparison.Ordinal);
        Assert.False(HtmlOf.HasSection(current, "measures"));
        var first = await app.Http.GetStringAsync(new Uri("/pages/wol/privacy?version=1", UriKind.Relative));
        Assert.Contains("U leest een eerdere versie", HtmlOf.Words(first), StringComparison.Ordinal);
        Assert.Contains("Alles is versleuteld.", HtmlOf.Section(first, "measures"), StringComparison.Ordinal);
    }
}
