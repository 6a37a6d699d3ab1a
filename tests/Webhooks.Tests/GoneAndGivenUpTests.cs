using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Webhooks.Tests;

/// <summary>Two ends that are no silent ends: 410, and three days in vain.</summary>
public abstract class GoneAndGivenUpTests(TestData data) : IDisposable
{
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task After_410_everything_is_held_under_alarm_until_the_endpoint_is_enabled()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var bystander = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(410);
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        var (other, _) = await app.EndpointAsync(bystander.Url);
        using var gone = new Measured(WebhookMetrics.MeterName, "consent.webhooks.gone", "consent.endpoint", endpoint.Id);
        using var attempts = new Measured(WebhookMetrics.MeterName, "consent.webhooks.attempts", "consent.endpoint", endpoint.Id);
        Assert.Equal(HealthStatus.Healthy, await app.HealthAsync());

        await app.DecideAsync(1);
        await app.StandAsync(endpoint, "pending gone");
        receiver.Answer = Receiver.Status(204);
        // Four days, through which more is decided: it is neither sent nor given up.
        app.Clock.Pass(TimeSpan.FromDays(4));
        var second = await app.DecideAsync(1, Decision.Refused, RandomId.New());
        await app.StandAsync(other, "delivered", "delivered");

        Assert.Single(receiver.All);
        await app.StandAsync(endpoint, "pending gone", "pending");
        Assert.Equal(HealthStatus.Degraded, await app.HealthAsync());
        await Eventually.IsSoAsync("it is logged", () => Task.FromResult(app.Log.All.Any(l => l.StartsWith("Warning", StringComparison.Ordinal) && l.Contains(endpoint.Id, StringComparison.Ordinal) && l.Contains("410", StringComparison.Ordinal))));
        await Eventually.IsSoAsync("the metric says gone", () => Task.FromResult(gone.Last == 1));
        var (_, told) = await app.SendAsync(HttpMethod.Get, $"/v1/webhooks/endpoints/{endpoint.Id}", token: app.Token());
        Assert.Equal(("gone", 2L), ((string?)told!["status"], (long)told["pending"]!));

        var (status, enabled) = await app.SendAsync(HttpMethod.Post, $"/v1/webhooks/endpoints/{endpoint.Id}/enable", token: app.Token());

        Assert.Equal((200, "enabled"), (status, (string?)enabled!["status"]));
        await app.StandAsync(endpoint, "delivered", "delivered");
        Assert.Contains(receiver.All, g => g.Id == second.Id);
        Assert.Equal(HealthStatus.Healthy, await app.HealthAsync());
        await app.MeasuredAsync("the metric says gone no more", () => gone.Last == 0);
        await Eventually.IsSoAsync("three attempts were counted", () => Task.FromResult(attempts.Sum == 3));
    }

    [Fact]
    public async Task A_new_address_is_not_gone_because_the_old_one_was()
    {
        await using var old = await Receiver.StartAsync();
        await using var moved = await Receiver.StartAsync();
        var held = new TaskCompletionSource();
        old.Answer = async http =>
        {
            await held.Task;
            http.Response.StatusCode = 410;
        };
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(old.Url);
        await app.DecideAsync(1);
        await old.HasGotAsync(1);

        await app.Endpoints.UpdateAsync(endpoint.Id, new Uri(moved.Url), CloudEvent.Structured, null, TestContext.Current.CancellationToken);
        held.SetResult();
        await app.StandAsync(endpoint, "pending gone");
        app.PassToNextAttempt(endpoint);

        await app.StandAsync(endpoint, "delivered");
        Assert.Single(moved.All);
        Assert.Equal(WebhookEndpoint.Enabled, app.Endpoints.Find(endpoint.Id)!.Status);
    }

    [Fact]
    public async Task After_three_days_in_vain_it_is_given_up_kept_told_and_can_be_replayed()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(503);
        await using var app = await _data.StartAsync(change: b => b.Configuration["Webhooks:KeptFor"] = null);
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        using var givenUp = new Measured(WebhookMetrics.MeterName, "consent.webhooks.given_up", "consent.endpoint", endpoint.Id);
        var receipt = await app.DecideAsync(1, until: app.Clock.At.AddYears(1));
        await app.StandAsync(endpoint, "pending refused");

        var attempts = await TryUntilAsync(app, endpoint, DeliveryStatus.GivenUp);

        var end = app.Clock.At - Sample.Start;
        Assert.Equal(TimeSpan.FromHours(72), end);
        Assert.Equal(attempts, receiver.All.Count);
        // 11 attempts make the first hour full; from then on one an hour, or up to two with the jitter.
        Assert.InRange(attempts, 80, 160);
        Assert.Equal(HealthStatus.Degraded, await app.HealthAsync());
        await app.MeasuredAsync("the metric counts it", () => givenUp.Last == 1);
        await Eventually.IsSoAsync("it is logged", () => Task.FromResult(app.Log.All.Any(l => l.StartsWith("Warning", StringComparison.Ordinal) && l.Contains("given up", StringComparison.Ordinal) && l.Contains(endpoint.Id, StringComparison.Ordinal))));

        // It is kept for as long as nobody decides.
        app.Clock.Pass(TimeSpan.FromDays(100));
        await app.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<WatchDeliveries>().Single().ForgetAsync(TestContext.Current.CancellationToken);
        var (_, listed) = await app.SendAsync(HttpMethod.Get, $"/v1/webhooks/endpoints/{endpoint.Id}/deliveries?status=given-up", token: app.Token());
        var one = Assert.Single(listed!["deliveries"]!.AsArray())!;
        Assert.Equal((receipt.Id, attempts, 503), ((string?)one["id"], (int)one["attempts"]!, (int)one["lastStatus"]!));

        receiver.Answer = Receiver.Status(204);
        var (status, _) = await app.SendAsync(HttpMethod.Post, $"/v1/webhooks/endpoints/{endpoint.Id}/deliveries/{receipt.Id}/replay", token: app.Token());

        Assert.Equal(202, status);
        await app.StandAsync(endpoint, "delivered");
        Assert.Equal((receipt.Id, Convert.ToHexString(receiver.All[0].Body)), (receiver.All[^1].Id, Convert.ToHexString(receiver.All[^1].Body)));
        Assert.Equal(HealthStatus.Healthy, await app.HealthAsync());
    }

    [Fact]
    public async Task What_was_given_up_is_superseded_by_a_newer_change_and_cannot_be_replayed_after_it()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(503);
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        var first = await app.DecideAsync(1);
        await app.StandAsync(endpoint, "pending refused");
        app.Clock.Pass(TimeSpan.FromHours(73));
        await app.StandAsync(endpoint, "given-up refused");
        receiver.Answer = Receiver.Status(204);

        await app.DecideAsync(2, Decision.Refused);

        await app.StandAsync(endpoint, "superseded refused", "delivered");
        var (status, problem) = await app.SendAsync(HttpMethod.Post, $"/v1/webhooks/endpoints/{endpoint.Id}/deliveries/{first.Id}/replay", token: app.Token());
        Assert.Equal((409, "urn:consent:problem:delivery-not-given-up"), (status, (string?)problem!["type"]));
    }

    [Fact]
    public async Task What_is_replayed_while_a_newer_one_is_under_way_does_not_arrive_after_it()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(503);
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        var given = await app.DecideAsync(1, until: app.Clock.At.AddHours(80));
        await app.StandAsync(endpoint, "pending refused");
        app.Clock.Pass(TimeSpan.FromHours(73));
        await app.StandAsync(endpoint, "given-up refused");
        var expiry = new TaskCompletionSource();
        receiver.Answer = Receiver.Hold(expiry.Task);
        app.Clock.Pass(TimeSpan.FromHours(7));
        await receiver.HasGotAsync(3);

        Assert.True(await app.Queue.ReplayAsync(endpoint.Id, given.Id, TestContext.Current.CancellationToken));
        expiry.SetResult();

        await app.StandAsync(endpoint, "superseded refused", "delivered");
        Assert.Equal([WebhookEvents.Changed, WebhookEvents.Changed, WebhookEvents.Expired], receiver.All.Select(g => g.Type));
    }

    [Fact]
    public async Task The_alarm_of_an_endpoint_ends_when_it_is_deleted()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(410);
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        using var gone = new Measured(WebhookMetrics.MeterName, "consent.webhooks.gone", "consent.endpoint", endpoint.Id);
        await app.TestAsync(endpoint);
        await app.StandAsync(endpoint, "pending gone");
        await app.MeasuredAsync("the metric says gone", () => gone.Last == 1);

        await app.Endpoints.DeleteAsync(endpoint.Id, TestContext.Current.CancellationToken);

        await app.MeasuredAsync("the metric says gone no more", () => gone.Last == 0);
    }

    [Fact]
    public async Task What_ended_is_forgotten_after_a_month()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync(change: b => b.Configuration["Webhooks:KeptFor"] = null);
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        await app.TestAsync(endpoint);
        await app.StandAsync(endpoint, "delivered");

        app.Clock.Pass(TimeSpan.FromDays(29));
        var watch = app.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<WatchDeliveries>().Single();
        await watch.ForgetAsync(TestContext.Current.CancellationToken);
        Assert.Single(app.Deliveries(endpoint));

        app.Clock.Pass(TimeSpan.FromDays(2));
        await watch.ForgetAsync(TestContext.Current.CancellationToken);
        Assert.Empty(app.Deliveries(endpoint));
    }

    /// <summary>Moves the clock from attempt to attempt; answers how many there were.</summary>
    private static async Task<int> TryUntilAsync(WebhooksApp app, WebhookEndpoint endpoint, string status)
    {
        for (var attempts = 1; ; attempts++)
        {
            await Eventually.IsSoAsync($"attempt {attempts} was written down", () => Task.FromResult(app.Deliveries(endpoint)[0].Attempts == attempts));
            if (app.Deliveries(endpoint)[0].Status == status) return attempts;
            app.PassToNextAttempt(endpoint);
        }
    }
}
