using Consent.Contracts;
using Consent.MarketingUnsubscribe;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Connectors.Tests;

/// <summary>What is heard here and what marketing knows may be of different moments.</summary>
public abstract class HearChangesTests(TestData data) : IDisposable
{
    private const string Jan = "jan@reader.example";
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_no_counts_before_marketing_has_heard_of_it()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, "news");
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromSeconds(10));
        await app.TellAsync(Jan, "news", Decision.Withdrawn, ConnectorsSetup.Service);
        await app.SettledAsync(id);
        Assert.Equal(("opted-in", false), (await app.ReasonAsync(Jan, "news"), there.IsOn(Jan, "news")));
    }

    [Fact]
    public async Task A_yes_waits_until_marketing_has_heard_of_it()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        there.Add(Jan);
        await app.TellAsync(Jan, "news", Decision.Withdrawn);
        var (id, _) = await app.ConnectedAsync(there);
        Assert.False(there.IsOn(Jan, "news"));
        app.Clock.Pass(TimeSpan.FromMinutes(10));

        var asked = there.Asked.Count;
        await app.TellAsync(Jan, "news", Decision.Given, ConnectorsSetup.Service);
        await Eventually.IsSoAsync("it was looked at", () => Task.FromResult(there.Asked.Skip(asked).Contains("GET /api/subscribers/1")));
        Assert.Equal((1, false), ((int)(await app.ShowAsync(id))["pending"]!, there.IsOn(Jan, "news")));

        // What is put off after the clock was moved waits from then on.
        var now = app.Clock.At.ToUnixTimeMilliseconds();
        await Eventually.IsSoAsync("it is put off", () =>
        {
            using var db = app.Services.GetRequiredService<ConnectorStore>().Open();
            return Task.FromResult(db.Work.Any(w => w.NextAt > now));
        });
        await app.RepeatAsync(Jan, MarketingUnsubscribeSetup.Service);
        app.Clock.Pass(TimeSpan.FromSeconds(10));
        await app.SettledAsync(id);
        Assert.True(there.IsOn(Jan, "news"));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(48, false)]
    public async Task A_no_that_a_later_yes_to_something_else_still_holds_counts_only_where_that_may_have_overtaken_it(int hoursLater, bool counts)
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        var (id, _) = await app.ConnectedAsync(there);
        await app.TellAsync(Jan, "offers", Decision.Refused, MarketingUnsubscribeSetup.Service);
        app.Clock.Pass(TimeSpan.FromHours(hoursLater));
        await app.TellAsync(Jan, "news", Decision.Given);

        var now = app.Clock.At.ToUnixTimeMilliseconds();
        using var db = app.Services.GetRequiredService<ConnectorStore>().Open();
        Assert.Equal((counts, counts), (db.Connectors.Any(c => c.Id == id && c.WalkAskedAt == now), db.Owed.Any(o => o.HeardAt == now)));
    }

    [Fact]
    public async Task Who_is_not_known_there_yet_is_looked_for_five_seconds_after_he_decided()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        await app.ConnectedAsync(there);
        there.Add(Jan, news: false);
        await app.OptInAsync(Jan, "news");
        app.Clock.Pass(TimeSpan.FromSeconds(5));
        await Eventually.IsSoAsync("he is subscribed", () => Task.FromResult(there.IsOn(Jan, "news")));
    }
}
