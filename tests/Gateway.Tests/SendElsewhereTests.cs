using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Consent.Tests.Support;
using Yarp.ReverseProxy.Forwarder;

namespace Consent.Gateway.Tests;

/// <summary>A replica that cannot be connected to is missed by no request; one that breaks off later is sent nothing twice.</summary>
public sealed class SendElsewhereTests
{
    private const int OneMebibyte = 1 << 20;

    [Fact]
    public async Task A_post_whose_replica_refuses_the_connection_arrives_at_another_once_and_whole()
    {
        var ports = FreePorts.Take(2);
        await using var stays = await Replica.StartAsync("127.0.0.1", ports[0]);
        var goes = await Replica.StartAsync("127.0.0.1", ports[1]);
        await using var gateway = await StartAsync(ports);
        await Eventually.IsSoAsync("both are asked", async () =>
        {
            using var answer = await PostAsync(gateway, "before", 1);
            return answer.IsSuccessStatusCode && !stays.Posted.IsEmpty && !goes.Posted.IsEmpty;
        });

        // Between two probes, so that nobody knows yet.
        await goes.DisposeAsync();
        for (var i = 0; i < 20; i++)
        {
            using var answer = await PostAsync(gateway, $"{i}", OneMebibyte);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        var after = stays.Posted.Where(p => p.Number != "before").ToList();
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), after.Select(p => p.Number));
        Assert.All(after, p => Assert.Equal(OneMebibyte, p.Bytes));
    }

    [Fact]
    public async Task With_nobody_to_connect_to_it_is_503_as_before()
    {
        await using var gateway = await StartAsync(FreePorts.Take(2));
        using var answer = await PostAsync(gateway, "0", 10);
        await ProblemOf.IsAsync(answer, 503, "service-unavailable");
    }

    [Fact]
    public async Task A_post_whose_connection_broke_after_it_was_sent_is_503_and_arrives_nowhere_else()
    {
        var ports = FreePorts.Take(2);
        await using var whole = await Replica.StartAsync("127.0.0.1", ports[0]);
        using var breaking = new BreakingReplica(ports[1]);
        await using var gateway = await StartAsync(ports);

        var broken = 0;
        await Eventually.IsSoAsync("some broke and some did not", async () =>
        {
            using var answer = await PostAsync(gateway, $"{broken + whole.Posted.Count}", 1000);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable) broken++;
            else Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(broken, breaking.Posts);
            return broken >= 3 && whole.Posted.Count >= 3;
        });
        // Each number was used once: none arrived here that had gone there.
        Assert.Equal(whole.Posted.Count, whole.Posted.Select(p => p.Number).Distinct().Count());
        Assert.Equal(broken, breaking.Posts);
    }

    [Fact]
    public async Task A_post_whose_replica_takes_no_connection_and_refuses_none_arrives_at_another_once()
    {
        var ports = FreePorts.Take(2);
        await using var answering = await Replica.StartAsync("127.0.0.1", ports[0]);
        // Nor is the other: so both stay in the choice, whether or not that was found out.
        answering.IsReady = false;
        using var silent = await SilentReplica.StartAsync(ports[1]);
        await using var gateway = await StartAsync(ports);
        // Of another service: so that what is measured is no first request.
        using (var first = await gateway.SendAsync("POST", "/collect/wool")) Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        // Until one was sent to it, and waited for as long as a connection may take.
        var (posts, waited) = (0, false);
        for (; posts < 200 && !waited; posts++)
        {
            var clock = Stopwatch.StartNew();
            using var answer = await PostAsync(gateway, $"{posts}", 1000);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            waited = clock.Elapsed > SendElsewhere.ConnectWithin * 0.9;
        }

        Assert.True(waited);
        Assert.Equal(Enumerable.Range(0, posts).Select(i => $"{i}"), answering.Posted.Select(p => p.Number));
    }

    [Fact]
    public void Only_what_failed_before_there_was_a_connection_counts_as_unsent()
    {
        var refused = new SocketException((int)SocketError.ConnectionRefused);
        Assert.True(SendElsewhere.IsUnsent(ForwarderError.Request, new HttpRequestException(HttpRequestError.ConnectionError, "", refused)));
        Assert.True(SendElsewhere.IsUnsent(ForwarderError.Request, new HttpRequestException(HttpRequestError.NameResolutionError, "", refused)));
        Assert.True(SendElsewhere.IsUnsent(ForwarderError.RequestTimedOut, new TaskCanceledException("", new TimeoutException())));
        Assert.False(SendElsewhere.IsUnsent(ForwarderError.RequestTimedOut, new TaskCanceledException()));
        Assert.False(SendElsewhere.IsUnsent(ForwarderError.Request, new HttpRequestException(HttpRequestError.ResponseEnded, "")));
        Assert.False(SendElsewhere.IsUnsent(ForwarderError.Request, new HttpRequestException(HttpRequestError.Unknown, "", new IOException("", refused))));
        Assert.False(SendElsewhere.IsUnsent(ForwarderError.RequestBodyDestination, new HttpRequestException(HttpRequestError.ConnectionError, "", refused)));
    }

    private static async Task<GatewayUnderTest> StartAsync(int[] ports)
    {
        var gateway = new GatewayUnderTest
        {
            Settings = { ["Services:consent"] = null, ["Services:consent:0"] = $"http://127.0.0.1:{ports[0]}", ["Services:consent:1"] = $"http://127.0.0.1:{ports[1]}" },
        };
        await gateway.InitializeAsync();
        return gateway;
    }

    private static async Task<HttpResponseMessage> PostAsync(GatewayUnderTest gateway, string number, int bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/sites/wool/decisions") { Content = new ByteArrayContent(new byte[bytes]) };
        request.Headers.Add("Number", number);
        return await gateway.Http.SendAsync(request);
    }

    /// <summary>As a machine that is gone: whoever connects hears nothing, since others who wait to be taken fill its queue.</summary>
    private sealed class SilentReplica(int port) : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, port);
        private readonly List<Socket> _waiting = [];

        public static async Task<SilentReplica> StartAsync(int port)
        {
            var silent = new SilentReplica(port);
            silent._listener.Start(backlog: 1);
            for (var i = 0; await silent.AnswersAsync(); i++) Assert.True(i < 20, "Its queue is never full.");
            return silent;
        }

        public void Dispose()
        {
            foreach (var socket in _waiting) socket.Dispose();
            _listener.Dispose();
        }

        private async Task<bool> AnswersAsync()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _waiting.Add(socket);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                await socket.ConnectAsync(_listener.LocalEndpoint, patience.Token);
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    /// <summary>Ready whenever it is asked, and cuts the connection on whatever is posted, once it has it.</summary>
    private sealed class BreakingReplica : IDisposable
    {
        private static readonly byte[] Ready = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        private readonly TcpListener _listener;
        private int _posts;

        public BreakingReplica(int port)
        {
            _listener = new TcpListener(IPAddress.Loopback, port);
            _listener.Start();
            _ = AcceptAsync();
        }

        public int Posts => Volatile.Read(ref _posts);

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true) _ = ServeAsync(await _listener.AcceptSocketAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // The test is over.
            }
        }

        private async Task ServeAsync(Socket accepted)
        {
            using var socket = accepted;
            var buffer = new byte[8192];
            var read = await socket.ReceiveAsync(buffer.AsMemory());
            if (!buffer.AsSpan(0, read).StartsWith("POST"u8))
            {
                await socket.SendAsync(Ready.AsMemory());
                return;
            }
            Interlocked.Increment(ref _posts);
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
    }
}
