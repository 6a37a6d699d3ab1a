using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Consent.Tests.Support;
using MimeKit;
using SmtpServer;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>What a mail server took: the envelope, the mail as it came, and as it reads.</summary>
internal sealed partial record TakenMail(string From, string To, string Raw, MimeMessage Mail)
{
    /// <summary>The path of its link.</summary>
    public string Link => LinkIn().Match(Mail.TextBody!).Groups["path"].Value;

    [GeneratedRegex("https://opt-out\\.example(?<path>/c/[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex LinkIn();
}

/// <summary>A mail server on a port of its own, which keeps what it takes and can be told to refuse.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<TakenMail> _taken = new();
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;

    public int Port { get; } = FreePorts.Take(1)[0];

    public IReadOnlyList<TakenMail> Taken => [.. _taken];

    /// <summary>The answer to every recipient; null to accept him.</summary>
    public SmtpResponse? ToRecipients { get; set; }

    /// <summary>The answer to every mail; null to take it.</summary>
    public SmtpResponse? ToMails { get; set; }

    public void Start()
    {
        _stop = new CancellationTokenSource();
        var services = new SmtpServer.ComponentModel.ServiceProvider();
        services.Add(new Store(this));
        services.Add(new Filter(this));
        var options = new SmtpServerOptionsBuilder().ServerName("mail.example").Endpoint(at => at.Endpoint(new IPEndPoint(IPAddress.Loopback, Port))).Build();
        _running = new SmtpServer.SmtpServer(options, services).StartAsync(_stop.Token);
    }

    public async Task StopAsync()
    {
        if (_stop is null) return;
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _stop = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private sealed class Store(MailServer server) : MessageStore
    {
        public override async Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            if (server.ToMails is { } refusal) return refusal;
            using var bytes = new MemoryStream(buffer.ToArray());
            var mail = await MimeMessage.LoadAsync(bytes, cancellationToken);
            var (from, to) = (transaction.From, transaction.To.Single());
            server._taken.Enqueue(new TakenMail($"{from.User}@{from.Host}", $"{to.User}@{to.Host}", Encoding.UTF8.GetString(bytes.ToArray()), mail));
            return SmtpResponse.Ok;
        }
    }

    private sealed class Filter(MailServer server) : MailboxFilter
    {
        public override Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken) =>
            server.ToRecipients is { } refusal ? throw new SmtpResponseException(refusal) : Task.FromResult(true);
    }
}
