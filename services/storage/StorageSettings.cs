using Microsoft.Extensions.Configuration;

namespace Consent.Storage;

/// <summary>
/// <c>Storage:Engine</c>: <c>sqlite</c> (unless set); <c>postgres</c> with <c>Storage:Postgres</c>, the connection string of the data, and <c>Storage:PostgresKeys</c>, that of the keys, which is
/// another database and is backed up apart; or <c>cosmos</c> with <c>Storage:Cosmos</c> and <c>Storage:CosmosKeys</c>, two accounts of Azure Cosmos DB. Beside <c>cosmos</c>,
/// <c>Storage:Postgres</c> may say where read models lie; the log does not look at it.
/// </summary>
/// <param name="Data">Null unless on PostgreSQL.</param>
/// <param name="Keys">As <paramref name="Data"/>.</param>
/// <param name="Cosmos">Null unless on Azure Cosmos DB.</param>
/// <param name="CosmosKeys">As <paramref name="Cosmos"/>.</param>
internal sealed record StorageSettings(string? Data, string? Keys, CosmosSettings? Cosmos, CosmosSettings? CosmosKeys)
{
    /// <summary>Throws <see cref="InvalidOperationException"/> with a sentence on what to set.</summary>
    public static StorageSettings Of(IConfiguration settings)
    {
        var engine = settings["Storage:Engine"] ?? "sqlite";
        if (engine is "sqlite" or "postgres") CosmosSettings.RequireNone(settings, engine);
        switch (engine)
        {
            case "sqlite":
                return new StorageSettings(null, null, null, null);
            case "postgres":
                var data = settings["Storage:Postgres"] ?? throw new InvalidOperationException("Set Storage:Postgres to the connection string of the data.");
                var keys = settings["Storage:PostgresKeys"] ?? throw new InvalidOperationException("Set Storage:PostgresKeys to the connection string of the keys.");
                return data == keys
                    ? throw new InvalidOperationException("Give the keys a database of their own in Storage:PostgresKeys: a backup of the data must not hold them.")
                    : new StorageSettings(data, keys, null, null);
            case "cosmos":
                // The image of all services in one process comes without it.
                if (Type.GetType("Microsoft.Azure.Cosmos.CosmosClient, Microsoft.Azure.Cosmos.Client") is null)
                    throw new InvalidOperationException("This program comes without the library of Azure Cosmos DB: run the images of the single services, or set Storage:Engine to sqlite or postgres.");
                var cosmos = CosmosSettings.Read(settings);
                return new StorageSettings(null, null, cosmos.Data, cosmos.Keys);
            case var other:
                throw new InvalidOperationException($"Set Storage:Engine to sqlite, postgres or cosmos; '{other}' is none of them.");
        }
    }
}
