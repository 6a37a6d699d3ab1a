using System.Text.Json.Nodes;

namespace Consent.Connectors.Tests;

/// <summary>News goes by the contact as a whole, so that who opts out of it is stopped as a whole; offers has a list.</summary>
public sealed class EndStopTests
{
    private const string Jan = "jan@reader.example";
    private const string News = "news";
    private const string Offers = "offers";

    [Theory]
    [InlineData("brevo", "13")]
    [InlineData("ses", "offers")]
    [InlineData("mautic", "8")]
    public async Task A_list_that_he_left_meanwhile_does_not_come_free_with_the_end_of_the_stop(string system, string list)
    {
        await using var there = await StandIn.StartAsync<StandIn>(system switch { "brevo" => new BrevoStandIn(), "ses" => new SesStandIn(), _ => new MauticStandIn() });
        await using var app = await ConnectorsApp.StartAsync();
        var id = await StoppedAsync(app, there, list);
        var wasSent = false;
        there.Fault = _ =>
        {
            wasSent |= there.IsOn(Jan, Offers);
            return false;
        };

        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptInAsync(Jan, News);
        await app.SettledAsync(id);

        Assert.Equal((true, false, false), (there.IsOn(Jan, News), there.IsOn(Jan, Offers), wasSent));
        // And he comes back to it when he says so.
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptInAsync(Jan, Offers);
        await app.SettledAsync(id);
        Assert.Equal((true, true), (there.IsOn(Jan, News), there.IsOn(Jan, Offers)));
    }

    [Fact]
    public async Task What_was_confirmed_with_it_is_not_given_up_for_a_stop_that_is_ended()
    {
        await using var there = await StandIn.StartAsync(new BrevoStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        var id = await StoppedAsync(app, there, "13");
        await app.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/pause", token: app.Token());

        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptInAsync(Jan, News, Offers);
        await app.CompareAsync(id);

        Assert.Equal((true, true, 0L), (there.IsOn(Jan, News), there.IsOn(Jan, Offers), (long)(await app.ShowAsync(id))["givenUp"]!));
    }

    [Theory]
    [InlineData("No", false, "CarryOut")]
    [InlineData("Nothing", true, "CarryOut")]
    [InlineData("Nothing", false, "None")]
    [InlineData("Yes", true, "None")]
    public void Who_must_not_stand_on_another_list_is_taken_off_with_it(string here, bool stopsWithoutBasis, string step)
    {
        var changes = Ended();
        Assert.True(EndStop.Complete(changes, News, Holding(Enum.Parse<Here>(here)), new Dictionary<string, TopicState>(), stopsWithoutBasis));
        Assert.Equal((Step.CarryIn, step), (changes[News], changes.GetValueOrDefault(Offers).ToString()));
    }

    [Fact]
    public void While_it_cannot_be_told_of_another_topic_the_stop_stays()
    {
        var changes = Ended();
        Assert.False(EndStop.Complete(changes, News, Holding(Here.Unknown), new Dictionary<string, TopicState>(), false));
        Assert.Empty(changes);
    }

    /// <summary>He opted out of news, and of offers while he was stopped.</summary>
    private static async Task<string> StoppedAsync(ConnectorsApp app, StandIn there, string list)
    {
        there.Add(Jan);
        await app.OptInAsync(Jan, News, Offers);
        var (id, _) = await app.ConnectedAsync(there, body => body["lists"] = new JsonObject { [News] = "*", [Offers] = list });
        foreach (var topic in (string[])[News, Offers])
        {
            app.Clock.Pass(TimeSpan.FromMinutes(10));
            await app.OptOutAsync(Jan, topic);
            await app.SettledAsync(id);
        }
        return id;
    }

    private static Dictionary<string, Step> Ended() => new(StringComparer.Ordinal) { [News] = Step.CarryIn };

    private static Dictionary<string, Here> Holding(Here ofOffers) => new(StringComparer.Ordinal) { [News] = Here.Yes, [Offers] = ofOffers };
}
