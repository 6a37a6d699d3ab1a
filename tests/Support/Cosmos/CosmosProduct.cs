namespace Consent.Tests.Support.Cosmos;

/// <summary>The product with every log on the two accounts of a <see cref="CosmosServer"/>, as an operator sets it up.</summary>
public static class CosmosProduct
{
    /// <summary>Services that keep a log; what the others keep is theirs alone, and lies where it lies without.</summary>
    private static readonly string[] WithALog = ["consent", "marketing-unsubscribe", "audit"];

    /// <summary>For every process, with the two switches of the SDK, which it reads from the environment itself: see <see cref="CosmosStandIn"/>.</summary>
    public static Dictionary<string, string> SettingsOf(CosmosServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Storage:Engine"] = "cosmos",
            ["Storage:Cosmos:Endpoint"] = server.Endpoint.AbsoluteUri,
            ["Storage:Cosmos:Key"] = CosmosServer.Key,
            ["Storage:Cosmos:Mode"] = "gateway",
            // All processes and both accounts share a few cores: longer than unless set, and shorter than a client of the product waits.
            ["Storage:Cosmos:Within"] = "00:00:30",
            ["Storage:CosmosKeys:Endpoint"] = server.KeysEndpoint.AbsoluteUri,
            ["Storage:CosmosKeys:Key"] = CosmosServer.Key,
            ["COSMOS_DISABLE_IMDS_ACCESS"] = "true",
            ["AZURE_COSMOS_USE_QUERY_PLAN_INTEROP_LINUX"] = "true",
        };
    }

    /// <summary>Makes databases and containers, which no start does: each service once with the argument <c>migrate</c>. Throws <see cref="InvalidOperationException"/> with what it said.</summary>
    /// <param name="product">Has its settings, and does not run yet.</param>
    public static async Task MigrateAsync(Product product)
    {
        ArgumentNullException.ThrowIfNull(product);
        var settings = new Dictionary<string, string>(product.Settings, StringComparer.Ordinal) { ["Data"] = product.Data, ["Messaging:Transport"] = "rabbitmq" };
        foreach (var service in WithALog)
        {
            await using var process = new ServiceProcess(service, Repository.Program($"services/{service}"), new Uri($"http://localhost:{FreePorts.Take(1)[0]}"), settings) { Arguments = ["migrate"] };
            process.Start();
            if (!await process.EndedAsync(TimeSpan.FromMinutes(2)) || process.ExitCode != 0) throw new InvalidOperationException($"{service} could not migrate:\n{process.LastLines()}");
        }
    }
}
