using Consent.Tests.Support;

namespace Consent.MailGate.Tests;

/// <summary>All that a mail passes: the gate, which asks the marketing service, then postfix, then a mailbox.</summary>
public sealed class GateBeforePostfix : IAsyncLifetime
{
    private readonly int _port = FreePorts.Take(1)[0];
    private readonly Postfix _postfix;
    private RunningGate? _gate;

    public GateBeforePostfix() => _postfix = new Postfix(_port, Mailbox.Port);

    internal RunningMarketing Marketing { get; } = new();

    internal Mailbox Mailbox { get; } = new();

    internal RunningGate Gate => _gate!;

    public async ValueTask InitializeAsync()
    {
        Mailbox.Start();
        await Task.WhenAll(_postfix.StartAsync(), Marketing.StartAsync());
        _gate = new RunningGate(Marketing.Address, Marketing.Token, _port);
        await _gate.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_gate is not null) await _gate.DisposeAsync();
        await Marketing.DisposeAsync();
        await _postfix.DisposeAsync();
        await Mailbox.DisposeAsync();
    }

    /// <summary>The mail in which this stands, as it came out at the end.</summary>
    internal Task<Arrived> ArrivedAsync(string text) => Mailbox.WithAsync(text, () => $"{string.Join('\n', Gate.Log.All)}\n{_postfix.Log()}");
}
