namespace Consent.Tests.Support;

/// <summary>The product as <c>tools/up.sh</c> starts it: a broker, each service as a process of its own, the gateway, the demonstration.</summary>
/// <param name="consents">Replicas of the consent service: <c>consent</c>, <c>consent-2</c> and so on, which need an engine that can be shared.</param>
/// <param name="broker">Address of a broker that somebody else starts and stops; one of its own unless given.</param>
/// <param name="gate">The mail gate, which is optional, as one more process.</param>
public sealed class ManyProcesses(int consents = 1, string? broker = null, GateInFront? gate = null) : Product
{
    private static readonly (string Name, string Folder)[] Services =
    [
        ("consent", "services/consent"), ("cookie-banner", "services/cookie-banner"), ("marketing-unsubscribe", "services/marketing-unsubscribe"),
        ("audit", "services/audit"), ("newsletter", "services/subscribers/newsletter"), ("analytics", "services/subscribers/analytics"),
        ("webhooks", "services/subscribers/webhooks"), ("connectors", "services/subscribers/connectors"),
    ];

    private readonly List<ServiceProcess> _processes = [];
    private RabbitMqServer? _broker;
    private bool _published;

    public override IReadOnlyList<ServiceProcess> Processes => _processes;

    /// <summary>The broker of its own, once it runs.</summary>
    public RabbitMqServer BrokerServer => _broker ?? throw new InvalidOperationException("The broker was not started, or is not its own.");

    /// <summary>Address of the broker, once it runs.</summary>
    public string Broker => broker ?? _broker?.Address ?? throw new InvalidOperationException("The broker was not started.");

    /// <summary>Settings of one service alone, over those of all; add before starting.</summary>
    public Dictionary<string, IReadOnlyDictionary<string, string>> SettingsOf { get; } = new(StringComparer.Ordinal);

    /// <summary>The process of one service, by its name.</summary>
    public ServiceProcess this[string service] => _processes.First(p => p.Name == service);

    public override async Task StartAsync(IReadOnlyDictionary<string, string>? others = null)
    {
        if (broker is null) _broker ??= await RabbitMqServer.StartAsync();
        if (_processes.Count == 0) Compose(gate is null ? null : await gate.PrepareAsync(Data, Gateway));
        var starting = _processes.Where(p => !p.IsRunning).ToList();
        foreach (var process in starting) process.Start(others);
        foreach (var process in starting.Where(p => p.Name != "demo")) await process.ReadyAsync();
        // Once is enough: what was published must be there after every kill.
        if (!_published) await PublishSamples.RunAsync(this);
        _published = true;
        await PublishedAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_broker is not null) await _broker.DisposeAsync();
    }

    private void Compose(IReadOnlyDictionary<string, string>? ofGate)
    {
        var common = new Dictionary<string, string>(Settings, StringComparer.Ordinal)
        {
            ["Data"] = Data,
            ["Messaging:Transport"] = "rabbitmq",
            ["Messaging:RabbitMq"] = Broker,
            ["Auth:MetadataAddress"] = $"{Gateway}development-issuer/.well-known/openid-configuration",
            ["PublicUrl"] = Gateway.GetLeftPart(UriPartial.Authority),
            ["Analytics:ForwardUrl"] = $"{Demo}sink",
            ["Connectors:Marketing"] = Gateway.GetLeftPart(UriPartial.Authority),
            ["Connectors:Token"] = Tokens.For(Data, "marketing"),
        };
        var ports = FreePorts.Take(Services.Length);
        var front = new Dictionary<string, string>(common, StringComparer.Ordinal) { ["DevelopmentIssuer:Enabled"] = "true" };
        foreach (var ((name, folder), port) in Services.Zip(ports))
        {
            var address = new Uri($"http://127.0.0.1:{port}");
            front[$"Services:{name}"] = address.GetLeftPart(UriPartial.Authority);
            _processes.Add(new ServiceProcess(name, Repository.Program(folder), address, With(common, name)));
        }
        if (consents > 1) AddReplicas(common, front);
        if (ofGate is not null) AddGate(common, ofGate);
        _processes.Add(new ServiceProcess("gateway", Repository.Program("services/gateway"), Gateway, With(front, "gateway")));
        var demo = new Dictionary<string, string>(common, StringComparer.Ordinal) { ["Demo:Gateway"] = Gateway.GetLeftPart(UriPartial.Authority) };
        _processes.Add(new ServiceProcess("demo", Repository.Program("tools/demo"), Demo, demo));
    }

    /// <summary>Each on a data folder of its own, in which the folder of keys is that of the first.</summary>
    private void AddReplicas(Dictionary<string, string> common, Dictionary<string, string> front)
    {
        front.Remove("Services:consent", out var first);
        front["Services:consent:0"] = first!;
        var keys = Directory.CreateDirectory(Path.Combine(Data, "keys")).FullName;
        foreach (var (replica, port) in Enumerable.Range(2, consents - 1).Zip(FreePorts.Take(consents - 1)))
        {
            var own = Directory.CreateDirectory(Path.Combine(Data, $"consent-{replica}")).FullName;
            Directory.CreateSymbolicLink(Path.Combine(own, "keys"), keys);
            var address = new Uri($"http://127.0.0.1:{port}");
            front[$"Services:consent:{replica - 1}"] = address.GetLeftPart(UriPartial.Authority);
            var settings = new Dictionary<string, string>(common, StringComparer.Ordinal) { ["Data"] = own };
            _processes.Add(new ServiceProcess($"consent-{replica}", Repository.Program("services/consent"), address, With(settings, $"consent-{replica}")));
        }
    }

    private void AddGate(Dictionary<string, string> common, IReadOnlyDictionary<string, string> ofGate)
    {
        var settings = new Dictionary<string, string>(common, StringComparer.Ordinal);
        foreach (var (key, value) in ofGate) settings[key] = value;
        var address = new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}");
        _processes.Add(new ServiceProcess("mail-gate", Repository.Program("services/mail-gate"), address, With(settings, "mail-gate")));
    }

    private Dictionary<string, string> With(Dictionary<string, string> settings, string service)
    {
        var own = new Dictionary<string, string>(settings, StringComparer.Ordinal);
        foreach (var (key, value) in SettingsOf.GetValueOrDefault(service) ?? new Dictionary<string, string>()) own[key] = value;
        return own;
    }
}
