using System.Text;
using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Consent.Webhooks.Tests;

public sealed class DurabilityTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_message_is_acknowledged_only_when_its_webhook_can_be_read_by_another_connection()
    {
        await using var app = await WebhooksApp.StartAsync(_data.Path);
        await app.EndpointAsync($"http://127.0.0.1:{FreePorts.Take(1)[0]}/");
        var rowsAtAcknowledgement = new List<long>();
        app.Transport.Fails = batch =>
        {
            if (batch.Any(e => e.Kind == ConsentApplied.Kind)) rowsAtAcknowledgement.Add(Rows());
            return false;
        };

        await app.DecideAsync(1);
        await app.HearAsync(Sample.Erased(2));

        Assert.Equal([1L, 2L], rowsAtAcknowledgement);
    }

    [Fact]
    public async Task What_cannot_be_queued_is_not_acknowledged_and_is_queued_when_it_comes_again()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await WebhooksApp.StartAsync(_data.Path);
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        var (change, erasure) = (Sample.Event(Sample.Receipt(1, Decision.Given, app.Clock.At)), Sample.Erased(2));

        await FailsAndThenPassesAsync(change);
        await FailsAndThenPassesAsync(erasure);

        await app.StandAsync(endpoint, "delivered", "delivered");
        Assert.Equal([change.Id, erasure.Id], receiver.All.Select(g => g.Id));

        async Task FailsAndThenPassesAsync<T>(T message) where T : class, IEvent
        {
            Execute("ALTER TABLE deliveries RENAME TO elsewhere");
            await Assert.ThrowsAsync<SqliteException>(() => app.HearAsync(message));
            Assert.DoesNotContain(message.Id, Acknowledged());
            Execute("ALTER TABLE elsewhere RENAME TO deliveries");
            await app.HearAsync(message);
            Assert.Contains(message.Id, Acknowledged());
            await Eventually.IsSoAsync("it is delivered", () => Task.FromResult(app.Deliveries(endpoint)[0].Status == DeliveryStatus.Delivered));
        }

        IEnumerable<string> Acknowledged() => app.Transport.Of<ConsentApplied>().SelectMany(a => a.Each()).Select(a => a.RecordId);
    }

    [Fact]
    public async Task What_was_under_way_when_the_process_ended_is_sent_again_with_the_same_id_and_body_and_nothing_is_lost()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Hold(new TaskCompletionSource().Task);
        var ids = new List<string>();
        WebhookEndpoint endpoint;
        await using (var app = await WebhooksApp.StartAsync(_data.Path))
        {
            (endpoint, _) = await app.EndpointAsync(receiver.Url);
            for (var i = 0; i < 30; i++) ids.Add((await app.DecideAsync(1, Decision.Given, RandomId.New())).Id);
            await receiver.HasGotAsync(DeliverWebhooks.AtOnce);
        }
        receiver.Answer = Receiver.Status(204);

        await using var again = await WebhooksApp.StartAsync(_data.Path, Sample.Start.AddMinutes(1));

        await again.StandAsync(endpoint, [.. Enumerable.Repeat("delivered", 30)]);
        Assert.Equal(ids.Order(StringComparer.Ordinal), receiver.All.Select(g => g.Id).Distinct().Order(StringComparer.Ordinal));
        Assert.True(receiver.All.Count > 30, "Nothing was sent twice, so nothing was under way.");
        Assert.All(receiver.All.GroupBy(g => g.Id), same => Assert.Single(same.Select(g => Convert.ToHexString(g.Body)).Distinct()));
    }

    [Fact]
    public async Task The_file_holds_neither_secrets_nor_addresses_and_the_keys_are_for_their_owner_alone()
    {
        await using var app = await WebhooksApp.StartAsync(_data.Path);
        var (endpoint, secret) = await app.EndpointAsync("https://hooks.example/in?token=very-secret-token");
        var (rotated, _) = (await app.Endpoints.RotateAsync(endpoint.Id, TestContext.Current.CancellationToken))!.Value;
        app.Store.EmptyWal();

        var file = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(_data.File(WebhooksSetup.Service, "webhooks.db"), TestContext.Current.CancellationToken));
        foreach (var text in (string[])[secret, rotated, secret["whsec_".Length..], "very-secret-token", "hooks.example"]) Assert.DoesNotContain(text, file, StringComparison.Ordinal);
        Assert.Contains(endpoint.Id, file, StringComparison.Ordinal);
        var keys = Directory.GetFiles(_data.File("keys", WebhooksSetup.Service));
        Assert.All(keys, key => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key)));
        Assert.NotEmpty(keys);
    }

    [Fact]
    public async Task An_erased_person_is_told_of_by_the_stream_and_is_gone_from_the_file()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(500);
        await using var app = await WebhooksApp.StartAsync(_data.Path);
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        await app.DecideAsync(1);
        await app.StandAsync(endpoint, "pending refused");
        var erased = Sample.Erased(2, site: null);

        await app.HearAsync(erased);
        await app.HearAsync(erased);

        foreach (var file in Directory.GetFiles(_data.File(WebhooksSetup.Service), "webhooks.db*"))
            Assert.DoesNotContain(Sample.Visitor, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
        await app.StandAsync(endpoint, "superseded refused", "pending refused");
        receiver.Answer = Receiver.Status(204);
        app.Clock.Pass(TimeSpan.FromMinutes(1));
        await app.StandAsync(endpoint, "superseded refused", "delivered");
        Assert.Equal(
            $$"""{"type":"eu.consent.consent-erased","site":"bakery","stream":"{{erased.Stream}}","epoch":1,"version":2,"erasedAt":"2026-03-01T11:00:00.000Z"}""",
            receiver.All[^1].Data.ToJsonString());
        // A late message of before the erasure brings nobody back.
        await app.HearAsync(Sample.Event(Sample.Receipt(1, Decision.Given, Sample.Start.AddSeconds(1))));
        Assert.Equal(2, app.Deliveries(endpoint).Count);
    }

    private long Rows() => (long)Execute("SELECT count(*) FROM deliveries")!;

    private object? Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_data.File(WebhooksSetup.Service, "webhooks.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
