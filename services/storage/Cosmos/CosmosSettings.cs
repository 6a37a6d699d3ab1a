using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Consent.Storage;

/// <summary>One account of Azure Cosmos DB, and how it is spoken to.</summary>
/// <param name="Key">Null where the identity of the process is used (<c>DefaultAzureCredential</c>: workload identity, managed identity, a developer's own).</param>
/// <param name="IsDirect">Over TCP to the replicas; else over HTTPS through the gateway.</param>
/// <param name="Regions">Preferred for reading, first the nearest; empty for the account's own order.</param>
/// <param name="Within">For how long one request is tried, counted from its entry: from 1 second to 1 minute.</param>
/// <param name="Throughput">Of each container, when <c>migrate</c> creates it: the most request units a second to which it scales by itself. Null for none of its own (a serverless account).</param>
internal sealed record CosmosSettings(Uri Endpoint, string? Key, string Database, bool IsDirect, IReadOnlyList<string> Regions, TimeSpan Within, int? Throughput)
{
    private const string Of = "Storage:Cosmos";
    private const string OfKeys = "Storage:CosmosKeys";

    /// <summary>
    /// Of the account of keys: numbers of blocks of 64 keys that it lost and no copy has, which an operator gives up. What lies under them counts as erased from the next start on, and everything
    /// else can be read again. A block that is there is not touched.
    /// </summary>
    public IReadOnlyList<long> LostBlocks { get; init; } = [];

    /// <summary>
    /// <c>Storage:Cosmos</c>, the account of the data, and <c>Storage:CosmosKeys</c>, that of the keys, which takes over what it does not say but the endpoint and the key.
    /// Throws <see cref="InvalidOperationException"/> with a sentence on what to set.
    /// </summary>
    public static (CosmosSettings Data, CosmosSettings Keys) Read(IConfiguration settings)
    {
        if (settings["Storage:PostgresKeys"] is not null)
            throw Wrong("Storage:Engine is cosmos, and Storage:PostgresKeys is set: take it away, and set Storage:CosmosKeys:Endpoint, where the keys lie.");
        var data = One(settings, Of, null);
        var keys = One(settings, OfKeys, data) with { LostBlocks = LostBlocksIn(settings) };
        return (data.Endpoint.Host, data.Endpoint.Port) == (keys.Endpoint.Host, keys.Endpoint.Port)
            ? throw Wrong($"Give the keys an account of their own in {OfKeys}:Endpoint; it is that of {Of}:Endpoint, whose backups hold the data and must not hold the keys.")
            : (data, keys);
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> when something of it is set beside another engine.</summary>
    public static void RequireNone(IConfiguration settings, string engine)
    {
        foreach (var section in (string[])[Of, OfKeys])
            if (settings.GetSection(section).Exists()) throw Wrong($"Storage:Engine is {engine}, and {section} is set: take {section} away, or set Storage:Engine to cosmos.");
    }

    /// <param name="above">What counts where this section says nothing; null for the data.</param>
    private static CosmosSettings One(IConfiguration settings, string section, CosmosSettings? above)
    {
        if (settings[section] is not null || settings[$"{section}:ConnectionString"] is not null || settings[$"{section}:Endpoint"]?.Contains("AccountEndpoint=", StringComparison.OrdinalIgnoreCase) == true)
            throw Wrong($"Set {section}:Endpoint, and {section}:Key where no identity is used; a connection string is not read.");
        var key = settings[$"{section}:Key"];
        if (key is not null && settings["AZURE_FEDERATED_TOKEN_FILE"] is not null)
            throw Wrong($"{section}:Key is set, and the process has a workload identity (AZURE_FEDERATED_TOKEN_FILE): take one of them away, so that it is plain by which it is let in.");
        if (key is not null && (key.Length == 0 || !Convert.TryFromBase64String(key, new byte[key.Length], out _))) throw Wrong($"Set {section}:Key to a key of the account, as its page shows it (base64).");
        return new CosmosSettings(
            EndpointOf(settings, section), key, DatabaseOf(settings, section, above), IsDirectIn(settings, section, above), RegionsOf(settings, section, above), WithinOf(settings, section, above),
            ThroughputOf(settings, section, above));
    }

    private static Uri EndpointOf(IConfiguration settings, string section)
    {
        var text = settings[$"{section}:Endpoint"];
        if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || (endpoint.Scheme != Uri.UriSchemeHttps && endpoint.Scheme != Uri.UriSchemeHttp) || endpoint.AbsolutePath != "/")
        {
            var account = section == OfKeys ? "the account of the keys, which is another than that of the data" : "the account of the data";
            throw Wrong($"Set {section}:Endpoint to the address of {account}, such as https://example.documents.azure.com:443/.");
        }

        return endpoint.Scheme == Uri.UriSchemeHttps || endpoint.IsLoopback ? endpoint : throw Wrong($"Set {section}:Endpoint to an address with https; http is taken on this machine alone.");
    }

    private static string DatabaseOf(IConfiguration settings, string section, CosmosSettings? above)
    {
        var name = settings[$"{section}:Database"] ?? above?.Database ?? "consent";
        return name.Length is > 0 and <= 255 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name : throw Wrong($"Set {section}:Database to a name of letters, digits, '-', '_' and '.', at most 255.");
    }

    private static bool IsDirectIn(IConfiguration settings, string section, CosmosSettings? above) => settings[$"{section}:Mode"] switch
    {
        null => above?.IsDirect ?? true,
        "direct" => true,
        "gateway" => false,
        var other => throw Wrong($"Set {section}:Mode to direct or gateway; '{other}' is neither."),
    };

    private static IReadOnlyList<string> RegionsOf(IConfiguration settings, string section, CosmosSettings? above)
    {
        if (settings[$"{section}:Regions"] is not null) throw Wrong($"Set {section}:Regions:0, {section}:Regions:1 and so on, each to one region, such as 'West Europe'.");
        var regions = settings.GetSection($"{section}:Regions").GetChildren().Select(r => r.Value ?? "").ToList();
        if (regions.Exists(string.IsNullOrWhiteSpace) || regions.Distinct(StringComparer.OrdinalIgnoreCase).Count() != regions.Count)
            throw Wrong($"Set each of {section}:Regions to another region, such as 'West Europe'; none may be empty or stand there twice.");
        return regions.Count > 0 ? regions : above?.Regions ?? [];
    }

    private static TimeSpan WithinOf(IConfiguration settings, string section, CosmosSettings? above)
    {
        if (settings[$"{section}:Within"] is not { } text) return above?.Within ?? TimeSpan.FromSeconds(8);
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var within) && within >= TimeSpan.FromSeconds(1) && within <= TimeSpan.FromMinutes(1)
            ? within : throw Wrong($"Set {section}:Within to a time from 00:00:01 to 00:01:00, such as 00:00:08.");
    }

    private static int? ThroughputOf(IConfiguration settings, string section, CosmosSettings? above)
    {
        if (settings[$"{section}:Throughput"] is not { } text) return above?.Throughput;
        return int.TryParse(text, CultureInfo.InvariantCulture, out var most) && most is >= 1000 and <= 1_000_000 && most % 1000 == 0
            ? most : throw Wrong($"Set {section}:Throughput to the request units a second to which a container may scale: whole thousands from 1000 to 1000000.");
    }

    private static IReadOnlyList<long> LostBlocksIn(IConfiguration settings)
    {
        var named = settings.GetSection($"{OfKeys}:LostBlocks").GetChildren().Select(block => block.Value).ToList();
        if (settings[$"{OfKeys}:LostBlocks"] is { } alone) named.Add(alone);
        return named.ConvertAll(block => long.TryParse(block, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : throw Wrong($"Set {OfKeys}:LostBlocks:0, {OfKeys}:LostBlocks:1 and so on, each to the number of a block, as the log's error names it."));
    }

    private static InvalidOperationException Wrong(string sentence) => new(sentence);
}
