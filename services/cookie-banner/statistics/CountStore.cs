using System.Data.Common;
using Consent.ServiceDefaults;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Consent.CookieBanner.Statistics;

/// <summary>
/// Sums per site, day and version, and nothing else: in <c>{Data}/cookie-banner/counts.db</c>, or with <c>Storage:Engine</c> =
/// <c>postgres</c> in the table <c>cookie_banner_counts</c>, where several replicas add to the same sums. The statements are those that
/// SQLite and PostgreSQL have in common.
/// </summary>
internal sealed class CountStore(DbDataSource database) : IDisposable
{
    private const string Table = """
        CREATE TABLE IF NOT EXISTS cookie_banner_counts (
          site TEXT NOT NULL, day TEXT NOT NULL, version INTEGER NOT NULL,
          shown BIGINT NOT NULL, accepted BIGINT NOT NULL, refused BIGINT NOT NULL, chosen BIGINT NOT NULL, withdrawn BIGINT NOT NULL,
          PRIMARY KEY (site, day, version))
        """;

    private const string Add = """
        INSERT INTO cookie_banner_counts AS held (site, day, version, shown, accepted, refused, chosen, withdrawn)
        VALUES (@site, @day, @version, @shown, @accepted, @refused, @chosen, @withdrawn)
        ON CONFLICT (site, day, version) DO UPDATE SET shown = held.shown + excluded.shown, accepted = held.accepted + excluded.accepted,
          refused = held.refused + excluded.refused, chosen = held.chosen + excluded.chosen, withdrawn = held.withdrawn + excluded.withdrawn
        """;

    private const string Between = """
        SELECT day, version, shown, accepted, refused, chosen, withdrawn FROM cookie_banner_counts
        WHERE site = @site AND day >= @from AND day <= @until ORDER BY day, version
        """;

    private bool _hasTable;

    public static CountStore Of(IConfiguration settings, string service) => new(
        settings["Storage:Engine"] == "postgres"
            ? NpgsqlDataSource.Create($"Maximum Pool Size=2;Timeout=5;Command Timeout=10;{settings["Storage:Postgres"]}")
            : SqliteFactory.Instance.CreateDataSource($"Data Source={ServiceData.FileOf(settings, service, "counts.db")}"));

    /// <summary>Adds all or nothing; completes when it is on the disk.</summary>
    public async Task AddAsync(IReadOnlyCollection<(string Site, DayCount Count)> counts, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        // In one order, so that two replicas never wait for each other.
        foreach (var (site, count) in counts.OrderBy(c => (c.Site, c.Count.Day, c.Count.Version)))
        {
            await using var add = Command(
                connection, Add, ("site", site), ("day", count.Day), ("version", count.Version), ("shown", count.Shown), ("accepted", count.Accepted),
                ("refused", count.Refused), ("chosen", count.Chosen), ("withdrawn", count.Withdrawn));
            add.Transaction = transaction;
            await add.ExecuteNonQueryAsync(cancel);
        }
        await transaction.CommitAsync(cancel);
    }

    /// <summary>By day and version; both days included.</summary>
    public async Task<IReadOnlyList<DayCount>> ReadAsync(string site, string from, string until, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(cancel);
        await using var read = Command(connection, Between, ("site", site), ("from", from), ("until", until));
        await using var rows = await read.ExecuteReaderAsync(cancel);
        var found = new List<DayCount>();
        while (await rows.ReadAsync(cancel))
        {
            found.Add(new DayCount(
                rows.GetString(0), rows.GetInt32(1), rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4), rows.GetInt64(5), rows.GetInt64(6)));
        }
        return found;
    }

    public void Dispose() => database.Dispose();

    private async Task<DbConnection> OpenAsync(CancellationToken cancel)
    {
        var connection = await database.OpenConnectionAsync(cancel);
        if (_hasTable) return connection;
        await using var make = Command(connection, Table);
        await make.ExecuteNonQueryAsync(cancel);
        _hasTable = true;
        return connection;
    }

    private static DbCommand Command(DbConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        return command;
    }
}
