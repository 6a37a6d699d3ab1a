using System.Data.Common;
using Consent.Tests.Support;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Consent.Subscriber.Tests;

/// <summary>Where the subscribers of a test keep what they hold: a folder, or a database that replicas share.</summary>
public sealed class TestData : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private TestData(string? postgres) => Postgres = postgres;

    /// <summary>Connection string; null for files.</summary>
    public string? Postgres { get; }

    public static TestData InFiles() => new(null);

    public static TestData On(OnePostgres postgres)
    {
        ArgumentNullException.ThrowIfNull(postgres);
        return new(postgres.Server.CreateDatabaseAsync().GetAwaiter().GetResult());
    }

    internal IReadOnlyList<KeyValuePair<string, string?>> Settings => Postgres is null
        ? [new("Data", _folder.Path)]
        : [new("Data", _folder.Path), new("Storage:Engine", "postgres"), new("Storage:Postgres", Postgres)];

    internal ISubscriberStore Open(string service) => Postgres is null
        ? new SubscriberStore(FileOf(service))
        : new PostgresSubscriberStore(Postgres, service, TimeProvider.System);

    /// <summary>As by somebody else who is connected; the first value of the first row.</summary>
    public object? Execute(string sql, string service = OneSubscriber.Name)
    {
        using DbConnection connection = Postgres is null
            ? new SqliteConnection($"Data Source={FileOf(service)};Pooling=False")
            : new NpgsqlConnection($"{Postgres};Search Path={service.Replace('-', '_')};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public string File(params string[] names) => _folder.File(names);

    public void Dispose() => _folder.Dispose();

    private string FileOf(string service)
    {
        Directory.CreateDirectory(_folder.File(service));
        return _folder.File(service, "subscriber.db");
    }
}
