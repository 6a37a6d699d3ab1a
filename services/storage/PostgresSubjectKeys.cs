using System.Collections.Concurrent;
using System.Security.Cryptography;
using Npgsql;

namespace Consent.Storage;

/// <summary>
/// Keys in a database of their own, shared by the replicas of a service, each under the key of its controller, which lies in the folder that they share. Each
/// replica makes them in blocks, committed before the first of a block is handed out. A key that was read is remembered for seconds, so that one
/// that another replica destroyed stops working soon. What was destroyed is vacuumed; until PostgreSQL uses its page again, a few bytes may lie
/// there. What lies in clear or under an older version is put under the newest in the background (<see cref="PostgresRewrap"/>).
/// </summary>
internal sealed class PostgresSubjectKeys : ISubjectKeys
{
    private const int KeyBytes = ControllerKey.Bytes;
    private const int SlotsPerBlock = 1024;

    /// <summary>Keys of a controller's first block; each next has four times as many.</summary>
    private const int FewestInBlock = 64;
    private const int MostRemembered = 20_000;
    private static readonly TimeSpan RememberedFor = TimeSpan.FromSeconds(3);
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<long, (byte[]? Key, int Controller, long Until)> _remembered = new();
    private readonly Dictionary<(int Number, int Version), Block> _blocks = [];
    private readonly NpgsqlDataSource _source;
    private readonly Places _places;
    private readonly string _schema;
    private readonly ControllerKeys _controllers;
    private readonly PostgresRewrap _rewrap;

    /// <param name="controllers">Disposed of with this.</param>
    /// <param name="rewraps">False to leave that to the caller.</param>
    public PostgresSubjectKeys(string connection, string schema, ControllerKeys controllers, bool rewraps = true)
    {
        _source = PostgresSource.Of(connection);
        _places = new Places(_source);
        (_schema, _controllers, _rewrap) = (schema, controllers, new PostgresRewrap(_source, schema, controllers));
        try
        {
            PostgresSchema.BringUpToDate(_source, schema, "keys", PostgresSchema.KeySteps);
            controllers.Require(PostgresRewrap.Used(_source, schema));
        }
        catch
        {
            Dispose();
            throw;
        }

        if (rewraps) _rewrap.Start();
    }

    public string? Alarm => _rewrap.Alarm;

    public async ValueTask<SubjectKey> NextAsync(string? controller = null)
    {
        while (true)
        {
            var under = await _controllers.OfAsync(controller);
            Task made;
            lock (_gate)
            {
                if (!_blocks.TryGetValue((under.Number, under.Version), out var block)) _blocks[(under.Number, under.Version)] = block = new Block(under);
                if (block.Take() is { } key)
                {
                    // What is sealed under it now is mostly read within seconds.
                    Remember(key.Slot, key.Key, under.Number, Environment.TickCount64 + (long)RememberedFor.TotalMilliseconds);
                    return key;
                }

                // No thread is held meanwhile: at a cold start hundreds come for the first block, and those that make it need threads too.
                made = block.Making ??= Task.Run(() => AddBlockAsync(block));
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

    public async ValueTask<long> SlotsAsync() => SlotsPerBlock * await _places.RunAsync(async () =>
    {
        await using var command = _source.CreateCommand($"SELECT CASE WHEN is_called THEN last_value + 1 ELSE 0 END FROM {_schema}.subject_block");
        return (long)(await command.ExecuteScalarAsync())!;
    });

    public bool Suits(long slot, string? controller) =>
        controller is null || (_remembered.TryGetValue(slot, out var known) && _controllers.ControllerOf(known.Controller) == controller);

    public void Destroy(IReadOnlyCollection<long> slots)
    {
        if (slots.Count == 0) return;
        using (var command = _source.CreateCommand($"UPDATE {_schema}.person_key SET key = NULL WHERE slot = ANY($1)"))
        {
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. slots] });
            command.ExecuteNonQuery();
        }

        foreach (var slot in slots) _remembered.TryRemove(slot, out _);
        using var vacuum = _source.CreateCommand($"VACUUM {_schema}.person_key");
        vacuum.ExecuteNonQuery();
    }

    public async Task<bool> DestroyControllerAsync(string controller)
    {
        var destroyed = await _controllers.DestroyAsync(controller);
        _remembered.Clear();
        return destroyed;
    }

    public void Dispose()
    {
        _rewrap.Dispose();
        _source.Dispose();
        _places.Dispose();
        _controllers.Dispose();
    }

    private async ValueTask<Dictionary<long, byte[]?>> FetchAsync(long[] wanted)
    {
        // By the time before it was read, so that one that is destroyed meanwhile is not remembered for longer.
        var until = Environment.TickCount64 + (long)RememberedFor.TotalMilliseconds;
        var rows = await _places.RunAsync(() => ReadAsync(wanted));
        await _controllers.ExpectAsync([.. rows.Values.Select(row => (row.Controller, row.Version)).Distinct()]);
        var found = rows.ToDictionary(row => row.Key, row => Opened(row.Key, row.Value));
        foreach (var (slot, key) in found) Remember(slot, key, rows[slot].Controller, until);
        return found;
    }

    private void Remember(long slot, byte[]? key, int controller, long until)
    {
        if (_remembered.Count > MostRemembered) _remembered.Clear();
        _remembered[slot] = (key, controller, until);
    }

    private byte[]? Opened(long slot, (byte[]? Key, int Controller, int Version) row)
    {
        if (row.Key is null || row.Controller == 0) return row.Key;
        if (_controllers.Find(row.Controller, row.Version) is not { } under) return null;
        under.Turn(row.Key, slot);
        return row.Key;
    }

    private async Task<Dictionary<long, (byte[]? Key, int Controller, int Version)>> ReadAsync(long[] wanted)
    {
        var found = new Dictionary<long, (byte[]? Key, int Controller, int Version)>(wanted.Length);
        await using var command = _source.CreateCommand($"SELECT slot, key, controller, version FROM {_schema}.person_key WHERE slot = ANY($1)");
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = wanted });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) found[reader.GetInt64(0)] = (reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1), reader.GetInt32(2), reader.GetInt32(3));
        // Committed before it was handed out: no row is not destroyed.
        return found.Count == wanted.Length ? found
            : throw new LogUnavailableException("The database of keys lacks a key that the log names: put its newest copy back.");
    }

    /// <summary>For all who wait for it, who share a failure too. Tried twice: the connection that the pool gave may have died unnoticed, and a block that nobody heard of is only a gap.</summary>
    private async Task AddBlockAsync(Block block)
    {
        try
        {
            var (first, keys) = await _places.RunAsync(async () =>
            {
                try
                {
                    return await MakeBlockAsync(block.Under, block.NextSize);
                }
                catch (NpgsqlException)
                {
                    return await MakeBlockAsync(block.Under, block.NextSize);
                }
            });
            lock (_gate) block.Fill(first, keys);
        }
        finally
        {
            lock (_gate) block.Making = null;
        }
    }

    private async Task<(long First, byte[][] Keys)> MakeBlockAsync(ControllerKey under, int size)
    {
        await using var next = _source.CreateCommand($"SELECT nextval('{_schema}.subject_block')");
        var first = (long)(await next.ExecuteScalarAsync())! * SlotsPerBlock;
        var keys = Enumerable.Range(0, size).Select(_ => RandomNumberGenerator.GetBytes(KeyBytes)).ToArray();
        await using var insert = _source.CreateCommand($"""
            WITH noted AS (INSERT INTO {_schema}.controller_key VALUES ($3, $4) ON CONFLICT DO NOTHING),
                used AS (INSERT INTO {_schema}.controller_key_used VALUES ($3, $4) ON CONFLICT DO NOTHING)
            INSERT INTO {_schema}.person_key (slot, key, controller, version) SELECT $1 + ord - 1, key, $3, $4 FROM unnest($2) WITH ORDINALITY AS t (key, ord)
            """);
        insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = first });
        insert.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. keys.Select((key, i) => Closed(under, key, first + i))] });
        insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = under.Number });
        insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = under.Version });
        await insert.ExecuteNonQueryAsync();
        return (first, keys);
    }

    private static byte[] Closed(ControllerKey under, byte[] key, long slot)
    {
        var closed = key.ToArray();
        under.Turn(closed, slot);
        return closed;
    }

    /// <summary>Used under the lock.</summary>
    private sealed class Block(ControllerKey under)
    {
        private byte[][] _keys = [];
        private long _first;
        private int _used;

        public ControllerKey Under => under;

        public Task? Making { get; set; }

        public int NextSize => _keys.Length == 0 ? FewestInBlock : Math.Min(SlotsPerBlock, 4 * _keys.Length);

        public SubjectKey? Take()
        {
            if (_used == _keys.Length) return null;
            var key = new SubjectKey(_first + _used, _keys[_used]);
            _keys[_used++] = [];
            return key;
        }

        public void Fill(long first, byte[][] keys) => (_first, _keys, _used) = (first, keys, 0);
    }
}
