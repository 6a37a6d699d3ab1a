using Consent.Tests.Support;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Consent.Benchmarks;

/// <summary>Whether the relay of a consent service has published all that its log holds, read from its files.</summary>
internal static class Published
{
    public static Func<Task> OnSqlite(string data) => () => ReachedAsync(
        () => NumberAsync(data, "SELECT position FROM cursor WHERE name = 'relay'"), () => NumberAsync(data, "SELECT max(position) FROM record"));

    public static Func<Task> OnPostgres(string connection) => async () =>
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await ReachedAsync(() => NumberAsync(source, "SELECT position FROM consent.cursor WHERE name = 'relay'"), () => NumberAsync(source, "SELECT position FROM consent.log"));
    };

    private static Task ReachedAsync(Func<Task<long>> cursor, Func<Task<long>> head) =>
        Eventually.IsSoAsync("all is published", async () => await cursor() >= await head(), TimeSpan.FromMinutes(5));

    private static async Task<long> NumberAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync() ?? 0L);
    }

    private static async Task<long> NumberAsync(string data, string sql)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(data, "consent", "log.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync() ?? 0L);
    }
}
