using Consent.Tests.Support;

namespace Consent.Webhooks.Tests;

/// <summary>What fails here, and not at the receiver, is tried again after a pause: nobody is hammered with what he has, nor sent what is not signed.</summary>
public abstract class PutOffTests(TestData data) : IDisposable
{
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task What_arrived_and_cannot_be_written_down_is_sent_again_after_a_pause_and_not_before()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        var (other, _) = await app.EndpointAsync(receiver.Url.Replace("/hook", "/other", StringComparison.Ordinal));
        // As on a full disk, for this endpoint alone.
        await app.ExecuteAsync(_data.Postgres is null
            ? $"CREATE TRIGGER no_room BEFORE UPDATE ON deliveries WHEN old.endpoint = '{endpoint.Id}' BEGIN SELECT raise(ABORT, 'no room'); END"
            : $"""
              CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no room'' USING ERRCODE = ''23514''; END';
              CREATE TRIGGER no_room BEFORE UPDATE ON deliveries FOR EACH ROW WHEN (old.endpoint = '{endpoint.Id}') EXECUTE FUNCTION no_room();
              """);

        await app.TestAsync(endpoint);
        await receiver.HasGotAsync(1);
        await OthersAreSentAsync(app, other);

        Assert.Single(Hooks(receiver));
        await Eventually.IsSoAsync("it is logged", () => Task.FromResult(app.Log.All.Any(l => l.StartsWith("Warning", StringComparison.Ordinal) && l.Contains(endpoint.Id, StringComparison.Ordinal))));
        await Eventually.IsSoAsync("it was sent again", () => Task.FromResult(Passed(app) && Hooks(receiver).Count > 1));
        await app.ExecuteAsync($"DROP TRIGGER no_room{(_data.Postgres is null ? "" : " ON deliveries")}");
        await Eventually.IsSoAsync("it is delivered", () => Task.FromResult(Passed(app) && app.Deliveries(endpoint)[0].Status == DeliveryStatus.Delivered));
        Assert.Single(Hooks(receiver).Select(g => g.Id).Distinct());
    }

    [Fact]
    public async Task When_the_secrets_are_gone_as_of_an_endpoint_that_is_deleted_meanwhile_nothing_is_sent()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        var (other, _) = await app.EndpointAsync(receiver.Url.Replace("/hook", "/other", StringComparison.Ordinal));
        await app.ExecuteAsync($"DELETE FROM secrets WHERE endpoint = '{endpoint.Id}'");

        await app.TestAsync(endpoint);
        await OthersAreSentAsync(app, other);

        Assert.Empty(Hooks(receiver));
        await app.StandAsync(endpoint, "pending");
    }

    /// <summary>The loop's signs of life.</summary>
    private static async Task OthersAreSentAsync(WebhooksApp app, WebhookEndpoint other)
    {
        for (var sent = 1; sent <= 5; sent++)
        {
            await app.TestAsync(other);
            await app.StandAsync(other, [.. Enumerable.Repeat("delivered", sent)]);
        }
    }

    private static List<Got> Hooks(Receiver receiver) => [.. receiver.All.Where(g => g.Path == "/hook")];

    /// <summary>Lets the pause pass, once more at each look: it begins when the failure is seen.</summary>
    private static bool Passed(WebhooksApp app)
    {
        app.Clock.Pass(DeliverWebhooks.Pause);
        return true;
    }
}
