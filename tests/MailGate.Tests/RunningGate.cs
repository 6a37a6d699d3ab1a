using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consent.MailGate.Tests;

/// <summary>The gate as its Program composes it, on a port of the loopback, with an outbox in the broker's place.</summary>
internal sealed class RunningGate : IAsyncDisposable
{
    private static readonly string[] Users = [Orchard.Letters, Orchard.Invoices, Orchard.Forgotten, "letters@elsewhere"];
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _passwords = new(StringComparer.Ordinal);
    private readonly RunningApp _app;

    /// <param name="next">Port of the mail server behind it.</param>
    /// <param name="others">Further settings.</param>
    public RunningGate(Uri marketing, string token, int next, IReadOnlyDictionary<string, string?>? others = null)
    {
        File.WriteAllText(_folder.File("token"), token + "\n");
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Data"] = _folder.Path,
            ["MailGate:Listen"] = $"127.0.0.1:{Port}",
            ["MailGate:Name"] = "gate.orchard.example",
            ["MailGate:Next"] = $"127.0.0.1:{next}",
            ["MailGate:NextTls"] = "none",
            ["MailGate:SignInWithin"] = "00:10:00",
            ["MailGate:Marketing"] = $"{marketing}",
            ["MailGate:TokenFile"] = _folder.File("token"),
        };
        foreach (var (user, i) in Users.Select((user, i) => (user, i)))
        {
            var (password, stored) = StreamCredentials.Make(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), user);
            _passwords[user] = password;
            (settings[$"MailGate:Streams:{i}:Stream"], settings[$"MailGate:Streams:{i}:Site"]) = (user.Split('@')[0], user.Split('@')[1]);
            settings[$"MailGate:Streams:{i}:Password"] = stored;
        }

        foreach (var (name, value) in others ?? new Dictionary<string, string?>()) settings[name] = value;
        _app = new RunningApp(
            builder =>
            {
                builder.Configuration.AddInMemoryCollection(settings);
                builder.AddMailGate();
                builder.Services.AddSingleton<IEventTransport>(Outbox);
                builder.Logging.AddProvider(Log);
            },
            app => app.MapMailGate(),
            _folder.Path);
    }

    public int Port { get; } = FreePorts.Take(1)[0];

    public RecordingTransport Outbox { get; } = new();

    public LogLines Log { get; } = new();

    /// <param name="declared">Whether it has heard of the site.</param>
    public async Task StartAsync(bool declared = true)
    {
        await _app.StartAsync();
        if (declared) await DeclareAsync(Orchard.Declaration);
        await Ports.ListensAsync(Port, () => string.Join('\n', Log.All));
    }

    public Task DeclareAsync(Declaration declaration, int version = 1) => _app.HearAsync(
        MailGateSetup.Service, new DeclarationPublished(RandomId.New(), TimeProvider.System.Now(), declaration.Published(TimeProvider.System.Now(), version)));

    public Task<Conversation> AsAsync(string user) => Conversation.AsAsync(Port, user, _passwords[user]);

    public string PasswordOf(string user) => _passwords[user];

    /// <summary>What was counted, once audit could hear of it: copies by outcome of each stream.</summary>
    public async Task<IReadOnlyList<MailCounted>> CountedAsync(int events)
    {
        await _app.Services.GetRequiredService<CountMail>().TellAsync(default);
        return await Outbox.WaitForAsync<MailCounted>(events);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
