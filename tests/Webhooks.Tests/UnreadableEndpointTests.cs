using Consent.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Webhooks.Tests;

public abstract class UnreadableEndpointTests(TestData data) : IDisposable
{
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task An_address_that_does_not_open_is_an_alarm_and_holds_up_no_other_endpoint_until_it_is_set_anew()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        var (other, _) = await app.EndpointAsync(receiver.Url.Replace("/hook", "/other", StringComparison.Ordinal));
        var path = $"/v1/webhooks/endpoints/{endpoint.Id}";
        using var unreadable = new Measured(WebhookMetrics.MeterName, "consent.webhooks.unreadable", "consent.endpoint", endpoint.Id);
        // As when the key is lost under which both were sealed.
        var zeros = _data.Postgres is null ? "zeroblob(60)" : "decode(repeat('00', 60), 'hex')";
        await app.ExecuteAsync($"UPDATE endpoints SET url = {zeros} WHERE id = '{endpoint.Id}'");
        await app.ExecuteAsync($"UPDATE secrets SET sealed = {zeros} WHERE endpoint = '{endpoint.Id}'");

        await app.TestAsync(endpoint);
        await app.TestAsync(other);

        await app.StandAsync(other, "delivered");
        await app.StandAsync(endpoint, "pending");
        Assert.Equal(HealthStatus.Degraded, await app.HealthAsync());
        await app.MeasuredAsync("the metric says so", () => unreadable.Last == 1);
        Assert.Contains(app.Log.All, l => l.StartsWith("Warning", StringComparison.Ordinal) && l.Contains(endpoint.Id, StringComparison.Ordinal));
        var (listed, _) = await app.SendAsync(HttpMethod.Get, "/v1/webhooks/endpoints", token: app.Token());
        var (_, shown) = await app.SendAsync(HttpMethod.Get, path, token: app.Token());
        Assert.Equal((200, "unreadable", null), (listed, (string?)shown!["status"], (string?)shown["url"]));

        // The secret that was rotated out does not open either, and signs no more.
        var (_, rotated) = await app.SendAsync(HttpMethod.Post, $"{path}/rotate-secret", token: app.Token());
        var (status, changed) = await app.SendAsync(HttpMethod.Put, path, new { url = receiver.Url }, app.Token());

        Assert.Equal((200, "enabled"), (status, (string?)changed!["status"]));
        await app.StandAsync(endpoint, "delivered");
        var got = receiver.All.Single(g => g.Path == "/hook");
        Assert.Equal(DeliverWebhooksTests.SignatureOf(got, (string)rotated!["secret"]!), got.Headers["webhook-signature"]);
        Assert.Equal(HealthStatus.Healthy, await app.HealthAsync());
        await app.MeasuredAsync("the metric says that it is back", () => unreadable.Last == 0);
    }
}
