using System.Globalization;
using Consent.Tests.Support;
using Npgsql;

namespace Consent.Containers.Tests;

/// <summary>
/// The product as the chart installs it: the images in containers, set up by the rendered manifests alone. Debian's RabbitMQ and PostgreSQL stand where the settings that were rendered
/// say that a broker and databases are.
/// </summary>
/// <param name="values">Files of values, the later winning.</param>
/// <param name="given">A file of manifests that are there before the chart is; none unless given.</param>
public sealed class ContainerProduct(IReadOnlyList<string> values, string? given = null) : Product
{
    private const string Own = "tests/Containers.Tests/values/";
    private Cluster? _cluster;
    private RabbitMqServer? _broker;
    private ServiceProcess? _demo;

    /// <summary>One of each on SQLite, as one who tries it out installs it.</summary>
    public static ContainerProduct OnSqlite() => new(["charts/consent/examples/dev/values.yaml", $"{Own}sqlite.yaml"]);

    /// <summary>Everything in one process, in one pod.</summary>
    public static ContainerProduct OfOneProcess() => new(["charts/consent/examples/dev/values.yaml", $"{Own}sqlite.yaml", $"{Own}one-process.yaml"]);

    /// <summary>Two of each that can be more than one, on PostgreSQL.</summary>
    public static ContainerProduct OfReplicas() => new(["charts/consent/examples/ha/values.yaml", $"{Own}sqlite.yaml", $"{Own}replicas.yaml"], $"{Own}given.yaml");

    public override IReadOnlyList<ServiceProcess> Processes => _demo is null ? [] : [_demo];

    /// <summary>Fifteen pods, their broker and their database share what this machine has: here a slow answer is no failure, as it is none of the pod that was ended.</summary>
    protected override TimeSpan Patience => TimeSpan.FromSeconds(90);

    internal Cluster Cluster => _cluster ?? throw new InvalidOperationException("It was not started.");

    /// <summary>The databases, on an engine that has any.</summary>
    public PostgresServer? Databases { get; private set; }

    /// <summary>Address of the broker, from this machine too.</summary>
    public string Broker => _broker?.Address ?? throw new InvalidOperationException("It has no broker.");

    /// <summary>Connection strings as this machine has them, by the name of the setting.</summary>
    public string Database(string setting) =>
        Databases!.Connection(new NpgsqlConnectionStringBuilder(SettingOf(setting)).Database!);

    public override async Task StartAsync(IReadOnlyDictionary<string, string>? others = null)
    {
        await PrepareAsync();
        await Cluster.DeployAsync(Cluster.Deployments);
        Gateway = new Uri($"http://{Front.Address}:8080");
        var files = Sites.Select(site => Path.Combine(Repository.Root, "tools", "declarations", $"{site}.yaml"));
        var (code, output, errors) = await CommandLine.RunAsync(["publish", .. files, "--gateway", Gateway.ToString(), "--origin", $"http://localhost:{Demo.Port.ToString(CultureInfo.InvariantCulture)}", "--data", Data]);
        if (code != 0) throw new InvalidOperationException($"publish ended with {code}: {output}{errors}\n{await OutputsAsync()}");
        await PublishedAsync();
    }

    /// <summary>All that the pods need and are not; no pod yet.</summary>
    internal async Task PrepareAsync()
    {
        _cluster = await Cluster.StartAsync(await Manifests.RenderAsync(values, given));
        await TakeKeyAsync();
        await StandInForBrokerAsync();
        await StandInForDatabasesAsync();
        await StandInForSinkAsync();
    }

    /// <summary>The pod through which everything comes in.</summary>
    internal Pod Front => Cluster.PodsOf("gateway").Concat(Cluster.PodsOf("host")).First();

    /// <summary>The last lines of every pod.</summary>
    internal async Task<string> OutputsAsync()
    {
        var all = await Task.WhenAll(Cluster.Pods.Values.Select(async pod => $"--- {pod.Name}\n{string.Join('\n', (await pod.OutputAsync()).Split('\n').TakeLast(15))}"));
        return string.Join('\n', all);
    }

    public override async ValueTask DisposeAsync()
    {
        // What did not begin is disposed of twice.
        var (cluster, broker, databases) = (_cluster, _broker, Databases);
        (_cluster, _broker, Databases) = (null, null, null);
        if (cluster is not null) await cluster.DisposeAsync();
        if (broker is not null) await broker.DisposeAsync();
        if (databases is not null) await databases.DisposeAsync();
        await base.DisposeAsync();
    }

    private string? SettingOf(string name) => Cluster.Deployments.Select(d => d.Setting(name)).FirstOrDefault(s => s is not null);

    /// <summary>The key of the chart's issuer makes the tokens of the test.</summary>
    private async Task TakeKeyAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Data, "keys", "development-issuer")).FullName;
        var (name, key) = Cluster.Manifests.EntriesOf("Secret", "consent-development-issuer").Single();
        await File.WriteAllTextAsync(Path.Combine(folder, name), key);
    }

    private async Task StandInForBrokerAsync()
    {
        if (SettingOf("Messaging__RabbitMq") is not { } setting) return;
        var address = new Uri(setting);
        var user = address.UserInfo.Split(':');
        _broker = await RabbitMqServer.StartAsync(Cluster.Network.Broker, address.Port, user[0], user[1]);
        Cluster.Name(Cluster.Network.Broker, address.Host);
    }

    private async Task StandInForDatabasesAsync()
    {
        if (SettingOf("Storage__Postgres") is not { } setting || SettingOf("Storage__PostgresKeys") is not { } keysSetting) return;
        var (data, keys) = (new NpgsqlConnectionStringBuilder(setting), new NpgsqlConnectionStringBuilder(keysSetting));
        Databases = await PostgresServer.StartAsync(Cluster.Network.Database, data.Port);
        await Databases.CreateOwnerAsync(data.Username!, data.Password!, data.Database!, keys.Database!);
        Cluster.Name(Cluster.Network.Database, data.Host!);
    }

    /// <summary>The demonstration takes what analytics passes on, under the name that the values say.</summary>
    private async Task StandInForSinkAsync()
    {
        if (SettingOf("Analytics__ForwardUrl") is not { } setting) return;
        var url = new Uri(setting);
        Demo = new Uri($"http://{Cluster.Network.Sink}:{url.Port.ToString(CultureInfo.InvariantCulture)}");
        Cluster.Name(Cluster.Network.Sink, url.Host);
        _demo = new ServiceProcess("demo", Repository.Program("tools/demo"), Demo, new Dictionary<string, string>(StringComparer.Ordinal));
        _demo.Start();
        using var http = new HttpClient();
        await Eventually.IsSoAsync("the demonstration listens", async () =>
        {
            using var answer = await http.GetAsync(Demo);
            return true;
        });
    }
}
