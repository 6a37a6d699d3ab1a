using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Consent.Contracts;
using Consent.Storage;
using Microsoft.Azure.Cosmos;

namespace Consent.Benchmarks;

/// <summary>The SDK's calls of which an append consists, and nothing else: documents of the same size, built beforehand but for their partition; answers looked at no further than their status.</summary>
internal sealed class BareCosmos : IDisposable
{
    private const string Service = "bare";

    /// <summary>About as many letters as a sealed receipt of 200 bytes has.</summary>
    private const int BodyLetters = 340;
    private static readonly string Body = Convert.ToBase64String(RandomNumberGenerator.GetBytes(BodyLetters * 3 / 4));
    private readonly ConcurrentQueue<string> _known = new();
    private readonly CosmosClient _client;
    private readonly Container _container;

    private BareCosmos(CosmosClient client, Container container) => (_client, _container) = (client, container);

    public static async Task<BareCosmos> StartAsync(CosmosSettings account)
    {
        var client = CosmosClients.Make(account);
        await CosmosContainers.CreateAsync(client, account, CosmosContainers.Records(Service));
        return new BareCosmos(client, client.GetContainer(account.Database, CosmosContainers.Records(Service).Id));
    }

    public async Task CreateAsync()
    {
        var partition = RandomId.New()[..20];
        await CreateAsync(partition, 1);
        _known.Enqueue(partition);
    }

    /// <summary>In a partition that has its first document.</summary>
    public async Task QueryAndCreateAsync()
    {
        if (!_known.TryDequeue(out var partition)) throw new InvalidOperationException("Fewer partitions were made than are needed.");
        var query = new QueryDefinition("SELECT c.v, c.e, c.s, c.t, c.k FROM c WHERE c.v = @prev OR c.k = @key").WithParameter("@prev", 1L).WithParameter("@key", "");
        var options = new QueryRequestOptions { PartitionKey = new PartitionKey(partition), MaxItemCount = 1000, EnableOptimisticDirectExecution = true };
        using (var pages = _container.GetItemQueryStreamIterator(query, null, options))
        {
            while (pages.HasMoreResults)
            {
                using var page = await pages.ReadNextAsync();
                Require(page, HttpStatusCode.OK);
            }
        }

        await CreateAsync(partition, 2);
    }

    public void Dispose() => _client.Dispose();

    private async Task CreateAsync(string partition, long version)
    {
        var json = Encoding.UTF8.GetBytes(
            $$"""{"id":"{{version}}","pk":"{{partition}}","v":{{version}},"e":1,"t":"r","w":"0123456789abcdef0123456789abcdef","kind":"receipt","at":1780000000000,"s":123456,"b":"{{Body}}"}""");
        using var created = await _container.CreateItemStreamAsync(new MemoryStream(json), new PartitionKey(partition));
        Require(created, HttpStatusCode.Created);
    }

    private static void Require(ResponseMessage answer, HttpStatusCode expected)
    {
        if (answer.StatusCode != expected) throw new InvalidOperationException($"The bare call was answered {answer.StatusCode}.");
    }
}
