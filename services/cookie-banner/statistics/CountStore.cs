using System.Data.Common;
using Consent.ServiceDefaults;
using Consent.Subscriber;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Consent.CookieBanner.Statistics;

/// <summary>
/// Sums per site, day and version, and nothing else: in <c>{Data}/cookie-banner/counts.db</c>, or with <c>Storage:Engine</c> =
/// <c>postgres</c>, or <c>cosmos</c> and <c>Storage:Postgres</c> beside it, in the table <c>cookie_banner.counts</c>, where several replicas add
/// to the same sums. The statements are those that SQLite and PostgreSQL have in common.
/// </summary>
/// <param name="before">What the table needs to be there first; empty for nothing.</param>
/// <param name="table">Its name.</param>
internal sealed class CountStore(DbDataSource database, string before, string table) : IDisposable
{
    private readonly string _make = $"""
        {before}
        CREATE TABLE IF NOT EXISTS {table} (
          site TEXT NOT NULL, day TEXT NOT NULL, version INTEGER NOT NULL,
          shown BIGINT NOT NULL, accepted BIGINT NOT NULL, refused BIGINT NOT NULL, chosen BIGINT NOT NULL, withdrawn BIGINT NOT NULL,
          PRIMARY KEY (site, day, version))
        """;

    private readonly string _add = $"""
        INSERT INTO {table} AS held (site, day, version, shown, accepted, refused, chosen, withdrawn)
        VALUES (@site, @day, @version, @shown, @accepted, @refused, @chosen, @withdrawn)
        ON CONFLICT (site, day, version) DO UPDATE SET shown = held.shown + excluded.shown, accepted = held.accepted + excluded.accepted,
          refused = held.refused + excluded.refused, chosen = held.chosen + excluded.chosen, withdrawn = held.withdrawn + excluded.withdrawn
        """;

    private readonly string _between = $"""
        SELECT day, version, shown, accepted, refused, chosen, withdrawn FROM {table}
        WHERE site = @site AND day >= @from AND day <= @until ORDER BY day, version
        """;

    private bool _hasTable;

    /// <summary>Where what the service holds of declarations lies too.</summary>
    /// <exception cref="InvalidOperationException">The settings make no sense; it says what to set.</exception>
    public static CountStore Of(IConfiguration settings, string service) => OpenSubscriberStore.ConnectionIn(settings) is { } connection
        ? new CountStore(NpgsqlDataSource.Create($"Maximum Pool Size=2;Timeout=5;Command Timeout=10;{connection}"), "CREATE SCHEMA IF NOT EXISTS cookie_banner;", "cookie_banner.counts")
        : InFile(ServiceData.FileOf(settings, service, "counts.db"));

    public static CountStore InFile(string file) => new(SqliteFactory.Instance.CreateDataSource($"Data Source={file}"), "", "counts");

    /// <summary>Adds all or nothing; completes when it is on the disk. Throws <see cref="CountsUnavailableException"/>.</summary>
    public Task AddAsync(IReadOnlyCollection<(string Site, DayCount Count)> counts, CancellationToken cancel) => TryAsync(async connection =>
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        // In one order, so that two replicas never wait for each other.
        foreach (var (site, count) in counts.OrderBy(c => (c.Site, c.Count.Day, c.Count.Version)))
        {
            await using var add = Command(
                connection, _add, ("site", site), ("day", count.Day), ("version", count.Version), ("shown", count.Shown), ("accepted", count.Accepted),
                ("refused", count.Refused), ("chosen", count.Chosen), ("withdrawn", count.Withdrawn));
            add.Transaction = transaction;
            await add.ExecuteNonQueryAsync(cancel);
        }
        await transaction.CommitAsync(cancel);
        return true;
    }, cancel);

    /// <summary>By day and version; both days included. Throws <see cref="CountsUnavailableException"/>.</summary>
    public Task<IReadOnlyList<DayCount>> ReadAsync(string site, string from, string until, CancellationToken cancel) => TryAsync(async connection =>
    {
        await using var read = Command(connection, _between, ("site", site), ("from", from), ("until", until));
        await using var rows = await read.ExecuteReaderAsync(cancel);
        var found = new List<DayCount>();
        while (await rows.ReadAsync(cancel))
        {
            found.Add(new DayCount(
                rows.GetString(0), rows.GetInt32(1), rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4), rows.GetInt64(5), rows.GetInt64(6)));
        }
        return (IReadOnlyList<DayCount>)found;
    }, cancel);

    public void Dispose() => database.Dispose();

    private async Task<T> TryAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancel)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancel);
            if (!_hasTable)
            {
                await using var make = Command(connection, _make);
                await make.ExecuteNonQueryAsync(cancel);
                _hasTable = true;
            }

            return await work(connection);
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            throw new CountsUnavailableException(e);
        }
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

/// <summary>The sums cannot be reached for now.</summary>
internal sealed class CountsUnavailableException(Exception inner) : Exception("The counts of the banner cannot be reached.", inner), IUnavailable;
