using System.Text.Json;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Browser.Tests;

/// <summary>A decision that could not be delivered waits in the browser, and not for ever.</summary>
public class UndeliveredTests(RunningHost host)
{
    private const string Site = "koppelhuis";

    [Theory]
    [InlineData(170, true)]
    [InlineData(190, false)]
    public async Task What_could_not_be_delivered_for_as_long_as_a_choice_counts_is_forgotten(int days, bool isSent)
    {
        await using var visitor = await host.VisitorAsync();
        var declaration = await host.GetAsync(new Uri(host.Gateway, $"/v1/sites/{Site}/declaration"));
        var waiting = JsonSerializer.Serialize(new
        {
            key = RandomId.New(),
            body = new
            {
                subjectId = RandomId.New(),
                heldVersion = 0,
                purposes = new { statistics = true },
                declaration = declaration.GetProperty("hash").GetString(),
                language = "nl",
                action = "save",
                source = "banner",
                claimedAt = TimeProvider.System.GetUtcNow().AddDays(-days).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
            },
        });
        await visitor.Context.AddInitScriptAsync($"if (!sessionStorage.been) {{ sessionStorage.been = '1'; localStorage.setItem('consent-pending', {JsonSerializer.Serialize(waiting)}) }}");
        await visitor.OpenAsync(Site);
        await visitor.SentAsync();
        Assert.Equal(isSent ? 1 : 0, visitor.Requests("/decisions").Count(r => r.Method == "POST"));
        await Eventually.IsSoAsync("the banner asks", () => visitor.Banner.IsVisibleAsync());
        Assert.Empty(visitor.Errors);
    }
}
