using Consent.Tests.Support.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>An account that is a stand-in, in this process, and the clients of some processes on it. Disposing fails a test that asked for what the stand-in does not know.</summary>
internal sealed class CosmosAccount : IDisposable
{
    private readonly List<CosmosClient> _clients = [];

    public CosmosStandIn Store { get; } = new();

    public CosmosSettings Settings { get; init; } = new(new Uri("https://stand-in.example/"), CosmosServer.Key, "consent", IsDirect: false, [], TimeSpan.FromSeconds(30), null);

    /// <summary>A client of its own, as another process has: it shares no session with the others.</summary>
    public CosmosClient Client()
    {
        var client = CosmosClients.Make(Settings, () => new HttpClient(Store, disposeHandler: false));
        _clients.Add(client);
        return client;
    }

    /// <summary>As <c>migrate</c> makes them.</summary>
    public Task CreateAsync(params IEnumerable<ContainerProperties> containers) => CosmosContainers.CreateAsync(Client(), Settings, containers);

    public Task<CosmosContainer> OpenAsync(CosmosClient client, ContainerProperties container, TimeSpan? within = null) =>
        CosmosContainers.OpenAsync(client, within is { } time ? Settings with { Within = time } : Settings, container, "test", TimeProvider.System);

    /// <summary>How often documents of the container were asked for so, or written.</summary>
    public long CountOf(Operation operation, string container) => Store.Counts.Where(c => c.Operation == operation && c.Container == container).Sum(c => c.Times);

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
        Store.Dispose();
        Assert.Empty(Store.Refused);
    }
}
