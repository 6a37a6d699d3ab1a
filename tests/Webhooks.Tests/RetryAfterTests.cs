namespace Consent.Webhooks.Tests;

/// <summary>A receiver that asks to be left alone is left alone.</summary>
public abstract class RetryAfterTests(TestData data) : IDisposable
{
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("7200")]
    [InlineData("Sun, 01 Mar 2026 11:00:00 GMT")]
    public async Task Retry_After_holds_the_whole_endpoint_that_long_and_no_longer(string header)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(503, ("Retry-After", header));
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        var (other, _) = await app.EndpointAsync(receiver.Url.Replace("/hook", "/other", StringComparison.Ordinal));
        await app.TestAsync(endpoint);
        await app.StandAsync(endpoint, "pending refused");
        Assert.Equal(Sample.Start.AddHours(2).ToUnixTimeMilliseconds(), app.Deliveries(endpoint)[0].NextAt);
        receiver.Answer = Receiver.Status(204);

        // A second one for the same endpoint waits as well, while one for another endpoint goes out, started later in the same round.
        app.Clock.Pass(TimeSpan.FromMinutes(119));
        await app.TestAsync(endpoint);
        await app.TestAsync(other);
        await app.StandAsync(other, "delivered");
        Assert.Single(receiver.All, g => g.Path == "/hook");

        app.Clock.Pass(TimeSpan.FromMinutes(1));
        await app.StandAsync(endpoint, "delivered", "delivered");
    }

    [Theory]
    [InlineData("31536000")]
    [InlineData("3000000000")]
    [InlineData("99999999999999999999999999")]
    public async Task Retry_After_beyond_the_three_days_is_bounded_by_them_however_long_it_is(string header)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(429, ("Retry-After", header));
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        await app.TestAsync(endpoint);
        await app.StandAsync(endpoint, "pending refused");
        Assert.Equal(Sample.Start.AddHours(72).ToUnixTimeMilliseconds(), app.Deliveries(endpoint)[0].NextAt);

        app.Clock.Pass(TimeSpan.FromHours(72));

        await app.StandAsync(endpoint, "given-up refused");
        Assert.Equal(2, receiver.All.Count);
    }

    [Fact]
    public async Task A_success_of_what_was_under_way_beside_it_does_not_take_it_back()
    {
        await using var receiver = await Receiver.StartAsync();
        var first = new TaskCompletionSource();
        receiver.Answer = Receiver.Hold(first.Task);
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        await app.TestAsync(endpoint);
        await receiver.HasGotAsync(1);
        receiver.Answer = Receiver.Status(503, ("Retry-After", "7200"));
        await app.TestAsync(endpoint);
        await app.StandAsync(endpoint, "pending", "pending refused");

        first.SetResult();
        await app.StandAsync(endpoint, "delivered", "pending refused");

        Assert.Equal(Sample.Start.AddHours(2), app.Endpoints.Find(endpoint.Id)!.NotBefore);
        receiver.Answer = Receiver.Status(204);
        app.Clock.Pass(TimeSpan.FromHours(2));
        await app.TestAsync(endpoint);
        await app.StandAsync(endpoint, "delivered", "delivered", "delivered");
    }
}
