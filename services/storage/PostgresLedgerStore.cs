using System.Collections.Concurrent;
using Consent.Contracts;
using Npgsql;

namespace Consent.Storage;

/// <summary>The ledger beside a log on PostgreSQL: in the same schema, shared by the replicas of the service.</summary>
internal sealed class PostgresLedgerStore : ILedgerStore
{
    /// <summary>Positions are lower: the highest epoch begins at 2^54.</summary>
    private const int PositionBits = 54;
    private const long Positions = (1L << PositionBits) - 1;
    private const string Row = "sequence, delivery, name, closed_at, sooner";
    private readonly NpgsqlDataSource _source;
    private readonly Places _places;
    private readonly string _schema;
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    public PostgresLedgerStore(string connection, string service)
    {
        _source = PostgresSource.Of(connection);
        _places = new Places(_source);
        _schema = service.Replace('-', '_');
        PostgresSchema.BringUpToDate(_source, _schema, "ledger", LedgerSchema.Postgres);
    }

    public async ValueTask<IReadOnlyList<Subscriber>> RegistryAsync(CancellationToken cancel) => await ListAsync(
        $"""
        SELECT number, name, kinds, purposes, every_version, joined, frontier, last_seen, loaded, retired_at, retired_because
        FROM {_schema}.subscriber WHERE kinds <> '' ORDER BY name
        """,
        r => new Subscriber(
            r.GetInt16(0), r.GetString(1), Subscriber.Words(r.GetString(2)), r.IsDBNull(3) ? null : Subscriber.Words(r.GetString(3)), r.GetBoolean(4), r.GetInt64(5),
            r.GetInt64(6), r.GetInt64(7) == 0 ? null : Moment(r.GetInt64(7)), r.IsDBNull(8) ? null : r.GetBoolean(8), r.IsDBNull(9) ? null : Moment(r.GetInt64(9)),
            r.IsDBNull(10) ? null : r.GetString(10)),
        cancel);

    public async Task RegisterAsync(SubscriberAnnounced announced, DateTimeOffset? seen, long joined)
    {
        await AddAsync(announced.Subscriber);
        await DoAsync(
            $"""
            UPDATE {_schema}.subscriber SET kinds = $2, purposes = $3, every_version = $4, last_seen = CASE WHEN $5 = 0 THEN last_seen ELSE $5 END, loaded = $6,
                joined = CASE kinds WHEN '' THEN $7 ELSE joined END, frontier = CASE kinds WHEN '' THEN $7 ELSE frontier END
            WHERE name = $1
            """,
            announced.Subscriber, string.Join(' ', announced.Kinds), announced.Purposes is { } purposes ? string.Join(' ', purposes) : DBNull.Value,
            announced.EveryVersion, seen?.ToUnixTimeMilliseconds() ?? 0, announced.Loaded is { } loaded ? loaded : DBNull.Value, joined);
    }

    /// <summary>One message, one transaction: nobody can die holding the lock of the sequence.</summary>
    public async Task CloseAsync(string subscriber, IReadOnlyList<long> positions, DateTimeOffset appliedAt, DateTimeOffset closedAt)
    {
        await AddAsync(subscriber);
        await _places.RunAsync(() => CloseAsync(subscriber, positions, closedAt, ClosedRow.SoonerOf(appliedAt, closedAt)));
    }

    private async Task<int> CloseAsync(string subscriber, IReadOnlyList<long> positions, DateTimeOffset closedAt, int sooner)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var commands = new NpgsqlBatch(connection);
        commands.BatchCommands.Add(new NpgsqlBatchCommand($"UPDATE {_schema}.ledger SET sequence = sequence + $1")
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = positions.Count } },
        });
        commands.BatchCommands.Add(new NpgsqlBatchCommand($"""
            INSERT INTO {_schema}.applied (sequence, delivery, closed_at, sooner)
            SELECT l.sequence - cardinality($2) + t.ord, (s.number::bigint << {PositionBits}) + t.position, $3, $4
            FROM {_schema}.ledger AS l, {_schema}.subscriber AS s, unnest($2) WITH ORDINALITY AS t (position, ord) WHERE s.name = $1
            ON CONFLICT (delivery) DO NOTHING
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = subscriber }, new NpgsqlParameter<long[]> { TypedValue = [.. positions] },
                new NpgsqlParameter<long> { TypedValue = closedAt.ToUnixTimeMilliseconds() }, new NpgsqlParameter<int> { TypedValue = sooner },
            },
        });
        return await commands.ExecuteNonQueryAsync();
    }

    public async ValueTask<IReadOnlyList<ClosedRow>> ClosedOfAsync(long position, CancellationToken cancel) => await ListAsync(
        $"SELECT {Row} FROM {_schema}.subscriber JOIN {_schema}.applied ON delivery = (number::bigint << {PositionBits}) + $1 ORDER BY name", Closed, cancel, position);

    /// <summary>A piece of the sequence at a time, which the BRIN index finds; a piece may be empty, as repeats leave gaps.</summary>
    public async ValueTask<IReadOnlyList<ClosedRow>> ClosedAfterAsync(long sequence, int max, CancellationToken cancel)
    {
        var head = (await ListAsync($"SELECT sequence FROM {_schema}.ledger", r => r.GetInt64(0), cancel))[0];
        for (long after = sequence, piece = max; after < head; after += piece, piece *= 2)
        {
            var found = await ListAsync(
                $"SELECT {Row} FROM {_schema}.applied JOIN {_schema}.subscriber ON number = delivery >> {PositionBits} WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence LIMIT $3",
                Closed, cancel, after, after + piece, max);
            if (found.Count > 0) return found;
        }

        return [];
    }

    public async ValueTask<IReadOnlySet<long>> ClosedBetweenAsync(int subscriber, long after, long through, CancellationToken cancel) => (await ListAsync(
        $"SELECT delivery FROM {_schema}.applied WHERE delivery > $1 AND delivery <= $2", PositionIn, cancel, DeliveryOf(subscriber, after), DeliveryOf(subscriber, through))).ToHashSet();

    public async ValueTask<IReadOnlySet<long>> ClosedAmongAsync(int subscriber, IReadOnlyCollection<long> positions, CancellationToken cancel) => (await ListAsync(
        $"SELECT delivery FROM {_schema}.applied WHERE delivery = ANY($1)", PositionIn, cancel, positions.Select(p => DeliveryOf(subscriber, p)).ToArray())).ToHashSet();

    public Task MoveFrontierAsync(int subscriber, long position) =>
        DoAsync($"UPDATE {_schema}.subscriber SET frontier = $2 WHERE number = $1 AND frontier < $2", (short)subscriber, position);

    public async Task<bool> RetireAsync(string subscriber, string? because, DateTimeOffset at) => await DoAsync(
        $"UPDATE {_schema}.subscriber SET retired_at = $2, retired_because = $3 WHERE name = $1 AND kinds <> ''",
        subscriber, because is null ? DBNull.Value : at.ToUnixTimeMilliseconds(), because is null ? DBNull.Value : because) > 0;

    public void Dispose()
    {
        _source.Dispose();
        _places.Dispose();
    }

    /// <summary>A subscriber's number, of which there are 511 at most, and a position.</summary>
    internal static long DeliveryOf(int subscriber, long position) => ((long)subscriber << PositionBits) + position;

    private static long PositionIn(NpgsqlDataReader row) => row.GetInt64(0) & Positions;

    private static DateTimeOffset Moment(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static ClosedRow Closed(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetInt64(1) & Positions, row.GetString(2), Moment(row.GetInt64(3)), row.GetInt32(4));

    /// <summary>
    /// Under the lock of the sequence, so that two replicas do not give one number to two subscribers. The lock is a statement of its own:
    /// what waited for it sees, in the next, the number that was given meanwhile.
    /// </summary>
    private async Task AddAsync(string name)
    {
        if (_known.ContainsKey(name)) return;
        await _places.RunAsync(async () =>
        {
            await using var connection = await _source.OpenConnectionAsync();
            await using var commands = new NpgsqlBatch(connection);
            commands.BatchCommands.Add(new NpgsqlBatchCommand($"SELECT one FROM {_schema}.ledger FOR UPDATE"));
            commands.BatchCommands.Add(new NpgsqlBatchCommand($"""
                INSERT INTO {_schema}.subscriber (number, name, kinds, every_version, last_seen, joined, frontier)
                SELECT coalesce(max(number), 0) + 1, $1, '', false, 0, 0, 0 FROM {_schema}.subscriber ON CONFLICT (name) DO NOTHING
                """)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = name } },
            });
            return await commands.ExecuteNonQueryAsync();
        });
        _known[name] = true;
    }

    private Task<int> DoAsync(string sql, params object[] values) => _places.RunAsync(async () =>
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync();
    });

    private Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancel, params object[] values) => _places.RunAsync(async () =>
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var found = new List<T>();
        while (await reader.ReadAsync(cancel)) found.Add(read(reader));
        return found;
    }, cancel);

    private NpgsqlCommand Command(string sql, object[] values)
    {
        var command = _source.CreateCommand(sql);
        foreach (var value in values) command.Parameters.AddWithValue(value);
        return command;
    }
}
