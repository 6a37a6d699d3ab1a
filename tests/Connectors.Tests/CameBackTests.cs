using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Connectors.Tests;

/// <summary>Who was erased and decided something since: his old erasure is told again whenever what is held is loaded again.</summary>
public sealed class CameBackTests
{
    private const string Jan = "jan@reader.example";
    private const string News = "news";

    [Fact]
    public async Task An_old_erasure_takes_neither_the_contact_nor_what_is_owed_of_him_since()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, News);
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromSeconds(10));
        var erased = await app.EraseAsync(Jan);
        await app.StandsAsync(id, "the contact is forgotten", json => (long)json["contacts"]! == 0);
        app.Clock.Pass(TimeSpan.FromDays(1));
        await app.OptInAsync(Jan, News);
        await app.CompareAsync(id);
        Assert.True(there.IsOn(Jan, News));

        there.Fault = StandIn.Always(503);
        app.Clock.Pass(TimeSpan.FromMinutes(1));
        await app.OptOutAsync(Jan, News);
        await app.StandsAsync(id, "it fails", json => json["failing"] is not null);
        await app.HearAgainAsync(erased);
        there.Fault = _ => false;
        app.Clock.Pass(TimeSpan.FromHours(2));
        await app.SettledAsync(id);

        Assert.Equal((false, 1L), (there.IsOn(Jan, News), (long)(await app.ShowAsync(id))["contacts"]!));
        await Eventually.IsSoAsync(
            "audit hears that it is there", () => Task.FromResult(app.Transport.Of<ConsentApplied>().Any(e => e.Subscriber == $"connectors/listmonk/{id}")));
    }
}
