using System.Collections.Concurrent;
using Azure.Identity;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>The SDK's clients: one for each account in a process, for as long as the process lives, so that what one service reads carries the session of what it wrote.</summary>
internal static class CosmosClients
{
    private const string NoProbe = "COSMOS_DISABLE_IMDS_ACCESS";
    private static readonly ConcurrentDictionary<string, Lazy<CosmosClient>> Shared = new(StringComparer.Ordinal);

    /// <summary>Calls nobody yet. Not to be disposed of.</summary>
    public static CosmosClient Of(CosmosSettings settings)
    {
        string[] parts = [settings.Endpoint.AbsoluteUri, settings.Key ?? "", settings.IsDirect ? "direct" : "gateway", .. settings.Regions];
        return Shared.GetOrAdd(string.Join('\n', parts), _ => new Lazy<CosmosClient>(() => Make(settings))).Value;
    }

    /// <summary>A client of its own, which the caller disposes of.</summary>
    /// <param name="http">What requests go through, in gateway mode; null for the SDK's own.</param>
    public static CosmosClient Make(CosmosSettings settings, Func<HttpClient>? http = null)
    {
        // Else the SDK asks the machine's link-local address what it is, for telemetry that is switched off.
        if (Environment.GetEnvironmentVariable(NoProbe) is null) Environment.SetEnvironmentVariable(NoProbe, "true");
        var options = OptionsOf(settings);
        options.CustomHandlers.Add(new RangeRuns());
        if (http is not null) options.HttpClientFactory = http;
        var endpoint = settings.Endpoint.AbsoluteUri;
        return settings.Key is { } key ? new CosmosClient(endpoint, key, options) : new CosmosClient(endpoint, new DefaultAzureCredential(), options);
    }

    /// <summary>
    /// The account must keep session consistency at least, and be written to in one region: with several, two creates of one version would both be answered as done, and one be dropped later.
    /// Throws <see cref="InvalidOperationException"/> with what to set there, <see cref="IOException"/> when it cannot be asked.
    /// </summary>
    public static async Task RequireAsync(CosmosClient client)
    {
        try
        {
            var account = await client.ReadAccountAsync().WaitAsync(CosmosContainers.Patience);
            if (RefusalOf(account.Consistency.DefaultConsistencyLevel, account.WritableRegions.Count()) is { } sentence) throw new InvalidOperationException($"{client.Endpoint.Host}: {sentence}");
            if (RangeRuns.In(client) is { } runs) runs.LosesNothing = account.Consistency.DefaultConsistencyLevel == ConsistencyLevel.Strong;
        }
        catch (Exception e) when (CosmosContainers.SentenceOf(e, "its account could not be read") is { } sentence)
        {
            throw new IOException(sentence, e);
        }
    }

    /// <summary>Null when the account is good for a log; pure.</summary>
    public static string? RefusalOf(ConsistencyLevel consistency, int writable) => (consistency, writable) switch
    {
        (ConsistencyLevel.Eventual or ConsistencyLevel.ConsistentPrefix, _) =>
            "set the account's default consistency to Strong, BoundedStaleness or Session: below that a service does not read what it has written.",
        (_, > 1) => "let the account be written to in one region alone (no multi-region writes): where two regions create the same version, one of them is lost.",
        _ => null,
    };

    private static CosmosClientOptions OptionsOf(CosmosSettings settings)
    {
        var options = new CosmosClientOptions
        {
            ApplicationName = "consent",
            ConnectionMode = settings.IsDirect ? ConnectionMode.Direct : ConnectionMode.Gateway,
            // Of what the SDK leaves to it. Writes have 65 s in gateway mode all the same, which is why each call has a deadline of its own.
            RequestTimeout = TimeSpan.FromSeconds(5),
            // CosmosContainer waits itself, inside the deadline.
            MaxRetryAttemptsOnRateLimitedRequests = 0,
            MaxRetryWaitTimeOnRateLimitedRequests = TimeSpan.Zero,
            EnableContentResponseOnWrite = false,
            // Ids and partition keys are names of streams: they belong into no trace.
            CosmosClientTelemetryOptions = new CosmosClientTelemetryOptions { DisableDistributedTracing = true, DisableSendingMetricsToService = true },
        };
        if (settings.Regions.Count > 0) options.ApplicationPreferredRegions = settings.Regions;
        return options;
    }
}
