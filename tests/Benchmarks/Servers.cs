using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Consent.Contracts;
using Consent.Load;
using Consent.MarketingUnsubscribe;
using Consent.Tests.Support;
using RabbitMQ.Client;

namespace Consent.Benchmarks;

/// <summary>
/// What runs during a benchmark: one broker node with a quorum queue on what consent and marketing publish (its oldest messages are
/// dropped, so that it does not grow), the gateway, services as they are asked for, and the servers to compare with. Audit and
/// subscribers are off.
/// </summary>
internal sealed class Servers : IAsyncDisposable
{
    public const string Site = "bench";
    private readonly TemporaryFolder _folder = new();
    private readonly List<ServiceProcess> _processes = [];
    private readonly Dictionary<string, string> _common;
    private RabbitMqServer _broker = null!;

    private Servers()
    {
        Gateway = Local();
        _common = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Data"] = Path.Combine(_folder.Path, "gateway"),
            ["Auth:MetadataAddress"] = $"{Gateway}development-issuer/.well-known/openid-configuration",
            ["Messaging:Transport"] = "rabbitmq",
        };
    }

    public Uri Gateway { get; }

    public ServiceProcess GatewayProcess { get; private set; } = null!;

    public string Token => Tokens.For(Path.Combine(_folder.Path, "gateway"), "consent admin");

    public static async Task<Servers> StartAsync()
    {
        var servers = new Servers { _broker = await RabbitMqServer.StartAsync() };
        servers._common["Messaging:RabbitMq"] = servers._broker.Address;
        await servers.BindAsync();
        return servers;
    }

    /// <summary>A consent service with the site declared.</summary>
    /// <param name="settings">Beyond those that all share.</param>
    public async Task<ServiceProcess> ConsentAsync(string name, string data, IReadOnlyDictionary<string, string>? settings = null)
    {
        var process = Add(name, "services/consent", Local(), _common.Concat(settings ?? new Dictionary<string, string>()).Append(new("Data", data)));
        await GatewayToAsync(process);
        await process.ReadyAsync();
        await DeclareAsync(process, Declared);
        return process;
    }

    public async Task DeclareAsync(ServiceProcess consent, Declaration declaration)
    {
        using var http = Client(consent);
        using var published = await http.PutAsync($"/v1/sites/{declaration.Site}/declaration", JsonContent.Create(declaration, options: ContractJson.Options));
        if (!published.IsSuccessStatusCode) throw new InvalidOperationException(await published.Content.ReadAsStringAsync());
    }

    /// <summary>With a token for everything.</summary>
    public HttpClient Client(ServiceProcess process)
    {
        var http = new HttpClient { BaseAddress = process.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return http;
    }

    /// <summary>A marketing service, once it holds the declarations and all that the consent service recorded before.</summary>
    public async Task<ServiceProcess> MarketingAsync(string data)
    {
        var process = Add(MarketingUnsubscribeSetup.Service, "services/marketing-unsubscribe", Local(), _common.Append(new("Data", data)));
        await process.ReadyAsync();
        using var http = new HttpClient { BaseAddress = process.Address };
        await Eventually.IsSoAsync("marketing is loaded", async () =>
        {
            using var health = JsonDocument.Parse(await http.GetStringAsync("/health"));
            return health.RootElement.GetProperty("checks").GetProperty($"subscriber-{MarketingUnsubscribeSetup.Service}").GetProperty("status").GetString() == "Healthy";
        }, TimeSpan.FromMinutes(20), process.LastLines);
        return process;
    }

    /// <summary>Deletes the queue of a service that is stopped, and nothing more is kept for it.</summary>
    public async Task ForgetAsync(string queue)
    {
        var factory = new ConnectionFactory { Uri = new Uri(_broker.Address) };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeleteAsync(queue);
    }

    /// <summary>Until nothing lies in any queue that somebody reads, nor is under way to him.</summary>
    public Task DrainedAsync() => Eventually.IsSoAsync("all queues are empty", async () =>
    {
        var queues = await _broker.ToolAsync("rabbitmqctl", "list_queues", "-q", "--no-table-headers", "consumers", "messages");
        return queues.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim().Split('\t')).All(queue => queue is ["0", _] or [_, "0"]);
    }, TimeSpan.FromMinutes(5));

    /// <summary>A cookie-banner service that has heard of the site.</summary>
    public async Task<ServiceProcess> BannerAsync(string data)
    {
        var process = Add("cookie-banner", "services/cookie-banner", Local(), _common.Append(new("Data", data)));
        await process.ReadyAsync();
        using var http = new HttpClient { BaseAddress = process.Address };
        await Eventually.IsSoAsync("the banner is there", async () => (await http.GetAsync($"/banner/{Site}.js")).IsSuccessStatusCode, TimeSpan.FromSeconds(60));
        return process;
    }

    /// <summary>Subscribers in a process of their own, once they have loaded what was before them.</summary>
    public async Task<ServiceProcess> SubscribersAsync(string data, params string[] names)
    {
        var process = Add("subscribers", "tests/Benchmarks", Local(), _common.Append(new("Data", data)), [SubscribersApart.Command, .. names]);
        await process.ReadyAsync();
        using var http = new HttpClient { BaseAddress = process.Address };
        if (names.Length > 1)
        {
            foreach (var name in names)
                await Eventually.IsSoAsync($"{name} is loaded", async () => await http.GetStringAsync($"/loaded/{name}") == "yes", TimeSpan.FromMinutes(1));
        }

        return process;
    }

    public async Task<ServiceProcess> CompareAsync(string command, params string[] arguments)
    {
        var address = Local();
        var process = Add(command, "tools/load", address, [], [command, "--urls", address.GetLeftPart(UriPartial.Authority), .. arguments]);
        using var http = new HttpClient();
        await Eventually.IsSoAsync($"{command} answers", async () => (await http.GetAsync(address)).IsSuccessStatusCode, TimeSpan.FromSeconds(30));
        return process;
    }

    public static Declaration Declared { get; } = SampleDeclaration.Of(
        Site, "bench-house", [SampleDeclaration.Purpose("statistics"), SampleDeclaration.Purpose("media"), SampleDeclaration.Purpose("advertising")]);

    public static string DecisionBody { get; } = Template.DecisionBody(
        PublishedDeclaration.HashOf(Declared), Declared.Purposes.Where(p => p.LegalBasis == LegalBasis.Consent).Select(p => p.Id));

    public static Template Decision { get; } = Template.Post($"/v1/sites/{Site}/decisions", DecisionBody);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    private static Uri Local() => new($"http://127.0.0.1:{FreePorts.Take(1)[0]}");

    private ServiceProcess Add(string name, string folder, Uri address, IEnumerable<KeyValuePair<string, string>> settings, IReadOnlyList<string>? arguments = null)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in settings) all[key] = value;
        // As the product runs: the runtime profiles itself and improves what is used most.
        all["DOTNET_TieredPGO"] = "1";
        var process = new ServiceProcess(name, Repository.Program(folder), address, all) { Arguments = arguments ?? [] };
        _processes.Add(process);
        process.Start();
        return process;
    }

    /// <summary>The gateway stands before the first consent service; it also issues the tokens.</summary>
    private async Task GatewayToAsync(ServiceProcess consent)
    {
        if (GatewayProcess is not null) return;
        GatewayProcess = Add("gateway", "services/gateway", Gateway, _common.Concat(new Dictionary<string, string>
        {
            ["Services:consent"] = consent.Address.GetLeftPart(UriPartial.Authority),
            ["DevelopmentIssuer:Enabled"] = "true",
            ["Gateway:PublicPostsPerMinute"] = "1000000000",
        }));
        await GatewayProcess.ReadyAsync();
    }

    private async Task BindAsync()
    {
        var factory = new ConnectionFactory { Uri = new Uri(_broker.Address) };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var limits = new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-max-length"] = 1000, ["x-overflow"] = "drop-head" };
        await channel.QueueDeclareAsync("bench-subscriber", durable: true, exclusive: false, autoDelete: false, limits);
        foreach (var kind in (string[])[ConsentChanged.Kind, ConsentErased.Kind, DeclarationPublished.Kind, MarketingUnsubscribed.Kind, MarketingSubscribed.Kind])
        {
            await channel.ExchangeDeclareAsync($"consent.{kind}", ExchangeType.Fanout, durable: true);
            await channel.QueueBindAsync("bench-subscriber", $"consent.{kind}", "");
        }
    }
}
