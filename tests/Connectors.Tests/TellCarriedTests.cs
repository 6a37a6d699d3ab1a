using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Connectors.Tests;

/// <summary>What audit hears of a "no": that a mailing system has it, and not that it is queued here.</summary>
public abstract class TellCarriedTests(TestData data) : IDisposable
{
    private const string Jan = "jan@reader.example";
    private const string News = "news";
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_no_is_told_when_the_mailing_system_has_it_and_not_when_it_is_queued()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
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
        await using var app = await _data.StartAsync();
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
        await using var app = await _data.StartAsync();
        var (id, _) = await app.ConnectedAsync(there);
        await Eventually.IsSoAsync("it is announced", () => Task.FromResult(app.Transport.Of<SubscriberAnnounced>().Any(e => e.Subscriber == NameOf(id))));
        Assert.InRange((await app.SendAsync(HttpMethod.Delete, $"{ConnectorsApp.Path}/{id}", token: app.Token())).Status, 200, 299);
        await Eventually.IsSoAsync(
            "it is retired", () => Task.FromResult(app.Transport.Of<SubscriberRetired>().Any(e => e.Subscriber == NameOf(id) && e is { Source: "consent", Reason: not null })));
    }

    [Fact]
    public async Task Where_audit_is_not_deployed_what_was_carried_is_kept_for_a_month_and_no_longer()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        app.Transport.Fails = sent => sent.Any(e => e.Service == "audit");
        there.Add(Jan);
        await app.OptInAsync(Jan, News);
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromMinutes(1));
        await app.OptOutAsync(Jan, News);
        await Eventually.IsSoAsync("it is carried", () => Task.FromResult(Owed(app) is [{ CarriedAt: not null, Told: 0 }]));

        app.Clock.Pass(TimeSpan.FromDays(31));
        await Eventually.IsSoAsync("nothing is owed", () => Task.FromResult(Owed(app).Count == 0));
        Assert.Empty(Told(app, id));
    }

    [Fact]
    public async Task A_connector_that_was_deleted_owes_nothing_also_where_there_is_no_audit()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        app.Transport.Fails = sent => sent.Any(e => e.Service == "audit");
        var (id, _) = await app.ConnectedAsync(there);
        there.Fault = StandIn.Always(503);
        await app.OptOutAsync(Jan, News);
        Assert.Single(Owed(app));
        Assert.InRange((await app.SendAsync(HttpMethod.Delete, $"{ConnectorsApp.Path}/{id}", token: app.Token())).Status, 200, 299);
        Assert.Empty(Owed(app));
    }

    private static List<OwedRow> Owed(ConnectorsApp app)
    {
        using var db = app.Services.GetRequiredService<ConnectorStore>().Open();
        return [.. db.Owed];
    }

    private static string NameOf(string connector) => $"connectors/listmonk/{connector}";

    private static List<ConsentApplied> Told(ConnectorsApp app, string connector) => [.. app.Transport.Of<ConsentApplied>().Where(e => e.Subscriber == NameOf(connector))];
}
