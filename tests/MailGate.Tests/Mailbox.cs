using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Consent.Tests.Support;
using SmtpServer;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Consent.MailGate.Tests;

/// <summary>A mail as it arrived: its envelope, and its bytes as Latin-1.</summary>
internal sealed record Arrived(string? From, IReadOnlyList<string> To, string Raw);

/// <summary>Where mail ends: a mail server that takes all and keeps it.</summary>
internal sealed class Mailbox : IAsyncDisposable
{
    private readonly ConcurrentQueue<Arrived> _arrived = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public int Port { get; } = FreePorts.Take(1)[0];

    public IReadOnlyList<Arrived> All => [.. _arrived];

    public void Start()
    {
        var parts = new SmtpServer.ComponentModel.ServiceProvider();
        parts.Add(new Store(this));
        var options = new SmtpServerOptionsBuilder().ServerName("mailbox.example").Endpoint(at => at.Endpoint(new IPEndPoint(IPAddress.Loopback, Port))).Build();
        _running = new SmtpServer.SmtpServer(options, parts).StartAsync(_stop.Token);
    }

    /// <summary>The mail in which this stands, when it has come.</summary>
    public async Task<Arrived> WithAsync(string text, Func<string>? seen = null)
    {
        await Eventually.IsSoAsync($"a mail with {text} arrives", () => Task.FromResult(Has(text)), seen: seen);
        return All.Single(mail => mail.Raw.Contains(text, StringComparison.Ordinal));
    }

    public bool Has(string text) => All.Any(mail => mail.Raw.Contains(text, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private sealed class Store(Mailbox mailbox) : MessageStore
    {
        public override Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            mailbox._arrived.Enqueue(new Arrived(transaction.From.AsAddress(), [.. transaction.To.Select(to => to.AsAddress())], Encoding.Latin1.GetString(buffer.ToArray())));
            return Task.FromResult(SmtpResponse.Ok);
        }
    }
}
