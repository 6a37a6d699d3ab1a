using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.MarketingUnsubscribe;
using Consent.Tests.Support;

namespace Consent.Connectors.Tests;

/// <summary>The site declares a topic no more, and the mailing system goes on sending it.</summary>
public sealed class DeclaredNoMoreTests
{
    private const string Jan = "jan@reader.example";
    private const string Piet = "piet@reader.example";
    private const string News = "news";
    private const string Offers = "offers";

    [Fact]
    public async Task A_no_to_it_is_carried()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.DeclareAsync(2, News);
        await app.OptOutAsync(Jan, Offers);
        await app.SettledAsync(id);
        Assert.Equal((true, false), (there.IsOn(Jan, News), there.IsOn(Jan, Offers)));
    }

    [Fact]
    public async Task So_is_a_no_to_the_purpose_that_it_had()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.DeclareAsync(2, News);
        await app.TellAsync(Jan, "marketing", Decision.Withdrawn);
        await app.SettledAsync(id);
        Assert.Equal((false, false), (there.IsOn(Jan, News), there.IsOn(Jan, Offers)));
    }

    [Fact]
    public async Task And_a_no_to_everything_also_when_its_purpose_went_with_it()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        there.Add(Piet);
        await app.DeclareForAsync(2, (News, "marketing"), (Offers, "promotions"));
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.DeclareAsync(3, News);
        await app.OptOutOfEverythingAsync(Jan, News, "marketing");
        await app.OptOutAsync(Piet, News);
        await app.SettledAsync(id);
        Assert.Equal((false, false), (there.IsOn(Jan, News), there.IsOn(Jan, Offers)));
        Assert.Equal((false, true), (there.IsOn(Piet, News), there.IsOn(Piet, Offers)));
    }

    [Fact]
    public async Task Also_when_no_topic_is_left_at_all()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.DeclareAsync(2);
        await app.OptOutAsync(Jan, Offers);
        await app.SettledAsync(id);
        Assert.Equal((true, false), (there.IsOn(Jan, News), there.IsOn(Jan, Offers)));
        Assert.Equal(1, (long)(await app.ShowAsync(id))["contacts"]!);
    }

    [Fact]
    public async Task And_a_no_to_everything_that_no_purpose_was_told_of()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.DeclareAsync(2);
        await app.TellAsync(Jan, Receipt.Everything, Decision.Objected);
        await app.SettledAsync(id);
        Assert.Equal((false, false), (there.IsOn(Jan, News), there.IsOn(Jan, Offers)));
    }

    [Fact]
    public async Task And_of_a_contact_that_came_afterwards_when_it_was_the_only_topic_of_the_connector()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        var (id, _) = await app.ConnectedAsync(there, body => body["lists"] = new JsonObject { [Offers] = "4" });
        await app.DeclareAsync(2, News);
        there.Add(Jan);
        await app.CompareAsync(id);
        Assert.Equal(1, (long)(await app.ShowAsync(id))["contacts"]!);
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptOutAsync(Jan, Offers);
        await app.SettledAsync(id);
        Assert.False(there.IsOn(Jan, Offers));
    }

    [Fact]
    public async Task Whom_the_connector_carried_in_is_taken_off_until_it_is_declared_again_and_others_are_left()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan, offers: false);
        there.Add(Piet);
        await app.OptInAsync(Jan, Offers);
        var (id, _) = await app.ConnectedAsync(there);
        Assert.True(there.IsOn(Jan, Offers));
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.DeclareAsync(2, News);
        await app.CompareAsync(id);
        Assert.Equal((false, true), (there.IsOn(Jan, Offers), there.IsOn(Piet, Offers)));
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.DeclareAsync(3, News, Offers);
        await app.CompareAsync(id);
        Assert.Equal((true, true), (there.IsOn(Jan, Offers), there.IsOn(Piet, Offers)));
    }

    [Fact]
    public async Task An_opt_out_of_it_there_is_brought_here_so_that_it_holds_when_it_is_declared_again()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Piet);
        await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.DeclareAsync(2, News);
        there.OptOut(Piet, Offers);
        app.Clock.Pass(TimeSpan.FromMinutes(1));
        await Eventually.IsSoAsync("it is recorded here", async () => (await app.RecordAsync(Piet))?.Topics.GetValueOrDefault(Offers)?.Status is TopicStatus.Suppressed);
    }
}
