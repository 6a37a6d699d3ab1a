using Npgsql;
using NpgsqlTypes;

namespace Consent.Storage;

/// <summary>Where records stand, found by their ids: one question for all of them.</summary>
internal static class PostgresPositions
{
    public static async Task<IReadOnlyList<long>> OfAsync(NpgsqlDataSource source, string schema, LogSecret secret, IReadOnlyList<string> ids, CancellationToken cancel)
    {
        var found = new long[ids.Count];
        var places = new List<(int Index, StreamKey Stream, int Epoch, long Version)>();
        for (var i = 0; i < ids.Count; i++)
            if (secret.TryPlace(ids[i], out var stream, out var epoch, out var version)) places.Add((i, stream, epoch, version));
        if (places.Count == 0) return found;
        await using var command = source.CreateCommand($"""
            SELECT t.index, r.position FROM unnest($1, $2, $3, $4) AS t (index, stream, epoch, version)
            JOIN {schema}.record AS r ON r.stream = t.stream AND r.version = t.version AND r.epoch = t.epoch
            """);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. places.Select(p => p.Index)] });
        command.Parameters.Add(new NpgsqlParameter { Value = places.Select(p => p.Stream.ToArray()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. places.Select(p => p.Epoch)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. places.Select(p => p.Version)] });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) found[reader.GetInt32(0)] = reader.GetInt64(1);
        return found;
    }
}
