using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Webhooks.Tests;

/// <summary>A receiver has no state function: that a consent ran out is told, by the clock alone.</summary>
public abstract class ExpiryTests(TestData data) : IDisposable
{
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task When_a_consent_runs_out_it_is_told_once_per_purpose_with_no_message_from_anybody()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        var until = app.Clock.At.AddDays(180);
        await app.DecideAsync(1, purposes: ["statistics", "media"]);
        await app.StandAsync(endpoint, "delivered");

        // A millisecond before, the loop ran, which another person's event shows, and said nothing.
        app.Clock.At = until.AddMilliseconds(-1);
        await app.DecideAsync(1, Decision.Refused, RandomId.New());
        await app.StandAsync(endpoint, "delivered", "delivered");
        app.Clock.At = until;

        await app.StandAsync(endpoint, "delivered", "delivered", "delivered", "delivered");
        var told = receiver.All.Where(g => g.Type == WebhookEvents.Expired).ToList();
        Assert.Equal(["media", "statistics"], told.Select(g => (string)g.Data["purpose"]!).Order(StringComparer.Ordinal));
        Assert.All(told, g =>
        {
            Assert.Equal("2026-08-28T09:00:00.000Z", (string?)g.Json["time"]);
            Assert.Equal((Sample.Visitor, "2026-08-28T09:00:00.000Z"), ((string?)g.Data["subjectId"], (string?)g.Data["expiredAt"]));
            Assert.Equal(("expired", false), ((string?)g.Data["purposes"]!["statistics"]!["status"], (bool)g.Data["purposes"]!["statistics"]!["permitted"]!));
        });
        Assert.Equal(2, told.Select(g => g.Id).Distinct().Count());

        // Not again, however late it gets; the last event is the loop's sign of life.
        app.Clock.Pass(TimeSpan.FromDays(1));
        await app.DecideAsync(1, Decision.Refused, RandomId.New());
        await app.StandAsync(endpoint, [.. Enumerable.Repeat("delivered", 5)]);
        Assert.Equal(2, receiver.All.Count(g => g.Type == WebhookEvents.Expired));
    }

    [Fact]
    public async Task When_a_later_receipt_moved_the_validity_nothing_stale_is_told()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        await app.DecideAsync(1);
        // Before the next, which takes the place of what is not delivered yet.
        await app.StandAsync(endpoint, "delivered");
        app.Clock.Pass(TimeSpan.FromDays(100));
        await app.DecideAsync(2);
        await app.StandAsync(endpoint, "delivered", "delivered");

        app.Clock.Pass(TimeSpan.FromDays(100));
        await app.DecideAsync(1, Decision.Refused, RandomId.New());
        await app.StandAsync(endpoint, "delivered", "delivered", "delivered");
        Assert.DoesNotContain(receiver.All, g => g.Type == WebhookEvents.Expired);

        app.Clock.Pass(TimeSpan.FromDays(80));
        await app.StandAsync(endpoint, [.. Enumerable.Repeat("delivered", 4)]);
        Assert.Equal((WebhookEvents.Expired, 2L), (receiver.All[3].Type, (long)receiver.All[3].Data["version"]!));
    }

    [Fact]
    public async Task An_expiry_that_waits_for_its_receiver_goes_when_a_newer_receipt_comes()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        await app.DecideAsync(1);
        await app.StandAsync(endpoint, "delivered");
        receiver.Answer = Receiver.Status(500);
        app.Clock.Pass(TimeSpan.FromDays(180));
        await app.StandAsync(endpoint, "delivered", "pending refused");

        receiver.Answer = Receiver.Status(204);
        await app.DecideAsync(2);
        app.Clock.Pass(TimeSpan.FromHours(1));

        await app.StandAsync(endpoint, "delivered", "superseded refused", "delivered");
        Assert.Equal("given", (string?)receiver.All[^1].Data["purposes"]!["statistics"]!["status"]);
    }

    [Fact]
    public async Task An_expiry_waits_for_the_change_before_it()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(500);
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        await app.DecideAsync(1, until: app.Clock.At.AddHours(1));
        await app.StandAsync(endpoint, "pending refused");
        app.Clock.Pass(TimeSpan.FromHours(1));
        await Eventually.IsSoAsync("the expiry is queued and the change was tried again",
            () => Task.FromResult(app.Deliveries(endpoint) is { Count: 2 } all && all[1].Attempts == 2));
        Assert.Equal(0, app.Deliveries(endpoint)[0].Attempts);

        receiver.Answer = Receiver.Status(204);
        app.Clock.Pass(TimeSpan.FromMinutes(1));

        await app.StandAsync(endpoint, "delivered", "delivered");
        Assert.Equal([WebhookEvents.Changed, WebhookEvents.Expired], receiver.All.TakeLast(2).Select(g => g.Type));
    }

    [Fact]
    public async Task What_ran_out_while_the_service_was_down_is_told_at_its_return()
    {
        await using var receiver = await Receiver.StartAsync();
        WebhookEndpoint endpoint;
        await using (var app = await _data.StartAsync())
        {
            (endpoint, _) = await app.EndpointAsync(receiver.Url);
            await app.DecideAsync(1);
            await app.StandAsync(endpoint, "delivered");
        }

        await using var again = await _data.StartAsync(Sample.Start.AddDays(200));

        await again.StandAsync(endpoint, "delivered", "delivered");
        Assert.Equal("2026-08-28T09:00:00.000Z", (string?)receiver.All[1].Data["expiredAt"]);
    }

    [Fact]
    public async Task What_ran_out_while_the_service_was_down_is_told_though_a_newer_receipt_came_first()
    {
        await using var receiver = await Receiver.StartAsync();
        WebhookEndpoint endpoint;
        Receipt first;
        await using (var app = await _data.StartAsync())
        {
            (endpoint, _) = await app.EndpointAsync(receiver.Url);
            first = await app.DecideAsync(1);
            await app.StandAsync(endpoint, "delivered");
        }
        // About another purpose, so that statistics runs out as before. Heard before the schedule is looked at again, in which nothing is due for as long as the
        // clock stands before the end: an expiry that is queued already, and not delivered, gives way to the newer receipt.
        var later = Sample.Receipt(2, Decision.Given, Sample.Start.AddDays(190), purposes: ["media"]);
        later = later with { Purposes = new Dictionary<string, PurposeDecision>(later.Purposes) { ["statistics"] = first.Purposes["statistics"] } };
        await using var again = await _data.StartAsync(Sample.Start.AddDays(179));
        await again.HearAsync(Sample.Event(later));
        again.Clock.At = Sample.Start.AddDays(191);

        await again.StandAsync(endpoint, "delivered", "delivered", "delivered");
        Assert.Single(receiver.All, g => g.Type == WebhookEvents.Expired && (string?)g.Data["purpose"] == "statistics");
    }

    [Fact]
    public async Task With_a_state_older_than_the_schedule_as_after_a_restore_an_expiry_waits_until_it_is_healed()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        await app.DecideAsync(1, until: app.Clock.At.AddDays(200));
        // Before the next, which takes the place of what is not delivered yet.
        await app.StandAsync(endpoint, "delivered");
        _data.Execute("CREATE TABLE backup AS SELECT * FROM receipts", "subscriber.db");
        app.Clock.Pass(TimeSpan.FromDays(10));
        var second = await app.DecideAsync(2, until: Sample.Start.AddDays(100));
        await app.StandAsync(endpoint, "delivered", "delivered");
        _data.Execute("DELETE FROM receipts; INSERT INTO receipts SELECT * FROM backup", "subscriber.db");

        app.Clock.At = Sample.Start.AddDays(100);
        await Eventually.IsSoAsync("it was put off", () => Task.FromResult(Look() > app.Clock.At.ToUnixTimeMilliseconds()));
        Assert.Equal(2, receiver.All.Count);
        await app.HearAsync(Sample.Event(second));
        app.Clock.Pass(TimeSpan.FromMinutes(1));

        await app.StandAsync(endpoint, "delivered", "delivered", "delivered");
        Assert.Equal((WebhookEvents.Expired, 2L), (receiver.All[2].Type, (long)receiver.All[2].Data["version"]!));

        long? Look()
        {
            using var db = app.Store.Open();
            return db.Streams.Single().Look;
        }
    }

    [Fact]
    public async Task A_refusal_that_runs_out_and_an_erased_consent_are_not_told()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        var refuser = RandomId.New();
        await app.DecideAsync(1, Decision.Refused, refuser);
        await app.DecideAsync(1);
        // An erasure takes the place of what is not delivered yet.
        await app.StandAsync(endpoint, "delivered", "delivered");
        await app.HearAsync(Sample.Erased(2));
        await app.StandAsync(endpoint, "delivered", "delivered", "delivered");

        app.Clock.Pass(TimeSpan.FromDays(200));
        await app.DecideAsync(1, Decision.Refused, RandomId.New());

        await app.StandAsync(endpoint, [.. Enumerable.Repeat("delivered", 4)]);
        Assert.DoesNotContain(receiver.All, g => g.Type == WebhookEvents.Expired);
    }

    [Fact]
    public async Task A_consent_that_was_given_before_the_endpoint_was_made_is_told_of_when_it_runs_out_after()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        await app.DecideAsync(1);
        app.Clock.Pass(TimeSpan.FromDays(90));
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);

        app.Clock.Pass(TimeSpan.FromDays(90));

        await app.StandAsync(endpoint, "delivered");
        Assert.Equal(WebhookEvents.Expired, receiver.All[0].Type);
    }
}
