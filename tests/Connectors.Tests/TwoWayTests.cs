using System.Net;
using System.Text;
using Consent.Contracts;

namespace Consent.Connectors.Tests;

/// <summary>What holds of every mailing system, each by its stand-in.</summary>
public abstract class TwoWayTests
{
    private protected const string Jan = "jan@reader.example";
    private protected const string Piet = "piet@reader.example";
    private protected const string News = "news";
    private protected const string Offers = "offers";

    /// <summary>Whether its people opt out of one topic at a time.</summary>
    private protected virtual bool KnowsTopics => true;

    private protected abstract StandIn Create();

    [Fact]
    public async Task What_holds_here_is_carried_to_every_contact_there_on_whatever_page_it_stands()
    {
        await using var there = await StandIn.StartAsync(Create());
        await using var app = await ConnectorsApp.StartAsync();
        for (var i = 0; i < there.OnePage; i++) there.Add($"reader-{i}@reader.example");
        there.Add(Jan);
        there.Add(Piet, news: false);
        await app.OptOutAsync(Jan, News);
        await app.OptInAsync(Jan, Offers);
        await app.OptInAsync(Piet, News, Offers);

        var (id, _) = await app.ConnectedAsync(there);

        Assert.Equal((false, true), (there.IsOn(Jan, News), there.IsOn(Jan, Offers)));
        Assert.Equal((true, true), (there.IsOn(Piet, News), there.IsOn(Piet, Offers)));
        // Of whom nothing is known here nothing is said there.
        Assert.True(there.IsOn("reader-0@reader.example", News) && there.IsOn("reader-0@reader.example", Offers));
        Assert.True((long)(await app.ShowAsync(id))["contacts"]! >= there.OnePage + 2);
    }

    [Fact]
    public async Task An_opt_out_and_an_opt_in_here_are_there_without_any_time_passing()
    {
        await using var there = await StandIn.StartAsync(Create());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, News, Offers);
        var (id, _) = await app.ConnectedAsync(there);

        app.Clock.Pass(TimeSpan.FromSeconds(10));
        await app.OptOutAsync(Jan, News);
        await app.SettledAsync(id);
        Assert.Equal((false, true), (there.IsOn(Jan, News), there.IsOn(Jan, Offers)));

        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptInAsync(Jan, News);
        await app.SettledAsync(id);
        Assert.Equal((true, true), (there.IsOn(Jan, News), there.IsOn(Jan, Offers)));
    }

    [Fact]
    public async Task An_opt_out_there_becomes_one_here_and_ends_there()
    {
        await using var there = await StandIn.StartAsync(Create());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        there.Add(Piet);
        foreach (var address in (string[])[Jan, Piet]) await app.OptInAsync(address, News, Offers);
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        var (writes, source) = (there.Writes, $"connector:{(string)(await app.ShowAsync(id))["system"]!}");

        there.OptOut(Jan, News);
        app.Clock.Pass(TimeSpan.FromHours(1));
        await app.ReasonIsAsync("suppressed", Jan, News);

        var record = await app.RecordAsync(Jan);
        Assert.Equal(source, record!.Action);
        Assert.Equal(KnowsTopics ? "opted-in" : "suppressed", await app.ReasonAsync(Jan, Offers));
        Assert.Equal("opted-in", await app.ReasonAsync(Piet, News));
        // The consent service hears of it, and tells it as it tells everything; and all is read again.
        await app.TellAsync(Jan, News, Decision.Withdrawn);
        app.Clock.Pass(TimeSpan.FromHours(1));
        await app.CompareAsync(id);
        Assert.Equal(writes, there.Writes);
        Assert.Equal(record.RecordedAt, (await app.RecordAsync(Jan))!.RecordedAt);
        Assert.Equal((false, true), (there.IsOn(Jan, News), there.IsOn(Piet, News)));
    }

    [Fact]
    public async Task Who_was_stopped_there_as_a_whole_is_sent_nothing_from_here()
    {
        await using var there = await StandIn.StartAsync(Create());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, News, Offers);
        await app.ConnectedAsync(there);

        app.Clock.Pass(TimeSpan.FromMinutes(10));
        there.Stop(Jan);
        app.Clock.Pass(TimeSpan.FromHours(1));

        await app.ReasonIsAsync(there.StoppedHere, Jan, News);
        await app.ReasonIsAsync(there.StoppedHere, Jan, Offers);
    }

    [Fact]
    public async Task What_was_carried_is_not_carried_again_and_is_no_news_from_there()
    {
        await using var there = await StandIn.StartAsync(Create());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, News, Offers);
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromSeconds(10));
        await app.OptOutAsync(Jan, News);
        await app.SettledAsync(id);
        var (writes, record) = (there.Writes, await app.RecordAsync(Jan));

        for (var i = 0; i < 2; i++)
        {
            app.Clock.Pass(TimeSpan.FromHours(1));
            await app.CompareAsync(id);
        }

        Assert.Equal(writes, there.Writes);
        Assert.Equal(record!.RecordedAt, (await app.RecordAsync(Jan))!.RecordedAt);
    }

    [Fact]
    public async Task An_erased_person_is_opted_out_there_and_then_not_known_here()
    {
        await using var there = await StandIn.StartAsync(Create());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, News, Offers);
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromSeconds(10));

        await app.EraseAsync(Jan);
        await app.StandsAsync(id, "the contact is forgotten", json => (long)json["contacts"]! == 0);

        Assert.Equal((false, false), (there.IsOn(Jan, News), there.IsOn(Jan, Offers)));
    }

    [Fact]
    public async Task What_holds_back_invoices_too_is_never_written()
    {
        await using var there = await StandIn.StartAsync(Create());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        there.Add(Piet);
        foreach (var address in (string[])[Jan, Piet]) await app.OptInAsync(address, News, Offers);
        var (id, _) = await app.ConnectedAsync(there);
        var contacts = (long)(await app.ShowAsync(id))["contacts"]!;
        // So little that no round of what changed there is due.
        app.Clock.Pass(TimeSpan.FromSeconds(10));

        await app.OptOutOfEverythingAsync(Jan, News, Offers, "marketing");
        await app.EraseAsync(Piet);
        await app.StandsAsync(id, "one is forgotten", json => (long)json["contacts"]! == contacts / 2);
        await app.SettledAsync(id);

        Assert.False(there.IsOn(Jan, News) || there.IsOn(Jan, Offers) || there.IsOn(Piet, News) || there.IsOn(Piet, Offers));
        Assert.Empty(there.OfAllMail);
    }

    [Fact]
    public async Task A_stand_in_refuses_such_a_write_and_fails_its_test()
    {
        var there = await StandIn.StartAsync(Create());
        var (method, path, body) = there.BlockOfAllMail;
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri(there.Url + path));
        request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        await Assert.ThrowsAnyAsync<Exception>(async () => await there.DisposeAsync());
    }

    [Fact]
    public async Task Wrong_credentials_are_told_and_nothing_is_given_up()
    {
        await using var there = await StandIn.StartAsync(Create());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        await app.OptOutAsync(Jan, News);
        var (id, _) = await app.ConnectAsync(there, body => body["secret"] = "not-the-secret-us19");
        await app.StandsAsync(id, "it is refused", json => (string?)json["failing"]?["outcome"] == "unauthorised");
        Assert.True(there.IsOn(Jan, News));

        var right = there.Connector(ConnectorsApp.Site);
        Assert.Equal(200, (await app.SendAsync(HttpMethod.Put, $"{ConnectorsApp.Path}/{id}", right, app.Token())).Status);
        await app.SettledAsync(id);
        Assert.False(there.IsOn(Jan, News));
    }
}

/// <summary>Of those that let a person be subscribed again who opted out there.</summary>
public abstract class ComesBackTests : TwoWayTests
{
    [Fact]
    public async Task An_opt_out_there_yields_to_a_later_confirmation_here()
    {
        await using var there = await StandIn.StartAsync(Create());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        there.OptOut(Jan, News);
        app.Clock.Pass(TimeSpan.FromDays(1));
        await app.OptInAsync(Jan, News);

        await app.ConnectedAsync(there);

        Assert.True(there.IsOn(Jan, News));
        Assert.Equal("opted-in", await app.ReasonAsync(Jan, News));
    }
}

public sealed class ListmonkTwoWayTests : ComesBackTests
{
    private protected override StandIn Create() => new ListmonkStandIn();
}

public sealed class SesTwoWayTests : ComesBackTests
{
    private protected override StandIn Create() => new SesStandIn();
}

public sealed class BrevoTwoWayTests : ComesBackTests
{
    private protected override StandIn Create() => new BrevoStandIn();
}

public sealed class MailchimpTwoWayTests : TwoWayTests
{
    private protected override StandIn Create() => new MailchimpStandIn();
}

public sealed class MauticTwoWayTests : TwoWayTests
{
    private protected override bool KnowsTopics => false;

    private protected override StandIn Create() => new MauticStandIn();
}
