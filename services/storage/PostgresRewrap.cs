using Npgsql;

namespace Consent.Storage;

/// <summary>
/// Puts keys of persons in PostgreSQL under the newest key of their controller, a page at a time. A row holds its key and what that lies under, and changes
/// in one statement, only from what was read: so readers, an erasure that comes between, other replicas at the same work and a crash at any moment
/// find the one or the other. That a controller is done is noted last.
/// </summary>
internal sealed class PostgresRewrap(NpgsqlDataSource source, string schema, ControllerKeys controllers) : IDisposable
{
    private const int Page = 1000;
    private readonly CancellationTokenSource _closing = new();
    private readonly Rewrapping _progress = new(schema);
    private Task _running = Task.CompletedTask;

    public string? Alarm => _progress.Alarm;

    /// <summary>Keys of controllers under which something lies, or lay: each is noted before anything is put under it.</summary>
    public static IReadOnlyList<(int Number, int Version)> Used(NpgsqlDataSource source, string schema) => In(source, $"{schema}.controller_key_used");

    /// <summary>Of each controller the version under which all its keys lie, or a newer one.</summary>
    private static List<(int Number, int Version)> Noted(NpgsqlDataSource source, string schema) => In(source, $"{schema}.controller_key");

    private static List<(int Number, int Version)> In(NpgsqlDataSource source, string table)
    {
        using var command = source.CreateCommand($"SELECT controller, version FROM {table}");
        using var reader = command.ExecuteReader();
        var noted = new List<(int, int)>();
        while (reader.Read()) noted.Add((reader.GetInt32(0), reader.GetInt32(1)));
        return noted;
    }

    public void Start() => _running = Task.Run(() => _progress.RunAsync(RewrapAsync, _closing.Token), CancellationToken.None);

    /// <summary>Ends it, at a page's end at the latest.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        _running.GetAwaiter().GetResult();
        _closing.Dispose();
    }

    /// <returns>How many keys.</returns>
    internal async Task<int> RewrapAsync(CancellationToken closing)
    {
        var noted = Noted(source, schema);
        var due = noted.Select(one => (one.Number, Newest: controllers.Newest(one.Number))).Where(one => one.Newest is { } newest && !noted.Contains((one.Number, newest.Version)))
            .ToDictionary(one => one.Number, one => one.Newest!);
        if (!noted.Contains((0, 0))) due[0] = await controllers.OfAsync(null);
        if (due.Count == 0)
        {
            _progress.Left(0);
            return 0;
        }

        await UseAsync([.. due.Values], closing);
        var left = await CountAsync([.. due.Keys], closing);
        _progress.Left(left);
        var (done, after) = (0, -1L);
        while (await PageAsync([.. due.Keys], after, closing) is { Count: > 0 } page)
        {
            await controllers.ExpectAsync([.. page.Select(row => (row.Controller, row.Version)).Distinct()]);
            List<Turned> turned = [.. page.Select(row => Turn(row, due[row.Controller])).OfType<Turned>()];
            if (turned.Count > 0) await UpdateAsync(turned, closing);
            (done, after) = (done + turned.Count, page[^1].Slot);
            _progress.Left(left = Math.Max(0, left - page.Count));
        }

        await NoteAsync(due, closing);
        _progress.Left(0);
        if (done == 0) return 0;
        // What lay there before is gone when its row is.
        await using var vacuum = source.CreateCommand($"VACUUM {schema}.person_key");
        await vacuum.ExecuteNonQueryAsync(closing);
        return done;
    }

    private async Task<long> CountAsync(int[] numbers, CancellationToken closing)
    {
        await using var command = source.CreateCommand($"SELECT count(*) FROM {schema}.person_key WHERE controller = ANY($1) AND key IS NOT NULL");
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = numbers });
        return (long)(await command.ExecuteScalarAsync(closing))!;
    }

    private async Task UseAsync(List<ControllerKey> targets, CancellationToken closing)
    {
        await using var command = source.CreateCommand($"INSERT INTO {schema}.controller_key_used SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING");
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. targets.Select(to => to.Number)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. targets.Select(to => to.Version)] });
        await command.ExecuteNonQueryAsync(closing);
    }

    private async Task<List<Row>> PageAsync(int[] numbers, long after, CancellationToken closing)
    {
        await using var command = source.CreateCommand(
            $"SELECT slot, key, controller, version FROM {schema}.person_key WHERE slot > $1 AND controller = ANY($2) AND key IS NOT NULL ORDER BY slot LIMIT {Page}");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = numbers });
        await using var reader = await command.ExecuteReaderAsync(closing);
        var rows = new List<Row>();
        while (await reader.ReadAsync(closing)) rows.Add(new Row(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetInt32(2), reader.GetInt32(3)));
        return rows;
    }

    /// <summary>Null where it lies there already, or under what was destroyed.</summary>
    private Turned? Turn(Row row, ControllerKey target)
    {
        if (row.Controller == target.Number && row.Version >= target.Version) return null;
        var key = row.Key.ToArray();
        if (row.Controller != 0)
        {
            if (controllers.Find(row.Controller, row.Version) is not { } from) return null;
            from.Turn(key, row.Slot);
        }

        target.Turn(key, row.Slot);
        return new Turned(row, key, target);
    }

    private async Task UpdateAsync(List<Turned> turned, CancellationToken closing)
    {
        await using var command = source.CreateCommand($"""
            UPDATE {schema}.person_key AS k SET key = t.fresh, controller = t.controller, version = t.version
            FROM unnest($1, $2, $3, $4, $5) AS t (slot, old, fresh, controller, version) WHERE k.slot = t.slot AND k.key = t.old
            """);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. turned.Select(t => t.Row.Slot)] });
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. turned.Select(t => t.Row.Key)] });
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. turned.Select(t => t.Key)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. turned.Select(t => t.Target.Number)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. turned.Select(t => t.Target.Version)] });
        await command.ExecuteNonQueryAsync(closing);
    }

    private async Task NoteAsync(Dictionary<int, ControllerKey> due, CancellationToken closing)
    {
        await using var command = source.CreateCommand($"""
            INSERT INTO {schema}.controller_key AS c SELECT * FROM unnest($1, $2) ON CONFLICT (controller) DO UPDATE SET version = greatest(c.version, excluded.version)
            """);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. due.Keys, .. due.Values.Select(to => to.Number).Except(due.Keys)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. due.Select(one => one.Key == 0 ? 0 : one.Value.Version), .. due.Values.Where(to => !due.ContainsKey(to.Number)).Select(to => to.Version)] });
        await command.ExecuteNonQueryAsync(closing);
    }

    private sealed record Row(long Slot, byte[] Key, int Controller, int Version);

    private sealed record Turned(Row Row, byte[] Key, ControllerKey Target);
}
