using System.Net;
using Azure.Identity;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>
/// The containers of a service: what they are called, and with what they are created. Partition key <c>/pk</c> (version 2) throughout, no term to live, no unique keys; indexed is what is
/// queried and nothing else, because each indexed path makes a write dearer.
/// </summary>
internal static class CosmosContainers
{
    private const string PartitionKeyPath = "/pk";

    /// <summary>For one question before anything runs.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    public static ContainerProperties Records(string service) => Described($"{service}-records", "/v/?", "/k/?", "/tomb/?");

    /// <summary>Pages of the order, places, names, streams, leases.</summary>
    public static ContainerProperties Order(string service) => Described($"{service}-order", "/o/?", "/n/?");

    /// <summary>Who applied what: read by id, or a partition whole.</summary>
    public static ContainerProperties Applied(string service) => Described($"{service}-applied");

    /// <summary>In the account of the keys. Read by id.</summary>
    public static ContainerProperties Keys(string service) => Described($"{service}-keys");

    /// <summary>
    /// For <c>migrate</c>: the database and these containers, where they are not there. What is there keeps its throughput and its indexing. Needs a key, or an identity that may create them:
    /// roles for data alone do not. Throws <see cref="InvalidOperationException"/> for a container that is another than wanted, <see cref="IOException"/> when the account refuses or is away.
    /// </summary>
    public static async Task CreateAsync(CosmosClient client, CosmosSettings settings, params IEnumerable<ContainerProperties> containers)
    {
        await CosmosClients.RequireAsync(client);
        using var over = new CancellationTokenSource(Patience);
        var throughput = settings.Throughput is { } most ? ThroughputProperties.CreateAutoscaleThroughput(most) : null;
        try
        {
            Database database = await client.CreateDatabaseIfNotExistsAsync(settings.Database, throughput: null, cancellationToken: over.Token);
            foreach (var wanted in containers)
            {
                // Looked for first: an identity that may not create is enough where nothing is to be created.
                if (await IsThereAsync(database.GetContainer(wanted.Id), over.Token)) continue;
                try
                {
                    await database.CreateContainerAsync(wanted, throughput, cancellationToken: over.Token);
                }
                catch (CosmosException e) when (e.StatusCode == HttpStatusCode.Conflict)
                {
                    await IsThereAsync(database.GetContainer(wanted.Id), over.Token);
                }
            }
        }
        catch (Exception e) when (SentenceOf(e, "it could not create the database and its containers") is { } sentence)
        {
            throw new IOException(sentence, e);
        }
    }

    /// <summary>
    /// For a start, which creates nothing. Throws <see cref="InvalidOperationException"/> when the container is missing or another than wanted, or the account is not good for a log;
    /// <see cref="IOException"/> when it cannot be asked.
    /// </summary>
    /// <param name="store">The service, as metrics name it.</param>
    public static async Task<CosmosContainer> OpenAsync(CosmosClient client, CosmosSettings settings, ContainerProperties wanted, string store, TimeProvider time)
    {
        await CosmosClients.RequireAsync(client);
        using var over = new CancellationTokenSource(Patience);
        var container = client.GetContainer(settings.Database, wanted.Id);
        try
        {
            if (!await IsThereAsync(container, over.Token))
                throw new InvalidOperationException($"Azure Cosmos DB has no container {wanted.Id} in the database {settings.Database}: run the service with the argument migrate first.");
        }
        catch (Exception e) when (SentenceOf(e, $"the container {wanted.Id} could not be read") is { } sentence)
        {
            throw new IOException(sentence, e);
        }

        return new CosmosContainer(container, store, settings, time);
    }

    /// <summary>One line for an operator; null for an exception that is not the account's. What the SDK says of itself goes on for pages.</summary>
    public static string? SentenceOf(Exception e, string what) => e switch
    {
        CosmosException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } refused =>
            $"Azure Cosmos DB answered {(int)refused.StatusCode} (sub-status {refused.SubStatusCode}), {what}: check the key or the roles of the identity, and the firewall of the account.",
        CosmosException answered => $"Azure Cosmos DB answered {(int)answered.StatusCode} (sub-status {answered.SubStatusCode}), {what}: try again when the account is well.",
        HttpRequestException or OperationCanceledException or TimeoutException =>
            $"Azure Cosmos DB could not be reached, {what}: check Storage:Cosmos:Endpoint and Storage:CosmosKeys:Endpoint, and the network.",
        AuthenticationFailedException => $"The identity of the process was not given a token for Azure Cosmos DB, {what}: set up the workload identity, or a key.",
        AggregateException { InnerException: { } first } => SentenceOf(first, what),
        _ => null,
    };

    /// <summary>Throws <see cref="InvalidOperationException"/> when it is another than wanted.</summary>
    private static async Task<bool> IsThereAsync(Container container, CancellationToken cancel)
    {
        ContainerProperties there;
        try
        {
            there = (await container.ReadContainerAsync(cancellationToken: cancel)).Resource;
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }

        if (there.PartitionKeyPaths is not [PartitionKeyPath] || there.PartitionKeyDefinitionVersion != PartitionKeyDefinitionVersion.V2)
            throw new InvalidOperationException($"The container {container.Id} has another partition key than {PartitionKeyPath} in version 2: give the service a database of its own.");
        if (there.DefaultTimeToLive is not null || there.UniqueKeyPolicy.UniqueKeys.Count > 0)
            throw new InvalidOperationException(
                $"The container {container.Id} has a term to live or unique keys: take the term away, or give the service a database of its own. What is kept here must not go by itself.");
        return true;
    }

    private static ContainerProperties Described(string name, params ReadOnlySpan<string> indexed)
    {
        var described = new ContainerProperties(name, PartitionKeyPath) { PartitionKeyDefinitionVersion = PartitionKeyDefinitionVersion.V2 };
        foreach (var path in indexed) described.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = path });
        described.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" });
        described.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/\"_etag\"/?" });
        return described;
    }
}
