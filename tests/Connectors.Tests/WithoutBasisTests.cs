using System.Text.Json.Nodes;

namespace Consent.Connectors.Tests;

/// <summary>Connectors that opt out there whoever has no basis here.</summary>
public sealed class WithoutBasisTests
{
    private const string Jan = "jan@reader.example";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_was_stopped_by_a_connector_before_is_not_taken_for_one_who_said_no(bool asAWhole)
    {
        await using var there = await StandIn.StartAsync<StandIn>(asAWhole ? new BrevoStandIn() : new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        var (before, _) = await app.ConnectedAsync(there, Stops);
        Assert.False(there.IsOn(Jan, "news"));
        Assert.Equal(204, (await app.SendAsync(HttpMethod.Delete, $"{ConnectorsApp.Path}/{before}", token: app.Token())).Status);

        app.Clock.Pass(TimeSpan.FromDays(1));
        var (id, _) = await app.ConnectedAsync(there, Stops);
        await app.CompareAsync(id);
        Assert.Equal("no-basis", await app.ReasonAsync(Jan, "news"));

        app.Clock.Pass(TimeSpan.FromDays(1));
        await app.OptInAsync(Jan, "news");
        await app.SettledAsync(id);
        Assert.Equal(("opted-in", true), (await app.ReasonAsync(Jan, "news"), there.IsOn(Jan, "news")));

        void Stops(JsonObject body)
        {
            body["withoutBasis"] = "stop";
            body["lists"] = new JsonObject { ["news"] = asAWhole ? "*" : "3" };
        }
    }

    [Fact]
    public async Task Who_opted_out_there_before_is_not_subscribed_by_an_older_opt_in_that_is_imported_later()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        there.Now = () => ConnectorsApp.Start.AddDays(1);
        there.OptOut(Jan, "news");
        app.Clock.Pass(TimeSpan.FromDays(2));
        var (id, _) = await app.ConnectedAsync(there, body => body["withoutBasis"] = "stop");
        Assert.Equal("no-basis", await app.ReasonAsync(Jan, "news"));

        var imported = new { address = Jan, topic = "news", language = "nl", confirmedAt = ConnectorsApp.Start.AddHours(-1) };
        var (status, _) = await app.SendAsync(HttpMethod.Post, $"/v1/sites/{ConnectorsApp.Site}/marketing/subscriptions", imported, app.Token());
        Assert.InRange(status, 200, 299);
        await app.CompareAsync(id);

        Assert.Equal(("suppressed", false), (await app.ReasonAsync(Jan, "news"), there.IsOn(Jan, "news")));
    }
}
