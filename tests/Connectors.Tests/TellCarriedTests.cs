using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Connectors.Tests;

/// <summary>What audit hears of a "no": that a mailing system has it, and not that it is queued here.</summary>
public sealed class TellCarriedTests
{
    private const string Jan = "jan@reader.example";
    private const string News = "news";

    [Fact]
    public async Task A_no_is_told_when_the_mailing_system_has_it_and_not_when_it_is_queued()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, News);
        var (id, _) = await app.ConnectedAsync(there);
        await Eventually.IsSoAsync(
            "it is announced", () => Task.FromResult(app.Transport.Of<SubscriberAnnounced>().Any(e => e.Subscriber == NameOf(id) && e.Site == ConnectorsApp.Site)));
        there.Fault = StandIn.Always(503);
        app.Clock.Pass(TimeSpan.FromMinutes(1));

        await app.OptOutAsync(Jan, News);
        await app.StandsAsync(id, "it fails", json => json["failing"] is not null);
        Assert.Empty(Told(app, id));

        there.Fault = _ => false;
        app.Clock.Pass(TimeSpan.FromHours(2));
        await app.SettledAsync(id);
        await Eventually.IsSoAsync("it is told", () => Task.FromResult(Told(app, id).Count == 1));
        Assert.False(there.IsOn(Jan, News));
        Assert.Equal(app.Clock.At, Told(app, id)[0].AppliedAt);
        // To audit alone: a ledger would send to it.
        Assert.All(app.Transport.Events.Where(e => System.Text.Encoding.UTF8.GetString(e.Body.Span).Contains(NameOf(id), StringComparison.Ordinal)), e => Assert.Equal("audit", e.Service));
    }

    [Fact]
    public async Task Who_is_no_contact_there_is_told_after_the_next_reading_of_all()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromMinutes(1));
        await app.OptOutAsync(Jan, News);
        Assert.Empty(Told(app, id));
        app.Clock.Pass(TimeSpan.FromHours(7));
        await Eventually.IsSoAsync("it is told", () => Task.FromResult(Told(app, id).Count == 1));
    }

    [Fact]
    public async Task A_connector_that_was_deleted_is_waited_for_no_more()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        var (id, _) = await app.ConnectedAsync(there);
        await Eventually.IsSoAsync("it is announced", () => Task.FromResult(app.Transport.Of<SubscriberAnnounced>().Any(e => e.Subscriber == NameOf(id))));
        Assert.InRange((await app.SendAsync(HttpMethod.Delete, $"{ConnectorsApp.Path}/{id}", token: app.Token())).Status, 200, 299);
        await Eventually.IsSoAsync(
            "it is retired", () => Task.FromResult(app.Transport.Of<SubscriberRetired>().Any(e => e.Subscriber == NameOf(id) && e is { Source: "consent", Reason: not null })));
    }

    private static string NameOf(string connector) => $"connectors/listmonk/{connector}";

    private static List<ConsentApplied> Told(ConnectorsApp app, string connector) => [.. app.Transport.Of<ConsentApplied>().Where(e => e.Subscriber == NameOf(connector))];
}
