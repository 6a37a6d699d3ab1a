using Consent.Tests.Support;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Consent.Benchmarks;

/// <summary>Whether the relay of a consent service has published all that its log holds, read from its files.</summary>
internal static class Published
{
    public static Func<Task> OnSqlite(string data) => () => ReachedAsync(data, () => NumberAsync(Path.Combine(data, "consent", "log.db"), "SELECT max(position) FROM record"));

    public static Func<Task> OnPostgres(string data, string connection) => () => ReachedAsync(data, async () =>
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand("SELECT position FROM consent.log");
        return (long)(await command.ExecuteScalarAsync())!;
    });

    private static Task ReachedAsync(string data, Func<Task<long>> head) => Eventually.IsSoAsync(
        "all is published", async () => await NumberAsync(Path.Combine(data, "consent", "ledger.db"), "SELECT cursor FROM relay") >= await head(), TimeSpan.FromMinutes(5));

    private static async Task<long> NumberAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync() ?? 0L);
    }
}
