using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Consent.Subscriber.Tests;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consent.Webhooks.Tests;

/// <summary>Two replicas on one database: either takes what comes, and each webhook is sent by one of them.</summary>
[Collection(OnPostgres.Name)]
public sealed class TwoReplicasTests(OnePostgres postgres) : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private readonly TestData _data = TestData.On(postgres);

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task An_endpoint_that_was_made_at_one_is_served_by_the_other_at_once_as_is_its_change_and_its_end()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var elsewhere = await Receiver.StartAsync();
        await using var one = await _data.StartAsync();
        await using var other = await _data.StartAsync();
        var (created, made) = await one.SendAsync(HttpMethod.Post, "/v1/webhooks/endpoints", new { site = Sample.Site, url = receiver.Url }, one.Token());
        var path = $"/v1/webhooks/endpoints/{(string)made!["id"]!}";

        Assert.Equal((201, 200), (created, (await other.SendAsync(HttpMethod.Get, path, token: other.Token())).Status));
        await other.DecideAsync(1);
        var got = (await receiver.HasGotAsync(1))[0];
        Assert.Equal(DeliverWebhooksTests.SignatureOf(got, (string)made["secret"]!), got.Headers["webhook-signature"]);

        Assert.Equal(200, (await other.SendAsync(HttpMethod.Put, path, new { url = elsewhere.Url }, other.Token())).Status);
        await one.DecideAsync(2, Decision.Refused);
        await elsewhere.HasGotAsync(1);

        Assert.Equal(204, (await one.SendAsync(HttpMethod.Delete, path, token: one.Token())).Status);
        Assert.Equal(404, (await other.SendAsync(HttpMethod.Get, path, token: other.Token())).Status);
        Assert.Single(receiver.All);
    }

    [Fact]
    public async Task While_nobody_dies_nothing_is_sent_twice_and_each_persons_order_is_kept()
    {
        const int Persons = 60;
        await using var receiver = await Receiver.StartAsync();
        await using var one = await _data.StartAsync();
        await using var other = await _data.StartAsync();
        // One at a time sends; not that this machine never stands still for the seconds after which a turn is lost.
        _data.Execute("""
            CREATE FUNCTION long_turn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.expires_at := new.granted_at + interval ''1 hour''; RETURN new; END';
            CREATE TRIGGER long_turn BEFORE INSERT OR UPDATE ON leases FOR EACH ROW EXECUTE FUNCTION long_turn();
            """);
        var (endpoint, _) = await one.EndpointAsync(receiver.Url);
        string[] persons = [.. Enumerable.Range(0, Persons).Select(_ => RandomId.New())];

        for (var version = 1L; version <= 3; version++)
            await Task.WhenAll(persons.Select((person, i) => ((i + version) % 2 == 0 ? one : other).DecideAsync(version, subject: person)));

        await Eventually.IsSoAsync(
            "nothing is to be sent any more", () => Task.FromResult(one.Queue.List(endpoint.Id, DeliveryStatus.Pending, null, 1).Count == 0), _patience,
            () => $"{receiver.All.Count} came");
        Assert.Equal(receiver.All.Count, receiver.All.Select(g => g.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.All(receiver.All.GroupBy(g => (string)g.Data["subjectId"]!), person =>
        {
            long[] versions = [.. person.Select(g => (long)g.Data["version"]!)];
            Assert.Equal(versions.Order(), versions);
            Assert.Equal(3, versions[^1]);
        });
        Assert.Equal(Persons, receiver.All.Select(g => (string)g.Data["subjectId"]!).Distinct(StringComparer.Ordinal).Count());
        Assert.All(one.Deliveries(endpoint), d => Assert.True(d.Attempts <= 1, $"{d.Event} was tried {d.Attempts} times."));
    }

    [Fact]
    public async Task One_that_is_slow_to_be_answered_keeps_its_turn()
    {
        await using var receiver = await Receiver.StartAsync();
        var answer = new TaskCompletionSource();
        receiver.Answer = Receiver.Hold(answer.Task);
        await using var one = await _data.StartAsync(change: Patient);
        await using var other = await _data.StartAsync(change: Patient);
        var (endpoint, _) = await one.EndpointAsync(receiver.Url);
        await one.DecideAsync(1);
        await receiver.HasGotAsync(1);
        var first = (DateTime)_data.Execute("SELECT expires_at FROM leases")!;
        await other.DecideAsync(1, subject: RandomId.New());

        // Well over the six seconds for which a turn was given.
        await Eventually.IsSoAsync("the turn was prolonged", () => Task.FromResult((DateTime)_data.Execute("SELECT expires_at FROM leases")! > first.AddSeconds(7)), _patience);

        Assert.Equal(2, (await receiver.HasGotAsync(2)).Select(g => g.Id).Distinct(StringComparer.Ordinal).Count());
        answer.SetResult();
        await one.StandAsync(endpoint, "delivered", "delivered");
        Assert.Equal(2, receiver.All.Count);
        await Eventually.IsSoAsync("the turn was given back", () => Task.FromResult((long)_data.Execute("SELECT count(*) FROM leases")! == 0));
    }

    [Fact]
    public async Task What_was_under_way_when_one_is_killed_is_sent_by_the_other_with_the_same_id_and_body()
    {
        const int Sent = 20;
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Hold(new TaskCompletionSource().Task);
        await using var broker = await RabbitMqServer.StartAsync();
        await using var transport = new RabbitMqTransport(BrokerAddresses.Parse(broker.Address), NullLogger<RabbitMqTransport>.Instance);
        // By a first start in this process, which is told of the sample sites too.
        await using (var app = await _data.StartAsync()) await app.EndpointAsync(receiver.Url);
        await using var one = Process("one", broker);
        await using var other = Process("other", broker);
        one.Start();
        await one.ReadyAsync();
        var ids = new List<string>();
        for (var i = 0; i < Sent; i++)
        {
            var receipt = Sample.Receipt(1, Decision.Given, TimeProvider.System.Now(), RandomId.New());
            ids.Add(receipt.Id);
            await transport.PublishAsync([OutgoingEvent.Of(Sample.Event(receipt))], CancellationToken.None);
        }
        await receiver.HasGotAsync(DeliverWebhooks.AtOnce);
        await Eventually.IsSoAsync("all are queued", () => Task.FromResult((long)_data.Execute("SELECT count(*) FROM deliveries")! == Sent), _patience);
        var holder = Holder();
        other.Start();
        await other.ReadyAsync();
        // Unless the machine stood still for so long that the turn was lost.
        Assert.True(receiver.All.Count == DeliverWebhooks.AtOnce || !Equals(Holder(), holder), $"{receiver.All.Count} came.");

        receiver.Answer = Receiver.Status(204);
        await one.Kill9Async();

        await Eventually.IsSoAsync(
            "all are delivered", () => Task.FromResult((long)_data.Execute("SELECT count(*) FROM deliveries WHERE status = 'delivered'")! == Sent), _patience,
            () => $"{receiver.All.Count} came. {other.LastLines()}");
        Assert.Equal(ids.Order(StringComparer.Ordinal), receiver.All.Select(g => g.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.InRange(receiver.All.Count, Sent + DeliverWebhooks.AtOnce, int.MaxValue);
        // What was written down is not sent again.
        Assert.Equal((long)Sent, (long)_data.Execute("SELECT sum(attempts) FROM deliveries")!);
        Assert.All(receiver.All.GroupBy(g => g.Id), same => Assert.Single(same.Select(g => Convert.ToHexString(g.Body)).Distinct(StringComparer.Ordinal)));

        object? Holder() => _data.Execute("SELECT holder FROM leases");
    }

    [Fact]
    public void A_schema_is_brought_up_to_date_without_a_start_and_one_of_a_newer_release_is_refused()
    {
        Assert.Equal((0, "Up to date: the subscriber of webhooks, the endpoints of webhooks."), Migrated());
        Assert.Equal(0L, _data.Execute("SELECT count(*) FROM endpoints"));
        Assert.Equal(0, Migrated().Code);

        _data.Execute("UPDATE schema_version SET version = 99 WHERE of = 'webhooks'");

        var (code, said) = Migrated();
        Assert.Equal(1, code);
        Assert.Contains("is of a newer release", said, StringComparison.Ordinal);
    }

    private static void Patient(WebApplicationBuilder builder) => builder.Configuration["Webhooks:AttemptTimeout"] = "00:05:00";

    private (int Code, string Said) Migrated()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Data"] = _data.Path;
        builder.Configuration["Storage:Engine"] = "postgres";
        builder.Configuration["Storage:Postgres"] = _data.Postgres;
        builder.AddWebhooks();
        using var said = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        var code = Migrate.Run(builder, said, said);
        return (code, said.ToString().Trim());
    }

    private ServiceProcess Process(string name, RabbitMqServer broker) => new(
        name, Repository.Program("services/subscribers/webhooks"), new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}"),
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Data"] = _data.Path,
            ["Storage:Engine"] = "postgres",
            ["Storage:Postgres"] = _data.Postgres!,
            ["Messaging:Transport"] = "rabbitmq",
            ["Messaging:RabbitMq"] = broker.Address,
            ["Auth:Authority"] = "http://127.0.0.1:1/",
            ["Webhooks:AllowHttp"] = "true",
            ["Webhooks:AllowedNetworks"] = "127.0.0.1/32",
            // So that what is held stays under way until the kill.
            ["Webhooks:AttemptTimeout"] = "00:05:00",
        });
}
