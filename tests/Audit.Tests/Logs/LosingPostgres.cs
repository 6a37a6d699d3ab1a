using System.Globalization;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Logs;

/// <summary>A PostgreSQL of the test's own for audit's log, which can lose what it had committed, as at a failover to a replica that lagged.</summary>
internal sealed class LosingPostgres : IAsyncDisposable
{
    private readonly PostgresServer _server;
    private readonly string _data;
    private readonly string _keys;

    private LosingPostgres(PostgresServer server, string data, string keys) => (_server, _data, _keys) = (server, data, keys);

    public (string Name, string Value)[] Settings => [("Storage:Engine", "postgres"), ("Storage:Postgres", _data), ("Storage:PostgresKeys", _keys)];

    public static async Task<LosingPostgres> StartAsync()
    {
        var server = await PostgresServer.StartAsync();
        return new LosingPostgres(server, await server.CreateDatabaseAsync(), await server.CreateDatabaseAsync());
    }

    /// <summary>The database is as it was when this was its newest record.</summary>
    public Task LoseAsync(long position) => RunAsync(string.Create(CultureInfo.InvariantCulture, $"""
        DELETE FROM audit.record WHERE position > {position}; UPDATE audit.log SET position = {position}; UPDATE audit.cursor SET position = least(position, {position})
        """));

    public Task RunAsync(string sql) =>
        PostgresServer.AsPostgresAsync("psql", "-h", "127.0.0.1", "-p", $"{_server.Port}", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, _data[(_data.LastIndexOf('=') + 1)..]);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
