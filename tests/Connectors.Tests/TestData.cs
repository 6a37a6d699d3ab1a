using Consent.Subscriber.Tests;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Npgsql;

namespace Consent.Connectors.Tests;

/// <summary>Where the services of a test keep what they hold: a folder, or databases that replicas share; they share the folder of keys, too.</summary>
public sealed class TestData : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string? _keys;

    private TestData(string? postgres, string? keys) => (Postgres, _keys) = (postgres, keys);

    /// <summary>Connection string of the data; null for files.</summary>
    public string? Postgres { get; }

    public static TestData InFiles() => new(null, null);

    public static TestData On(OnePostgres postgres)
    {
        ArgumentNullException.ThrowIfNull(postgres);
        return new(postgres.Server.CreateDatabaseAsync().GetAwaiter().GetResult(), postgres.Server.CreateDatabaseAsync().GetAwaiter().GetResult());
    }

    /// <summary>One start of the services on it.</summary>
    internal Task<ConnectorsApp> StartAsync(DateTimeOffset? at = null, Action<WebApplicationBuilder>? change = null) => StartAsync("one", at, change);

    /// <summary>One start, beside others on the same databases.</summary>
    /// <param name="replica">Whose folder, which has the keys of all in it.</param>
    internal Task<ConnectorsApp> StartAsync(string replica, DateTimeOffset? at = null, Action<WebApplicationBuilder>? change = null)
    {
        var own = Directory.CreateDirectory(_folder.File(replica)).FullName;
        var keys = Path.Combine(own, "keys");
        if (!Directory.Exists(keys)) Directory.CreateSymbolicLink(keys, Directory.CreateDirectory(_folder.File("keys")).FullName);
        return ConnectorsApp.StartAsync(own, at, builder =>
        {
            if (Postgres is not null)
            {
                builder.Configuration["Storage:Engine"] = "postgres";
                builder.Configuration["Storage:Postgres"] = Postgres;
                builder.Configuration["Storage:PostgresKeys"] = _keys;
            }
            change?.Invoke(builder);
        });
    }

    /// <summary>As by somebody else who is connected to the schema of connectors; the first value of the first row.</summary>
    public object? Execute(string sql)
    {
        using var connection = new NpgsqlConnection($"{Postgres};Search Path={ConnectorsSetup.Service};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }

    /// <summary>Files of SQLite; none on PostgreSQL.</summary>
    public string[] Files(string pattern) => Postgres is null ? Directory.GetFiles(_folder.File("one", ConnectorsSetup.Service), pattern) : [];

    public void Dispose() => _folder.Dispose();
}
