using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Consent.MailGate.Tests;

/// <summary>What a mail server answered.</summary>
internal sealed record Reply(int Code, string Text);

/// <summary>SMTP spoken line by line, as no client library would let one.</summary>
internal sealed class Conversation : IAsyncDisposable
{
    private readonly TcpClient _connection = new();
    private StreamReader _reader = StreamReader.Null;

    /// <summary>Connected and greeted; EHLO has been said.</summary>
    public static async Task<Conversation> WithAsync(int port)
    {
        var conversation = new Conversation();
        await conversation._connection.ConnectAsync("127.0.0.1", port);
        conversation._reader = new StreamReader(conversation._connection.GetStream(), Encoding.Latin1);
        Assert.Equal(220, (await conversation.HearAsync()).Code);
        Assert.Equal(250, (await conversation.SayAsync("EHLO mailer.orchard.example")).Code);
        return conversation;
    }

    /// <summary>The same, signed in.</summary>
    public static async Task<Conversation> AsAsync(int port, string user, string password)
    {
        var conversation = await WithAsync(port);
        Assert.Equal(235, (await conversation.SignInAsync(user, password)).Code);
        return conversation;
    }

    public Task<Reply> SignInAsync(string user, string password) =>
        SayAsync($"AUTH PLAIN {Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{password}"))}");

    public async Task<Reply> SayAsync(string line)
    {
        await _connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes(line + "\r\n"));
        return await HearAsync();
    }

    /// <summary>The mail, each line of which ends with CRLF, after DATA, and the answer to it.</summary>
    public async Task<Reply> SendAsync(string mail)
    {
        Assert.Equal(354, (await SayAsync("DATA")).Code);
        return await SayAsync(mail.Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + ".");
    }

    /// <summary>A whole mail: the answer to each recipient, and to the mail where one was accepted.</summary>
    public async Task<(IReadOnlyList<Reply> Recipients, Reply? Mail)> SendAsync(string mail, params string[] recipients)
    {
        Assert.Equal(250, (await SayAsync("MAIL FROM:<letters@orchard.example>")).Code);
        var replies = new List<Reply>();
        foreach (var recipient in recipients) replies.Add(await SayAsync($"RCPT TO:<{recipient}>"));
        if (replies.Exists(reply => reply.Code == 250)) return (replies, await SendAsync(mail));
        Assert.Equal(250, (await SayAsync("RSET")).Code);
        return (replies, null);
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Reply> HearAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var text = new List<string>();
        while (true)
        {
            var line = await _reader.ReadLineAsync(patience.Token) ?? throw new IOException("The mail server hung up.");
            text.Add(line[4..]);
            if (line[3] == ' ') return new Reply(int.Parse(line[..3], CultureInfo.InvariantCulture), string.Join('\n', text));
        }
    }
}
