using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;

namespace Consent.Storage;

/// <summary>
/// What a start does to the schemas of a service, without a start: for an operator, before the replicas of a new release come, beside those that run. Opens no key.
/// On SQLite only what is there is brought up to date: a new log begins with its secret, at a start. On Azure Cosmos DB it creates database and containers, which a start does not: that takes
/// more rights than a service should run with. Throws what says in one sentence what to do.
/// </summary>
internal static class MigrateStore
{
    public static void Log(IConfiguration settings, string service)
    {
        var storage = StorageSettings.Of(settings);
        if (storage.Cosmos is { } cosmos) Create(cosmos, CosmosContainers.Records(service), CosmosContainers.Order(service));
        else if (storage.Data is { } data) BringUpToDate(data, service, "log", PostgresSchema.Steps);
        else BringUpToDate(SqliteRecordLog.FileAt(LogFiles.Of(settings, service).Data));
    }

    public static void Ledger(IConfiguration settings, string service)
    {
        var storage = StorageSettings.Of(settings);
        if (storage.Cosmos is { } cosmos) Create(cosmos, CosmosContainers.Applied(service), CosmosContainers.Order(service));
        else if (storage.Data is { } data) BringUpToDate(data, service, "ledger", LedgerSchema.Postgres);
        else BringUpToDate(SqliteLedgerStore.FileAt(ServiceDefaults.ServiceData.FileOf(settings, service, "ledger.db")));
    }

    /// <summary>On SQLite they lie in a file that has no schema. Throws <see cref="OlderReleaseRunsException"/> where a step would take them away from replicas that run.</summary>
    public static void Keys(IConfiguration settings, string service)
    {
        var storage = StorageSettings.Of(settings);
        if (storage.CosmosKeys is { } cosmos) Create(cosmos, CosmosContainers.Keys(service));
        if (storage.Keys is not { } keys) return;
        using (var source = PostgresSource.Of(keys)) PostgresSchema.RequireNoOlderRelease(source, SchemaOf(service));
        BringUpToDate(keys, service, "keys", PostgresSchema.KeySteps);
    }

    private static void BringUpToDate(string connection, string service, string of, IReadOnlyList<string> steps)
    {
        using var source = PostgresSource.Of(connection);
        PostgresSchema.BringUpToDate(source, SchemaOf(service), of, steps);
    }

    private static void BringUpToDate(SqliteFile file)
    {
        if (File.Exists(file.Path)) file.OpenForWriting().Dispose();
    }

    private static void Create(CosmosSettings account, params IEnumerable<ContainerProperties> containers) =>
        CosmosContainers.CreateAsync(CosmosClients.Of(account), account, containers).GetAwaiter().GetResult();

    private static string SchemaOf(string service) => service.Replace('-', '_');
}
