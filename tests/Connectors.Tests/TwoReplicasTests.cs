using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Subscriber.Tests;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Consent.Connectors.Tests;

/// <summary>Two replicas on one database: either takes what comes, and one at a time works at a connector.</summary>
[Collection(OnPostgres.Name)]
public sealed class TwoReplicasTests(OnePostgres postgres) : IDisposable
{
    private const string Jan = "jan@reader.example", News = "news";
    private readonly TestData _data = TestData.On(postgres);

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_connector_that_was_made_at_one_is_served_by_the_other_at_once_as_is_its_end()
    {
        await using var there = await StandIn.StartAsync(new BrevoStandIn());
        await using var one = await _data.StartAsync();
        await using var other = await _data.StartAsync("other");
        await one.OptInAsync(Jan, News);
        var (id, secret) = await one.ConnectAsync(there);
        Assert.Equal(id, (string?)(await other.ShowAsync(id))["id"]);
        Pass(TimeSpan.FromMinutes(10), one, other);

        var left = new JsonObject { ["event"] = "unsubscribe", ["email"] = Jan, ["list_id"] = new JsonArray(12), ["ts_event"] = other.Clock.At.ToUnixTimeSeconds() };
        Assert.Equal(200, (await other.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/events", left, null, ("Authorization", $"Bearer {secret}"))).Status);

        await one.ReasonIsAsync("suppressed", Jan, News);
        await one.SettledAsync(id);
        Assert.Equal(204, (await one.SendAsync(HttpMethod.Delete, $"{ConnectorsApp.Path}/{id}", token: one.Token())).Status);
        Assert.Equal(404, (await other.SendAsync(HttpMethod.Get, $"{ConnectorsApp.Path}/{id}", token: other.Token())).Status);
    }

    [Fact]
    public async Task While_nobody_dies_each_change_is_carried_once_whichever_heard_of_it()
    {
        const int Persons = 12;
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var one = await _data.StartAsync();
        await using var other = await _data.StartAsync("other");
        (string Address, ConnectorsApp At)[] persons = [.. Enumerable.Range(0, Persons).Select(i => ($"reader{i}@reader.example", i % 2 == 0 ? one : other))];
        foreach (var (address, at) in persons)
        {
            there.Add(address, offers: false);
            await at.OptInAsync(address, News);
        }
        var (id, _) = await one.ConnectedAsync(there);
        var before = there.Writes;
        Pass(TimeSpan.FromSeconds(10), one, other);

        foreach (var (address, at) in persons) await at.OptOutAsync(address, News);
        await one.SettledAsync(id);

        Assert.All(persons, person => Assert.False(there.IsOn(person.Address, News)));
        Assert.Equal(Persons, there.Writes - before);
    }

    [Fact]
    public async Task The_turn_of_one_that_died_is_the_others_after_its_end_and_not_before()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var one = await _data.StartAsync();
        there.Add(Jan);
        await one.OptInAsync(Jan, News);
        var (id, _) = await one.ConnectedAsync(there);
        await Eventually.IsSoAsync("the turn was given back", () => Task.FromResult(Turns(id) == 0));
        // As whoever had it was killed now.
        _data.Execute($"INSERT INTO leases VALUES ('connector {id}', 'who died', clock_timestamp(), clock_timestamp() + interval '6 seconds')");
        one.Clock.Pass(TimeSpan.FromSeconds(10));
        await one.OptOutAsync(Jan, News);

        var heldWhenCarried = false;
        await Eventually.IsSoAsync("it is carried", () =>
        {
            if (there.IsOn(Jan, News)) return Task.FromResult(false);
            heldWhenCarried = (long)_data.Execute($"SELECT count(*) FROM leases WHERE holder = 'who died' AND expires_at > clock_timestamp()")! > 0;
            return Task.FromResult(true);
        });
        Assert.False(heldWhenCarried);
        await one.SettledAsync(id);
    }

    [Fact]
    public async Task What_one_that_ends_leaves_the_other_carries_and_tells()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        there.Add(Jan);
        string id;
        await using var other = await _data.StartAsync("other");
        await using (var one = await _data.StartAsync())
        {
            await other.OptInAsync(Jan, News);
            (id, _) = await one.ConnectedAsync(there);
        }
        // It dates by the clock of who made the connector.
        var clock = other.Clock;
        (there.Now, there.Before) = (() => clock.At, () => clock.Before);
        other.Clock.Pass(TimeSpan.FromSeconds(10));

        await other.OptOutAsync(Jan, "offers");

        await other.SettledAsync(id);
        Assert.False(there.IsOn(Jan, "offers"));
        await Eventually.IsSoAsync(
            "it is told", () => Task.FromResult(other.Transport.Of<ConsentApplied>().Any(e => e.Subscriber == $"connectors/listmonk/{id}")));
    }

    [Fact]
    public void A_schema_is_brought_up_to_date_without_a_start_and_one_of_a_newer_release_is_refused()
    {
        Assert.Equal((0, "Up to date: the subscriber of connectors, the contacts of connectors."), Migrated());
        Assert.Equal(0L, _data.Execute("SELECT count(*) FROM contacts"));

        _data.Execute("UPDATE schema_version SET version = 99 WHERE of = 'connectors'");

        var (code, said) = Migrated();
        Assert.Equal(1, code);
        Assert.Contains("is of a newer release", said, StringComparison.Ordinal);
    }

    private static void Pass(TimeSpan by, params ConnectorsApp[] replicas)
    {
        foreach (var replica in replicas) replica.Clock.Pass(by);
    }

    private long Turns(string connector) => (long)_data.Execute($"SELECT count(*) FROM leases WHERE name = 'connector {connector}'")!;

    private (int Code, string Said) Migrated()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Storage:Engine"] = "postgres";
        builder.Configuration["Storage:Postgres"] = _data.Postgres;
        builder.AddConnectors();
        using var said = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        var code = Migrate.Run(builder, said, said);
        return (code, said.ToString().Trim());
    }
}
