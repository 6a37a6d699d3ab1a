using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>The product as many processes on a cluster of three brokers; shared by the scenarios, each of which mends what it broke.</summary>
public sealed class RunningOnCluster : IAsyncLifetime
{
    private ManyProcesses _product = null!;

    public RabbitMqCluster Cluster { get; private set; } = null!;

    public string VirtualHost => "product";

    public Deployment Deployment => Deployment.Of(_product);

    public Journal Journal { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Cluster = await RabbitMqCluster.StartAsync();
        _product = new ManyProcesses(broker: await Cluster.CreateVirtualHostAsync(VirtualHost));
        Faulty.Prepare(_product);
        await _product.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _product.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class OnCluster : ICollectionFixture<RunningOnCluster>
{
    public const string Name = "on a cluster";
}
