using System.Net;
using System.Net.Sockets;
using System.Text;
using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Consent.Webhooks.Tests;

/// <summary>Receivers that cost time or room: each costs its own endpoint alone, and not more than it may.</summary>
public sealed class SlowReceiverTests
{
    [Fact]
    public async Task One_that_never_answers_delays_no_other_and_has_few_requests_at_once()
    {
        await using var slow = await Receiver.StartAsync();
        await using var fast = await Receiver.StartAsync();
        var never = new TaskCompletionSource();
        slow.Answer = Receiver.Hold(never.Task);
        await using var app = await WebhooksApp.StartAsync();
        var (slowOne, _) = await app.EndpointAsync(slow.Url);
        var (fastOne, _) = await app.EndpointAsync(fast.Url);

        for (var i = 0; i < 60; i++) await app.DecideAsync(1, Decision.Given, RandomId.New());

        await fast.HasGotAsync(60);
        await app.StandAsync(fastOne, [.. Enumerable.Repeat("delivered", 60)]);
        Assert.Equal(DeliverWebhooks.AtOnce, slow.MostAtOnce);
        Assert.All(app.Deliveries(slowOne), d => Assert.Equal(DeliveryStatus.Pending, d.Status));
        never.SetResult();
        await app.StandAsync(slowOne, [.. Enumerable.Repeat("delivered", 60)]);
    }

    [Fact]
    public async Task One_that_never_answers_is_left_after_the_time_limit_and_tried_again()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Hold(new TaskCompletionSource().Task);
        await using var app = await WithLimitAsync("00:00:00.300");
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);

        await app.TestAsync(endpoint);

        await app.StandAsync(endpoint, "pending timeout");
        await Eventually.IsSoAsync("the receiver is left", () => Task.FromResult(receiver.UnderWay == 0));
        receiver.Answer = Receiver.Status(200);
        app.PassToNextAttempt(endpoint);
        await DeliveredAsync(app, endpoint);
    }

    [Theory]
    [InlineData(200, "delivered delivered")]
    [InlineData(500, "pending refused")]
    public async Task One_that_answers_a_gigabyte_is_cut_off_after_a_few_kilobytes(int status, string stands)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var written = AnswerAGigabyteAsync(listener, status);
        // Far longer than it takes to send a gigabyte here: it is not the time that ends it.
        await using var app = await WithLimitAsync("00:05:00");
        var (endpoint, _) = await app.EndpointAsync($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/hook");

        await app.TestAsync(endpoint);

        await app.StandAsync(endpoint, stands);
        // What lies in the buffers of the two sockets was taken too.
        Assert.InRange(await written.WaitAsync(TimeSpan.FromSeconds(30)), 1, 32 << 20);
    }

    [Fact]
    public async Task One_whose_answer_drips_has_answered_and_is_left_at_the_time_limit()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async http =>
        {
            http.Response.StatusCode = 200;
            await http.Response.WriteAsync("a", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await new TaskCompletionSource().Task.WaitAsync(http.RequestAborted);
        };
        await using var app = await WithLimitAsync("00:00:00.500");
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);

        await app.TestAsync(endpoint);

        await DeliveredAsync(app, endpoint);
        await Eventually.IsSoAsync("the receiver is left", () => Task.FromResult(receiver.UnderWay == 0));
    }

    [Fact]
    public async Task One_whose_headers_have_no_end_is_a_failure()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = http =>
        {
            for (var i = 0; i < 200; i++) http.Response.Headers[$"x-{i}"] = new string('a', 4000);
            return Task.CompletedTask;
        };
        await using var app = await WebhooksApp.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);

        await app.TestAsync(endpoint);

        await app.StandAsync(endpoint, "pending unreachable");
    }

    [Fact]
    public async Task One_that_is_not_there_is_a_failure_like_another()
    {
        await using var app = await WebhooksApp.StartAsync();
        var (endpoint, _) = await app.EndpointAsync($"http://127.0.0.1:{FreePorts.Take(1)[0]}/");
        var (encrypted, _) = await app.EndpointAsync($"https://127.0.0.1:{FreePorts.Take(1)[0]}/");

        await app.TestAsync(endpoint);
        await app.TestAsync(encrypted);

        await app.StandAsync(endpoint, "pending unreachable");
        await app.StandAsync(encrypted, "pending unreachable");
    }

    [Fact]
    public async Task One_that_speaks_no_TLS_where_it_should_is_a_failure_that_says_so()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await WebhooksApp.StartAsync();
        var (endpoint, _) = await app.EndpointAsync($"https://127.0.0.1:{receiver.Port}/hook");

        await app.TestAsync(endpoint);

        await app.StandAsync(endpoint, "pending tls");
        Assert.Empty(receiver.All);
    }

    /// <summary>On a slow machine an answer at once may miss a limit of half a second too; then it is tried again.</summary>
    private static Task DeliveredAsync(WebhooksApp app, WebhookEndpoint endpoint) => Eventually.IsSoAsync("it is delivered", () =>
    {
        var one = app.Deliveries(endpoint)[0];
        if (one is { Status: DeliveryStatus.Pending, LastOutcome: AttemptOutcome.Timeout }) app.Clock.At = DateTimeOffset.FromUnixTimeMilliseconds(one.NextAt);
        return Task.FromResult(one.Status == DeliveryStatus.Delivered);
    });

    /// <summary>How many bytes of it were taken before the connection was closed.</summary>
    private static async Task<long> AnswerAGigabyteAsync(TcpListener listener, int status)
    {
        using var socket = await listener.AcceptSocketAsync();
        var written = 0L;
        try
        {
            await socket.ReceiveAsync(new byte[64 * 1024]);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Whatever\r\nContent-Length: {1 << 30}\r\n\r\n"));
            var some = new byte[1 << 16];
            while (written < 1 << 30) written += await socket.SendAsync(some);
        }
        catch (SocketException)
        {
            // The connection was closed.
        }
        return written;
    }

    private static Task<WebhooksApp> WithLimitAsync(string limit) => WebhooksApp.StartAsync(change: b => b.Configuration["Webhooks:AttemptTimeout"] = limit);
}
