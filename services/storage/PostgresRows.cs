using Npgsql;

namespace Consent.Storage;

/// <summary>The reads of a log in PostgreSQL, as many at once as there are places for.</summary>
internal sealed class PostgresRows(NpgsqlDataSource source, string schema) : IDisposable
{
    private const string Columns = "position, stream, epoch, version, kind, recorded_at, slot, name, request, body";

    public Places Places { get; } = new(source);

    public Task<object?> ScalarAsync(string sql, CancellationToken cancel, params object[] values) => Places.RunAsync(async () =>
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values) command.Parameters.AddWithValue(value);
        return await command.ExecuteScalarAsync(cancel) is { } found and not DBNull ? found : null;
    }, cancel);

    public Task<List<StoredRecord>> ReadAsync(string condition, CancellationToken cancel, params object[] values) => Places.RunAsync(async () =>
    {
        await using var command = source.CreateCommand($"SELECT {Columns} FROM {schema}.record {condition}");
        foreach (var value in values) command.Parameters.AddWithValue(value);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var rows = new List<StoredRecord>();
        while (await reader.ReadAsync(cancel))
        {
            rows.Add(new StoredRecord(
                reader.GetInt64(0), StreamKey.Read(reader.GetFieldValue<byte[]>(1)), reader.GetInt32(2), reader.GetInt64(3), reader.GetString(4), reader.GetInt64(5),
                reader.IsDBNull(6) ? null : reader.GetInt64(6), reader.IsDBNull(7) ? null : reader.GetString(7),
                reader.IsDBNull(8) ? null : reader.GetFieldValue<byte[]>(8), reader.GetFieldValue<byte[]>(9)));
        }

        return rows;
    }, cancel);

    /// <summary>Version of the newest record of a stream, and under which key it is sealed; null for an unknown stream.</summary>
    public Task<(long Version, long? Slot)?> NewestAsync(StreamKey stream, CancellationToken cancel) => Places.RunAsync<(long Version, long? Slot)?>(async () =>
    {
        await using var command = source.CreateCommand($"SELECT version, slot FROM {schema}.record WHERE stream = $1 ORDER BY version DESC LIMIT 1");
        command.Parameters.AddWithValue(stream.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? (reader.GetInt64(0), await reader.IsDBNullAsync(1, cancel) ? null : reader.GetInt64(1)) : null;
    }, cancel);

    /// <summary>By position, what record stands there and under which key it is sealed.</summary>
    public Task<Dictionary<long, ((StreamKey Stream, int Epoch, long Version) Place, long? Slot)>> SlotsAsync(long[] positions, CancellationToken cancel) => Places.RunAsync(async () =>
    {
        await using var command = source.CreateCommand($"SELECT position, stream, epoch, version, slot FROM {schema}.record WHERE position = ANY($1)");
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = positions });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var rows = new Dictionary<long, ((StreamKey Stream, int Epoch, long Version) Place, long? Slot)>();
        while (await reader.ReadAsync(cancel))
        {
            var place = (StreamKey.Read(reader.GetFieldValue<byte[]>(1)), reader.GetInt32(2), reader.GetInt64(3));
            rows[reader.GetInt64(0)] = (place, await reader.IsDBNullAsync(4, cancel) ? null : reader.GetInt64(4));
        }

        return rows;
    }, cancel);

    public void Dispose() => Places.Dispose();
}
