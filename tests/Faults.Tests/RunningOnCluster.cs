using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>The product as many processes on a cluster of three brokers; shared by the scenarios, each of which mends what it broke.</summary>
public sealed class RunningOnCluster : IAsyncLifetime
{
    private readonly SmallDisk _consentDisk = new();
    private readonly SmallDisk _newsletterDisk = new();

    public RabbitMqCluster Cluster { get; private set; } = null!;

    public ManyProcesses Product { get; private set; } = null!;

    public string VirtualHost => "product";

    public Journal Journal { get; } = new();

    public Checks Checks => new(Deployment.Of(Product), Journal);

    /// <summary>The disks of the consent service and of one subscriber, which a test can fill.</summary>
    public IReadOnlyList<SmallDisk> Disks => [_consentDisk, _newsletterDisk];

    /// <summary>The clock of the consent service.</summary>
    public FakeClock Clock { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Cluster = await RabbitMqCluster.StartAsync();
        Product = new ManyProcesses(broker: await Cluster.CreateVirtualHostAsync(VirtualHost));
        Faulty.Prepare(Product);
        await _consentDisk.MountAsync(Path.Combine(Product.Data, "consent"));
        await _newsletterDisk.MountAsync(Path.Combine(Product.Data, "newsletter"));
        Product.SettingsOf["consent"] = Clock.Settings;
        await Product.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Product.Processes) await process.DisposeAsync();
        await _consentDisk.DisposeAsync();
        await _newsletterDisk.DisposeAsync();
        await Product.DisposeAsync();
        Clock.Dispose();
        await Cluster.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class OnCluster : ICollectionFixture<RunningOnCluster>
{
    public const string Name = "on a cluster";
}
