using Consent.ServiceDefaults;
using Microsoft.Extensions.Configuration;

namespace Consent.Subscriber;

/// <summary>
/// <c>Storage:Engine</c>: <c>sqlite</c> (unless set), or <c>postgres</c> with <c>Storage:Postgres</c>, the connection string of the data. With <c>cosmos</c>, where logs lie in
/// Azure Cosmos DB, what is no log lies in <c>Storage:Postgres</c> where that is set, for all replicas, and else in files.
/// Throws <see cref="InvalidOperationException"/> with a sentence on what to set.
/// </summary>
internal static class OpenSubscriberStore
{
    public static ISubscriberStore Of(IConfiguration settings, string service, TimeProvider time) => ConnectionIn(settings) is { } connection
        ? new PostgresSubscriberStore(connection, service, time)
        : new SubscriberStore(FileOf(settings, service));

    /// <summary>What a start does to the schema, without a start. A file that is not there is not made.</summary>
    public static void BringUpToDate(IConfiguration settings, string service)
    {
        if (ConnectionIn(settings) is { } connection)
        {
            PostgresSubscriberStore.BringUpToDate(connection, service);
            return;
        }

        var file = FileOf(settings, service);
        if (!File.Exists(file)) return;
        using var db = new SubscriberDb(SubscriberDb.OptionsFor($"Data Source={file};Pooling=False"));
        SubscriberDb.Schema.BringUpToDate(db.Database);
    }

    private static string FileOf(IConfiguration settings, string service) => ServiceData.FileOf(settings, service, "subscriber.db");

    /// <summary>Null for files.</summary>
    public static string? ConnectionIn(IConfiguration settings) => (settings["Storage:Engine"] ?? "sqlite") switch
    {
        "sqlite" => null,
        "postgres" => settings["Storage:Postgres"] ?? throw new InvalidOperationException("Set Storage:Postgres to the connection string of the data."),
        "cosmos" => settings["Storage:Postgres"],
        var other => throw new InvalidOperationException($"Set Storage:Engine to sqlite, postgres or cosmos; '{other}' is none of them."),
    };
}
