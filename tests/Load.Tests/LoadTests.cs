using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Consent.Load.Tests;

/// <summary>Against a server that says, byte for byte, what the test wants.</summary>
public sealed class LoadTests
{
    private const string Short = "HTTP/1.1 201 Created\r\nContent-Length: 11\r\nLocation: /x\r\n\r\n{\"a\":\"b c\"}";
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n4\r\n\"0\"}\r\n0\r\n\r\n";
    private const string Empty = "HTTP/1.1 204 No Content\r\nDate: today\r\n\r\n";

    [Theory]
    [InlineData(Short, 201)]
    [InlineData(Chunked, 200)]
    [InlineData(Empty, 204)]
    public async Task AnAnswer_IsReadToItsEnd_WhereverTheNetworkCutsIt(string answer, int status)
    {
        for (var cut = 1; cut < answer.Length; cut++)
        {
            var at = cut;
            await using var server = new Server(async stream =>
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer[..at]));
                await stream.FlushAsync();
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer[at..]));
            });
            using var connection = await Connection.OpenAsync(server.Address, default);
            // The second answer is read rightly only if nothing of the first was left over.
            for (var i = 0; i < 2; i++) Assert.Equal(status, await connection.AskAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), default));
        }
    }

    [Fact]
    public async Task AnAnswerThatBreaksOff_IsAnError()
    {
        await using var server = new Server(async stream =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Short[..^3]));
            stream.Close();
        });
        using var connection = await Connection.OpenAsync(server.Address, default);
        await Assert.ThrowsAsync<IOException>(async () => await connection.AskAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), default));
    }

    [Fact]
    public async Task AnotherStatusThanExpected_IsWrong_AndIsNotCountedAsAnAnswer()
    {
        var answers = 0;
        await using var server = new Server(async stream => await stream.WriteAsync(Encoding.ASCII.GetBytes(
            Interlocked.Increment(ref answers) % 10 == 0 ? Empty : Short)));
        var answered = await Load.AtFullSpeedAsync(Asked(server), 4, TimeSpan.FromSeconds(2), default);

        Assert.Equal(answers, answered.Right + answered.Wrong.GetValueOrDefault("status 204"));
        Assert.Equal(answers / 10, answered.Wrong.GetValueOrDefault("status 204"));
        Assert.Equal(answered.Right, answered.Latencies.Count);
    }

    [Fact]
    public async Task AtARate_ItAsksAsOftenAsItSays_AndCountsFromWhenARequestWasDue()
    {
        var first = true;
        await using var server = new Server(async stream =>
        {
            // All who come during the pause feel it, though one connection only waits for an answer.
            if (Interlocked.Exchange(ref first, false)) await Task.Delay(1000);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Short));
        });
        var answered = await Load.AtRateAsync(Asked(server), 1, 50, TimeSpan.FromSeconds(5), default);

        Assert.InRange(answered.Right, 50, 250);
        Assert.Empty(answered.Wrong);
        Assert.True(answered.Latencies.Quantile(0.9) > TimeSpan.FromMilliseconds(200), $"{answered.Latencies.Quantile(0.9)}");
    }

    [Fact]
    public void Visitors_AreTheSameForASeed_AndOthersForAnother()
    {
        var ids = Enumerable.Range(0, 1000).Select(n => new Visitors(1).Id(n)).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(1000, ids.Count);
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{32}$", id));
        Assert.Equal(ids, Enumerable.Range(0, 1000).Select(n => new Visitors(1).Id(n)).ToHashSet(StringComparer.Ordinal));
        Assert.False(ids.Overlaps(Enumerable.Range(0, 1000).Select(n => new Visitors(2).Id(n))));
        Span<byte> written = stackalloc byte[Visitors.IdLength];
        new Visitors(1).Write(7, written);
        Assert.Equal(new Visitors(1).Id(7), Encoding.ASCII.GetString(written));
    }

    [Fact]
    public void AForm_GoesToThePathOfItsNumber()
    {
        var form = Template.Form(4, number => Encoding.ASCII.GetBytes($"/u/{number}"), "a=b");
        var room = new byte[form.Length];
        form.Begin(room);
        foreach (var number in (int[])[1, 2])
        {
            form.Name(new Visitors(1), number, room);
            Assert.Equal(
                $"POST /u/{number} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b",
                Encoding.ASCII.GetString(room));
        }
    }

    [Fact]
    public void APost_HasItsHeaders_AndItsVisitorInTheBody()
    {
        var post = Template.Post("/check", $"[\"{Template.Visitor}\"]", "A: b");
        var room = new byte[post.Length];
        post.Begin(room);
        post.Name(new Visitors(1), 7, room);
        Assert.Equal(
            $"POST /check HTTP/1.1\r\nHost: localhost\r\nA: b\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n[\"{new Visitors(1).Id(7)}\"]",
            Encoding.ASCII.GetString(room));
    }

    private static Asked Asked(Server server) => new(server.Address, Template.Get("/"), new Visitors(1), () => 0, 201);

    private sealed class Server : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _over = new();
        private readonly Task _accepting;

        public Server(Func<NetworkStream, Task> answer)
        {
            _listener.Start();
            _accepting = AcceptAsync(answer);
        }

        public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await _accepting;
            _listener.Stop();
            _over.Dispose();
        }

        private async Task AcceptAsync(Func<NetworkStream, Task> answer)
        {
            try
            {
                while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_over.Token), answer);
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }

        private static async Task ServeAsync(TcpClient client, Func<NetworkStream, Task> answer)
        {
            using (client)
            {
                client.NoDelay = true;
                var (stream, request) = (client.GetStream(), new byte[4096]);
                try
                {
                    // The client asks one at a time, in one piece.
                    while (await stream.ReadAsync(request) > 0) await answer(stream);
                }
                catch (Exception e) when (e is IOException or ObjectDisposedException)
                {
                    // It went away, or the test closed it.
                }
            }
        }
    }
}
