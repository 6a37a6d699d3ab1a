using Microsoft.Data.Sqlite;

namespace Consent.Storage;

/// <summary>The log's writes, on the writer's connection. Each is a part of one transaction.</summary>
internal sealed class LogWriter : StatementSet
{
    private readonly Statement _append;
    private readonly Statement _newest;
    private readonly Statement _slots;
    private readonly Statement _delete;
    private readonly Statement _bury;
    private readonly Statement _doom;
    private readonly Statement _doomed;
    private readonly Statement _forget;
    private readonly Statement _lease;
    private readonly Statement _setLease;
    private readonly Statement _setCursor;
    private readonly Statement _raise;
    private readonly Statement _reach;

    public LogWriter(SqliteConnection connection) : base(connection)
    {
        (Epoch, var floor) = Prepare("SELECT epoch, floor FROM log").First(row => (row.Int32(0), row.Int64(1)));
        NewestPosition = Prepare("SELECT max(position) FROM record").Number() ?? 0;
        LastPosition = Math.Max(floor, NewestPosition);
        Slots = Prepare("SELECT slots FROM keys_layout").Number() ?? 0;
        // A version or key that is taken makes no row; it ends neither the statement nor the transaction it shares.
        _append = Prepare("""
            INSERT OR IGNORE INTO record (position, stream, version, epoch, kind, recorded_at, slot, name, request, body)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
            WHERE ?3 = 1 + coalesce((SELECT max(version) FROM record WHERE stream = ?2), 0)
            AND (?9 IS NULL OR NOT EXISTS (SELECT 1 FROM record WHERE stream = ?2 AND substr(request, 1, 8) = substr(?9, 1, 8)))
            """);
        _newest = Prepare("SELECT version, kind FROM record WHERE stream = ?1 ORDER BY version DESC LIMIT 1");
        _slots = Prepare("SELECT DISTINCT slot FROM record WHERE stream = ?1 AND slot IS NOT NULL");
        _delete = Prepare("DELETE FROM record WHERE stream = ?1");
        // The rows that it stands for are gone already: no check of the version before.
        _bury = Prepare("INSERT INTO record (position, stream, version, epoch, kind, recorded_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _doom = Prepare("INSERT OR IGNORE INTO doomed VALUES (?1)");
        _doomed = Prepare("SELECT slot FROM doomed");
        _forget = Prepare("DELETE FROM doomed WHERE slot = ?1");
        _lease = Prepare("SELECT holder, fence, granted_at, expires_at FROM lease WHERE name = ?1");
        _setLease = Prepare("INSERT OR REPLACE INTO lease VALUES (?1, ?2, ?3, ?4, ?5)");
        _setCursor = Prepare("INSERT INTO cursor VALUES (?1, ?2) ON CONFLICT DO UPDATE SET position = excluded.position WHERE excluded.position > position");
        _raise = Prepare("UPDATE log SET epoch = ?1, floor = ?2");
        _reach = Prepare("UPDATE keys_layout SET slots = ?1");
    }

    public int Epoch { get; private set; }

    /// <summary>The next record's position lies behind it. Where an epoch began, no record has it.</summary>
    public long LastPosition { get; private set; }

    public long NewestPosition { get; private set; }

    /// <summary>Slots of keys that there must be: no record ever named a higher one, whether it is still there or not. Noted by whole segments, so that it is written seldom.</summary>
    public long Slots { get; private set; }

    /// <summary>What was appended since it was last taken, which happens with each commit.</summary>
    public List<LogRecord> Fresh { get; } = [];

    /// <summary>Whether a stream was erased since: then nothing that was appended before may be remembered.</summary>
    public bool HasErased { get; set; }

    /// <returns>Its position; 0 when it lost.</returns>
    public long Append(StoredRecord record)
    {
        // Decided in another epoch, it speaks of a history that may be no more.
        if (record.Epoch != Epoch) return 0;
        var position = LastPosition + 1;
        var rows = _append.Run(
            position, record.Stream.ToArray(), record.Version, record.Epoch, record.Kind, record.RecordedAt, record.Slot, record.Name, record.Request, record.Body);
        if (rows == 0) return 0;
        if (record.Slot >= Slots)
        {
            Slots = ((record.Slot.Value / SubjectKeyFile.SlotsPerSegment) + 1) * SubjectKeyFile.SlotsPerSegment;
            _reach.Run(Slots);
        }

        return NewestPosition = LastPosition = position;
    }

    /// <returns>The tombstone, with the keys to destroy when it is committed; null when nothing is to be erased.</returns>
    public (StoredRecord Tombstone, List<long> Slots)? Erase(StreamKey stream, ReadOnlyMemory<byte> tombstone, DateTimeOffset at, long? expected = null)
    {
        var name = stream.ToArray();
        var (version, kind) = _newest.First(row => (row.Int64(0), row.Text(1)), name);
        if (version == 0 || kind == LogRecord.Erased || (expected ?? version) != version) return null;
        var slots = _slots.List(row => row.Int64(0), name);
        HasErased = true;
        foreach (var slot in slots) _doom.Run(slot);
        _delete.Run(name);
        var left = LogCipher.Tombstone(stream, Epoch, version + 1, tombstone, at);
        NewestPosition = ++LastPosition;
        _bury.Run(NewestPosition, name, left.Version, left.Epoch, left.Kind, left.RecordedAt, left.Body);
        return (left with { Position = LastPosition }, slots);
    }

    public List<long> Doomed() => _doomed.List(row => row.Int64(0));

    public int Forget(IEnumerable<long> slots) => slots.Sum(slot => _forget.Run(slot));

    public Lease? Acquire(string name, string holder, long clock, long term, bool ifCutOff)
    {
        if (LeaseState.Ask(StateOf(name), holder, clock, term, ifCutOff) is not { } granted) return null;
        _setLease.Run(name, granted.Holder, granted.Fence, granted.GrantedAt, granted.ExpiresAt);
        return new Lease(name, holder, granted.Fence, DateTimeOffset.FromUnixTimeMilliseconds(granted.ExpiresAt));
    }

    public bool Release(Lease lease)
    {
        if (StateOf(lease.Name) is not { } state || state.Fence != lease.Fence) return false;
        _setLease.Run(lease.Name, "", state.Fence, state.GrantedAt, state.GrantedAt);
        return true;
    }

    public bool MoveCursor(Lease lease, long position)
    {
        if (StateOf(lease.Name)?.Fence != lease.Fence) return false;
        _setCursor.Run(lease.Name, position);
        return true;
    }

    public int RaiseEpoch(int epoch)
    {
        var floor = Math.Max(LastPosition, Restored.FloorOf(epoch));
        _raise.Run(epoch, floor);
        (Epoch, LastPosition) = (epoch, floor);
        return epoch;
    }

    private LeaseState? StateOf(string name) => _lease.First(row => new LeaseState(row.Text(0), row.Int64(1), row.Int64(2), row.Int64(3)), name);
}
