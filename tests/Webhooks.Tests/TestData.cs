using System.Data.Common;
using Consent.Subscriber.Tests;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Consent.Webhooks.Tests;

/// <summary>Where the service of a test keeps what it holds: a folder, or a database that replicas share; they share the folder of keys, too.</summary>
public sealed class TestData : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private TestData(string? postgres) => Postgres = postgres;

    /// <summary>Connection string; null for files.</summary>
    public string? Postgres { get; }

    public string Path => _folder.Path;

    public static TestData InFiles() => new(null);

    public static TestData On(OnePostgres postgres)
    {
        ArgumentNullException.ThrowIfNull(postgres);
        return new(postgres.Server.CreateDatabaseAsync().GetAwaiter().GetResult());
    }

    /// <summary>One start of the service on it. Several may run at once on a database.</summary>
    internal Task<WebhooksApp> StartAsync(DateTimeOffset? at = null, Action<WebApplicationBuilder>? change = null) => WebhooksApp.StartAsync(Path, at, builder =>
    {
        if (Postgres is not null)
        {
            builder.Configuration["Storage:Engine"] = "postgres";
            builder.Configuration["Storage:Postgres"] = Postgres;
        }
        change?.Invoke(builder);
    });

    /// <summary>As by somebody else who is connected; the first value of the first row.</summary>
    /// <param name="file">Of SQLite; on PostgreSQL all lies in one schema.</param>
    public object? Execute(string sql, string file = "webhooks.db")
    {
        using DbConnection connection = Postgres is null
            ? new SqliteConnection($"Data Source={_folder.File(WebhooksSetup.Service, file)};Pooling=False")
            : new NpgsqlConnection($"{Postgres};Search Path={WebhooksSetup.Service};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    /// <summary>Files of SQLite; none on PostgreSQL.</summary>
    public string[] Files(string pattern) => Postgres is null ? Directory.GetFiles(_folder.File(WebhooksSetup.Service), pattern) : [];

    public void Dispose() => _folder.Dispose();
}
