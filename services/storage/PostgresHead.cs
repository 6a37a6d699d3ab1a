using Npgsql;
using NpgsqlTypes;

namespace Consent.Storage;

/// <summary>A record that was seen committed.</summary>
/// <param name="Digest">SHA-256 of what is stored of it, which bears a random nonce: another record in its place is told from it.</param>
internal sealed record SeenRecord(long Position, StreamKey Stream, long Version, byte[] Digest);

/// <summary>What a process has seen of a log: how far it had come, and a record near its end.</summary>
internal sealed record Known(Mark Mark, SeenRecord? Record)
{
    public static Known Nothing { get; } = new(default, null);

    /// <summary>More than any log has: by this measure each has lost something.</summary>
    public static Known Everything { get; } = new(new Mark(int.MaxValue, long.MaxValue), null);
}

/// <param name="Newest">Its newest record, which lies below the mark where the last that asked for a position lost, or where an epoch began; null of an empty log.</param>
/// <param name="IsLost">Whether something is not there any more that is known to have been committed.</param>
internal sealed record FoundHead(Mark Mark, SeenRecord? Newest, bool IsLost);

/// <summary>The row that gives out the positions of a log on PostgreSQL: how it is read, and how an epoch is begun there.</summary>
internal static class PostgresHead
{
    public static async Task<FoundHead> ReadAsync(NpgsqlDataSource source, string schema, Known known)
    {
        await using var command = source.CreateCommand($"""
            SELECT l.epoch, l.position, n.position, n.stream, n.version, sha256(n.body), {HasLost(schema)}
            FROM {schema}.log AS l LEFT JOIN LATERAL (SELECT position, stream, version, body FROM {schema}.record ORDER BY position DESC LIMIT 1) AS n ON true
            """);
        Add(command, known);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new FoundHead(
            new Mark(reader.GetInt32(0), reader.GetInt64(1)),
            await reader.IsDBNullAsync(2) ? null
                : new SeenRecord(reader.GetInt64(2), StreamKey.Read(reader.GetFieldValue<byte[]>(3)), reader.GetInt64(4), reader.GetFieldValue<byte[]>(5)),
            reader.GetBoolean(6));
    }

    /// <summary>
    /// Begins an epoch, never lower than one that another replica began, if the log lacks something of what is known. All leases are taken back with it: what their holders have read may be
    /// of what is lost, so no cursor moves by it.
    /// </summary>
    /// <returns>Where the epoch begins; null where nothing is lost, or another replica has begun an epoch since that was known.</returns>
    public static async Task<Mark?> BeginEpochAsync(NpgsqlDataSource source, string schema, int next, Known known)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (await RaiseAsync(connection, schema, next, known) is not { } begun) return null;
        await using (var taken = new NpgsqlCommand($"UPDATE {schema}.lease SET holder = '', fence = fence + 1", connection)) await taken.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return begun;
    }

    private static async Task<Mark?> RaiseAsync(NpgsqlConnection connection, string schema, int next, Known known)
    {
        await using var command = new NpgsqlCommand(
            $"UPDATE {schema}.log AS l SET epoch = greatest(l.epoch, $7), position = greatest(l.position, $8) WHERE {HasLost(schema)} RETURNING l.epoch, l.position", connection);
        Add(command, known);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = next });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Restored.FloorOf(next) });
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? new Mark(reader.GetInt32(0), reader.GetInt64(1)) : null;
    }

    /// <summary>
    /// A record goes by an erasure alone, which leaves a tombstone of a higher version in its stream. Whoever compares with it knows of no later epoch: with one that has begun meanwhile
    /// the loss has been dealt with.
    /// </summary>
    private static string HasLost(string schema) => $"""
        ((l.epoch, l.position) < ($1, $2) OR (l.epoch = $1 AND $3 IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM {schema}.record AS r WHERE r.stream = $3 AND r.version = $4 AND r.position = $5 AND sha256(r.body) = $6)
            AND NOT EXISTS (SELECT 1 FROM {schema}.record AS r WHERE r.stream = $3 AND r.version > $4 AND r.kind = '{LogRecord.Erased}')))
        """;

    private static void Add(NpgsqlCommand command, Known known)
    {
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = known.Mark.Epoch });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = known.Mark.Position });
        command.Parameters.Add(new NpgsqlParameter { Value = known.Record is { } one ? one.Stream.ToArray() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = known.Record?.Version ?? 0 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = known.Record?.Position ?? 0 });
        command.Parameters.Add(new NpgsqlParameter { Value = known.Record is { } same ? same.Digest : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
    }
}
