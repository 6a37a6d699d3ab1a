using Npgsql;

namespace Consent.Storage;

/// <summary>What is done to a log on PostgreSQL beside appending: erasures, leases, cursors. Each in a short transaction of its own.</summary>
internal static class PostgresWork
{
    /// <summary>A database that cannot be reached is unavailable, in the words of the log.</summary>
    public static async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is NpgsqlException or ObjectDisposedException)
        {
            throw new LogUnavailableException("The database could not do it.", e);
        }
    }

    /// <summary>Whether the log was begun with this secret; a log that is new is begun with it. False for another.</summary>
    public static async Task<bool> IsSecretAsync(NpgsqlDataSource source, string schema, byte[] fingerprint)
    {
        await using var connection = await source.OpenConnectionAsync();
        await DoAsync(connection, $"UPDATE {schema}.log SET secret = $1 WHERE secret IS NULL", fingerprint);
        return await FirstAsync(connection, $"SELECT secret = $1 FROM {schema}.log", r => r.GetBoolean(0), fingerprint);
    }

    /// <param name="known">How far the log was seen: where it says less, this throws <see cref="LogUnavailableException"/>, and an epoch is begun at the next look.</param>
    public static async Task<(StoredRecord Tombstone, List<long> Slots)?> EraseAsync(
        NpgsqlDataSource source, string schema, StreamKey stream, ReadOnlyMemory<byte> tombstone, DateTimeOffset at, long? expected, Mark known)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var name = stream.ToArray();
        var (epoch, position) = await FirstAsync(
            connection, $"UPDATE {schema}.log SET position = position + 1 WHERE (epoch, position) >= ($1, $2) RETURNING epoch, position", r => (r.GetInt32(0), r.GetInt64(1)),
            known.Epoch, known.Position);
        if (epoch == 0) throw new LogUnavailableException("The database lost what it had committed, and a new epoch is about to begin.");
        var (version, kind) = await FirstAsync(
            connection, $"SELECT version, kind FROM {schema}.record WHERE stream = $1 ORDER BY version DESC LIMIT 1", r => (r.GetInt64(0), r.GetString(1)), name);
        if (version == 0 || kind == LogRecord.Erased || (expected ?? version) != version) return null;
        var slots = await ListAsync(connection, $"SELECT DISTINCT slot FROM {schema}.record WHERE stream = $1 AND slot IS NOT NULL", name);
        foreach (var slot in slots) await DoAsync(connection, $"INSERT INTO {schema}.doomed VALUES ($1) ON CONFLICT DO NOTHING", slot);
        await DoAsync(connection, $"DELETE FROM {schema}.record WHERE stream = $1", name);
        var left = LogCipher.Tombstone(stream, epoch, version + 1, tombstone, at) with { Position = position };
        await DoAsync(
            connection, $"INSERT INTO {schema}.record (position, stream, version, epoch, kind, recorded_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            position, name, left.Version, epoch, left.Kind, left.RecordedAt, left.Body);
        await transaction.CommitAsync();
        return (left, slots);
    }

    public static async Task<List<long>> DoomedAsync(NpgsqlDataSource source, string schema)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await ListAsync(connection, $"SELECT slot FROM {schema}.doomed");
    }

    /// <summary>Throws <see cref="IOException"/> when the newest records name keys that were never made: the database of keys came back from an older copy than the data.</summary>
    public static async Task RequireAsync(NpgsqlDataSource source, string schema, ISubjectKeys keys)
    {
        await using var connection = await source.OpenConnectionAsync();
        var newest = await FirstAsync(
            connection, $"SELECT coalesce(max(slot), -1) FROM (SELECT slot FROM {schema}.record ORDER BY position DESC LIMIT 10000) AS newest", r => r.GetInt64(0));
        if (newest >= await keys.SlotsAsync()) throw LogFiles.KeysAreOlder();
    }

    /// <summary>Destroys the keys of what was erased, and then no longer notes that this is to be done.</summary>
    public static async Task DestroyAsync(NpgsqlDataSource source, string schema, ISubjectKeys keys, List<long> slots)
    {
        if (slots.Count == 0) return;
        keys.Destroy(slots);
        await using var connection = await source.OpenConnectionAsync();
        await DoAsync(connection, $"DELETE FROM {schema}.doomed WHERE slot = ANY($1)", slots.ToArray());
    }

    public static async Task<Lease?> AcquireAsync(NpgsqlDataSource source, string schema, string name, string holder, long term, bool ifCutOff)
    {
        await using var connection = await source.OpenConnectionAsync();
        // Every replica looks every few seconds, and nearly always there is nothing: that locks and writes nothing.
        if (ifCutOff && !await FirstAsync(
            connection,
            $"SELECT EXISTS (SELECT 1 FROM {schema}.lease, {schema}.store_clock() AS clock WHERE name = $1 AND holder <> '' AND (clock >= expires_at OR clock < granted_at))",
            r => r.GetBoolean(0), name)) return null;
        await using var transaction = await connection.BeginTransactionAsync();
        await DoAsync(connection, $"INSERT INTO {schema}.lease VALUES ($1, '', 0, 0, 0) ON CONFLICT DO NOTHING", name);
        var (state, clock) = await FirstAsync(
            connection, $"SELECT holder, fence, granted_at, expires_at, {schema}.store_clock() FROM {schema}.lease WHERE name = $1 FOR UPDATE",
            r => (new LeaseState(r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3)), r.GetInt64(4)), name);
        if (LeaseState.Ask(state, holder, clock, term, ifCutOff) is not { } granted) return null;
        await DoAsync(
            connection, $"UPDATE {schema}.lease SET holder = $2, fence = $3, granted_at = $4, expires_at = $5 WHERE name = $1",
            name, granted.Holder, granted.Fence, granted.GrantedAt, granted.ExpiresAt);
        await transaction.CommitAsync();
        return new Lease(name, holder, granted.Fence, DateTimeOffset.FromUnixTimeMilliseconds(granted.ExpiresAt));
    }

    public static async Task<bool> ReleaseAsync(NpgsqlDataSource source, string schema, Lease lease)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await DoAsync(connection, $"UPDATE {schema}.lease SET holder = '' WHERE name = $1 AND fence = $2", lease.Name, lease.Fence) > 0;
    }

    /// <summary>One statement, which locks the lease: no grant to another can come between the look and the move.</summary>
    /// <param name="known">How far the log was seen: where it says less, the cursor may be behind what is lost, and is not moved.</param>
    public static async Task<bool> MoveCursorAsync(NpgsqlDataSource source, string schema, Lease lease, long position, Mark known)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await DoAsync(
            connection,
            $"""
            WITH held AS (
                SELECT name FROM {schema}.lease
                WHERE name = $1 AND fence = $2 AND EXISTS (SELECT 1 FROM {schema}.log AS l WHERE (l.epoch, l.position) >= ($4, $5)) FOR UPDATE)
            INSERT INTO {schema}.cursor AS c (name, position) SELECT name, $3 FROM held
            ON CONFLICT (name) DO UPDATE SET position = greatest(c.position, excluded.position)
            """,
            lease.Name, lease.Fence, position, known.Epoch, known.Position) > 0;
    }

    private static async Task<int> DoAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync();
    }

    private static async Task<T?> FirstAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? read(reader) : default;
    }

    private static async Task<List<long>> ListAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<long>();
        while (await reader.ReadAsync()) found.Add(reader.GetInt64(0));
        return found;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.AddWithValue(value);
        return command;
    }
}
