using System.Collections.Concurrent;
using System.Security.Cryptography;
using Npgsql;

namespace Consent.Storage;

/// <summary>
/// Keys in a database of their own, shared by the replicas of a service. Each replica makes them in blocks, committed before the
/// first of a block is handed out. A key that was read is remembered for seconds, so that one that another replica destroyed
/// stops working soon. What was destroyed is vacuumed; until PostgreSQL uses its page again, a few bytes may lie there.
/// </summary>
internal sealed class PostgresSubjectKeys : ISubjectKeys
{
    private const int KeyBytes = 32;
    private const int SlotsPerBlock = 1024;
    private const int MostRemembered = 20_000;
    private static readonly TimeSpan RememberedFor = TimeSpan.FromSeconds(3);
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<long, (byte[]? Key, long Until)> _remembered = new();
    private readonly NpgsqlDataSource _source;
    private readonly Places _places;
    private readonly string _schema;
    private Task? _making;
    private byte[][] _block = [];
    private long _first;
    private int _used;

    public PostgresSubjectKeys(string connection, string schema)
    {
        _source = PostgresSource.Of(connection);
        _places = new Places(_source);
        _schema = schema;
        PostgresSchema.BringUpToDate(_source, schema, "keys", PostgresSchema.KeySteps);
    }

    public async ValueTask<SubjectKey> NextAsync()
    {
        while (true)
        {
            Task made;
            lock (_gate)
            {
                if (_used < _block.Length)
                {
                    var key = new SubjectKey(_first + _used, _block[_used]);
                    _block[_used++] = [];
                    return key;
                }

                // No thread is held meanwhile: at a cold start hundreds come for the first block, and those that make it need threads too.
                made = _making ??= Task.Run(AddBlockAsync);
            }

            await made;
        }
    }

    public byte[]? Find(long slot)
    {
        if (_remembered.TryGetValue(slot, out var known) && known.Until > Environment.TickCount64) return known.Key;
        // Seldom: whoever reads records expects their keys first.
        return FetchAsync([slot]).AsTask().GetAwaiter().GetResult()[slot];
    }

    public async ValueTask ExpectAsync(IReadOnlyCollection<long> slots)
    {
        // Those too that would be forgotten between here and there.
        var soon = Environment.TickCount64 + 500;
        var wanted = slots.Where(s => !_remembered.TryGetValue(s, out var known) || known.Until <= soon).Distinct().ToArray();
        if (wanted.Length > 0) await FetchAsync(wanted);
    }

    private async ValueTask<Dictionary<long, byte[]?>> FetchAsync(long[] wanted)
    {
        if (_remembered.Count > MostRemembered) _remembered.Clear();
        // By the time before it was read, so that one that is destroyed meanwhile is not remembered for longer.
        var until = Environment.TickCount64 + (long)RememberedFor.TotalMilliseconds;
        var found = await _places.RunAsync(() => ReadAsync(wanted));
        foreach (var (slot, key) in found) _remembered[slot] = (key, until);
        return found;
    }

    private async Task<Dictionary<long, byte[]?>> ReadAsync(long[] wanted)
    {
        // Absent until read to the end: another thread that found half of this would take living records for erased ones.
        var found = wanted.ToDictionary(slot => slot, _ => (byte[]?)null);
        await using var command = _source.CreateCommand($"SELECT slot, key FROM {_schema}.subject_key WHERE slot = ANY($1)");
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = wanted });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) found[reader.GetInt64(0)] = reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1);
        return found;
    }

    public void Destroy(IReadOnlyCollection<long> slots)
    {
        if (slots.Count == 0) return;
        using (var command = _source.CreateCommand($"UPDATE {_schema}.subject_key SET key = NULL WHERE slot = ANY($1)"))
        {
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. slots] });
            command.ExecuteNonQuery();
        }

        foreach (var slot in slots) _remembered.TryRemove(slot, out _);
        using var vacuum = _source.CreateCommand($"VACUUM {_schema}.subject_key");
        vacuum.ExecuteNonQuery();
    }

    public void Dispose()
    {
        _source.Dispose();
        _places.Dispose();
    }

    /// <summary>For all who wait for it, who share a failure too. Tried twice: the connection that the pool gave may have died unnoticed, and a block that nobody heard of is only a gap.</summary>
    private async Task AddBlockAsync()
    {
        try
        {
            var (first, block) = await _places.RunAsync(async () =>
            {
                try
                {
                    return await MakeBlockAsync();
                }
                catch (NpgsqlException)
                {
                    return await MakeBlockAsync();
                }
            });
            lock (_gate) (_block, _first, _used) = (block, first, 0);
        }
        finally
        {
            lock (_gate) _making = null;
        }
    }

    private async Task<(long First, byte[][] Block)> MakeBlockAsync()
    {
        await using var next = _source.CreateCommand($"SELECT nextval('{_schema}.subject_block')");
        var first = (long)(await next.ExecuteScalarAsync())! * SlotsPerBlock;
        var block = Enumerable.Range(0, SlotsPerBlock).Select(_ => RandomNumberGenerator.GetBytes(KeyBytes)).ToArray();
        await using var insert = _source.CreateCommand($"INSERT INTO {_schema}.subject_key SELECT $1 + ord - 1, key FROM unnest($2) WITH ORDINALITY AS t (key, ord)");
        insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = first });
        insert.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = block });
        await insert.ExecuteNonQueryAsync();
        return (first, block);
    }
}
