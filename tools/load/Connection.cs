using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace Consent.Load;

/// <summary>
/// One HTTP/1.1 connection, one request at a time, on a bare socket: a client that costs less than the server it measures. Reads
/// answers with a Content-Length or in chunks; knows nothing else of HTTP.
/// </summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _answer = new byte[64 * 1024];

    private Connection()
    {
    }

    public static async Task<Connection> OpenAsync(Uri server, CancellationToken cancel)
    {
        var connection = new Connection();
        await connection._socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(server.Host), server.Port), cancel);
        return connection;
    }

    /// <returns>The status.</returns>
    /// <exception cref="IOException">The server closed the connection, or its answer is larger than 64 KiB.</exception>
    public async ValueTask<int> AskAsync(ReadOnlyMemory<byte> request, CancellationToken cancel)
    {
        await _socket.SendAsync(request, SocketFlags.None, cancel);
        var (read, end) = (0, -1);
        while (end < 0 || read < end)
        {
            if (read == _answer.Length) throw new IOException("The answer is larger than was expected.");
            var got = await _socket.ReceiveAsync(_answer.AsMemory(read), SocketFlags.None, cancel);
            if (got == 0) throw new IOException("The server closed the connection.");
            read += got;
            end = EndOf(_answer.AsSpan(0, read));
        }

        return Utf8Parser.TryParse(_answer.AsSpan(9, 3), out int status, out _) ? status : 0;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>How long the whole answer is; -1 while that cannot be said.</summary>
    private static int EndOf(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return -1;
        var length = answer[..head].IndexOf("\r\nContent-Length: "u8);
        if (length >= 0 && Utf8Parser.TryParse(answer[(length + 18)..], out int bytes, out _)) return head + 4 + bytes;
        if (answer[..head].IndexOf("\r\nTransfer-Encoding: chunked"u8) < 0) return head + 4;
        return answer.EndsWith("\r\n0\r\n\r\n"u8) ? answer.Length : -1;
    }
}
