using Npgsql;

namespace Consent.Subscriber;

/// <summary>
/// Tells one follower in this process what all replicas wrote, of each subject in the order of the commits: by the places of the rows, and of the names that deleted
/// ones left for two minutes. Names are read to their end with each page of rows, however far those are, so that also a first reading that takes long misses none. It
/// must begin anew when it came too late for one of those, or the database is not the one that was read, as after a restart, a failover or a restore, with which
/// what was committed last may be lost and its places given again.
/// </summary>
internal sealed class FollowCommits(NpgsqlDataSource source) : IDisposable
{
    /// <summary>Told at once.</summary>
    private const int RowsAtOnce = 500;

    /// <summary>One statement, so that names and rows are of one moment: a row that came behind a name of its subject is not there without that name.</summary>
    private const string Changed =
        """
        SELECT seq, site, subject, epoch, version, body FROM (
            (SELECT seq, site, subject, epoch, version, body FROM receipts WHERE seq > $1 ORDER BY seq LIMIT $3)
            UNION ALL
            (SELECT seq, site, subject, NULL, NULL, NULL FROM gone WHERE seq > $2 ORDER BY seq LIMIT $3)) AS changed
        ORDER BY seq
        """;

    /// <summary>Which server and database this is, up to where names of deleted rows are gone, and how far places were given.</summary>
    public const string Ground =
        """
        SELECT pg_postmaster_start_time()::text || ' ' || d.oid, h.seq, CASE WHEN p.is_called THEN p.last_value ELSE 0 END
        FROM horizon AS h, place AS p, pg_database AS d WHERE d.datname = current_database()
        """;

    private readonly SemaphoreSlim _one = new(1);
    private Action<IReadOnlyList<ReceiptChange>>? _told;
    private string? _ground;
    private long _from;
    private long _after;
    private long _named;

    /// <summary>Tells what is held already, and from then on follows it. Throws when that cannot be done; what was told so far then counts no more.</summary>
    public async Task BeginAsync(Func<string, bool> concerns, Action<IReadOnlyList<ReceiptChange>> told, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            (_told, _ground, _from, _after, _named) = (null, null, 0, 0, 0);
            if (!await ReadOnAsync(told, concerns, cancel)) throw new StoreUnavailableException("The database changed under what was read of it.");
            _told = told;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Tells all that is committed by now. False when the follower has to begin anew.</summary>
    public async ValueTask<bool> CatchUpAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            if (_told is not { } told) return false;
            var isCurrent = await ReadOnAsync(told, _ => true, cancel);
            if (!isCurrent) _told = null;
            return isCurrent;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<bool> ReadOnAsync(Action<IReadOnlyList<ReceiptChange>> told, Func<string, bool> concerns, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                var (rows, names, ground, horizon, given) = await PageAsync(concerns, cancel);
                if (_ground is null) (_ground, _from) = (ground, horizon);
                else if (ground != _ground || given < Math.Max(_after, _named) || horizon > Math.Max(_from, _named)) return false;
                // No row before all names: one that was deleted and came again is the newer.
                var hasMoreNames = names.Count == RowsAtOnce;
                List<Placed> page = hasMoreNames ? names : [.. names, .. rows];
                if (page.Count > 0) told([.. page.Select(one => one.Change).OfType<ReceiptChange>()]);
                if (names.Count > 0) _named = names[^1].Place;
                if (hasMoreNames) continue;
                if (rows.Count > 0) _after = rows[^1].Place;
                if (rows.Count < RowsAtOnce) return true;
            }
        }
        catch (Exception e) when (PostgresSubscriberStore.IsAway(e))
        {
            throw PostgresSubscriberStore.Unavailable(e);
        }
    }

    /// <summary>On one connection, the ground behind the rows: a name that is gone by then may be missing among them.</summary>
    private async Task<(List<Placed> Rows, List<Placed> Names, string Ground, long Horizon, long Given)> PageAsync(Func<string, bool> concerns, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var both = new NpgsqlBatch(connection);
        both.BatchCommands.Add(new NpgsqlBatchCommand(Changed)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = _after }, new NpgsqlParameter<long> { TypedValue = _named }, new NpgsqlParameter<int> { TypedValue = RowsAtOnce },
            },
        });
        both.BatchCommands.Add(new NpgsqlBatchCommand(Ground));
        await using var reader = await both.ExecuteReaderAsync(cancel);
        var (rows, names) = (new List<Placed>(), new List<Placed>());
        while (await reader.ReadAsync(cancel)) (reader.IsDBNull(5) ? names : rows).Add(new Placed(reader.GetInt64(0), concerns(reader.GetString(2)) ? ChangeIn(reader) : null));
        await reader.NextResultAsync(cancel);
        await reader.ReadAsync(cancel);
        return (rows, names, reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    private static ReceiptChange ChangeIn(NpgsqlDataReader row)
    {
        var (site, subject) = (row.GetString(1), row.GetString(2));
        return row.IsDBNull(5)
            ? ReceiptChange.Gone(site, subject)
            : ReceiptChange.To(site, subject, HeldReceipts.Read(new HeldReceipt(site, subject, row.GetInt32(3), row.GetInt64(4), row.GetFieldValue<byte[]>(5), null, null)));
    }

    /// <param name="Change">Null when it is none of the follower's concern.</param>
    private sealed record Placed(long Place, ReceiptChange? Change);
}
