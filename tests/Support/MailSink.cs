using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Consent.Tests.Support;

/// <summary>A mail that was taken.</summary>
/// <param name="To">Who stands on the envelope.</param>
/// <param name="Text">Header and body as they came, with lines ended by a line feed.</param>
public sealed record SunkMail(IReadOnlyList<string> To, string Text);

/// <summary>As much of a mail server (RFC 5321) as takes every mail, on a port of the loopback, and keeps it.</summary>
public sealed class MailSink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<SunkMail> _taken = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public MailSink()
    {
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public IReadOnlyList<SunkMail> Taken => [.. _taken];

    /// <summary>Settings by which the product sends its mails here, and lets nobody wait for them.</summary>
    public Dictionary<string, string> Settings => new(StringComparer.Ordinal)
    {
        ["Mail:Smtp"] = $"127.0.0.1:{Port}",
        ["Mail:From"] = "post@consent.example",
        ["Mail:Tls"] = "none",
        ["Mail:AnswerAfter"] = "00:00:00.010",
        ["Mail:MostToADomain"] = "1000",
    };

    /// <summary>The path of the link in the newest mail to the address: the first that begins so, such as <c>/c/</c>.</summary>
    public string LinkTo(string address, string beginning)
    {
        var mail = Taken.Last(taken => taken.To.Contains(address, StringComparer.OrdinalIgnoreCase)).Text;
        // Quoted-printable breaks long lines (RFC 2045, 6.7).
        var link = Regex.Match(mail.Replace("=\n", "", StringComparison.Ordinal), $"(?<=://[a-z0-9.:-]+){Regex.Escape(beginning)}[A-Za-z0-9_-]+");
        return link.Success ? link.Value : throw new InvalidOperationException($"The newest mail to the address has no link that begins with {beginning}.");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var conversations = new List<Task>();
        try
        {
            while (true) conversations.Add(TakeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(conversations);
        }
    }

    private async Task TakeAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            await using var stream = connection.GetStream();
            using var reader = new StreamReader(stream, Encoding.Latin1);
            await using var writer = new StreamWriter(stream, Encoding.Latin1) { AutoFlush = true, NewLine = "\r\n" };
            await writer.WriteLineAsync("220 mail.example");
            var to = new List<string>();
            while (await reader.ReadLineAsync(_stop.Token) is { } line && line != "QUIT")
            {
                if (line.StartsWith("RCPT TO:<", StringComparison.Ordinal)) to.Add(line[9..line.IndexOf('>', StringComparison.Ordinal)]);
                if (line == "DATA")
                {
                    await writer.WriteLineAsync("354 Go on");
                    var text = new StringBuilder();
                    while (await reader.ReadLineAsync(_stop.Token) is { } next && next != ".") text.Append(next).Append('\n');
                    _taken.Enqueue(new SunkMail(to, text.ToString()));
                    to = [];
                }
                await writer.WriteLineAsync("250 Well");
            }
            await writer.WriteLineAsync("221 Bye");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Stopping, or he hung up.
        }
    }
}
