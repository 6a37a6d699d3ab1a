using System.Buffers.Binary;
using System.Text;
using Consent.Contracts;
using Microsoft.Data.Sqlite;

namespace Consent.Audit.Logs;

/// <summary>How far a log has come, by the batches that were applied here.</summary>
/// <param name="At">Time of its last entry.</param>
/// <param name="Through">Of its last batch.</param>
/// <param name="Batches">How many there are.</param>
/// <param name="Note">Its newest checkpoint; null before the first.</param>
/// <param name="Keys">Verifier keys that were announced in it, the newest last.</param>
/// <param name="Checkpoints">How many were signed.</param>
internal sealed record LogState(
    string Name, string Controller, long Size, DateTimeOffset At, long Through, long Batches, string? Note, IReadOnlyList<string> Keys, long Checkpoints, IReadOnlyList<Succession> Successions);

/// <summary>A key that was announced after the first ones.</summary>
/// <param name="Index">Of its entry.</param>
/// <param name="Note">The checkpoint over it, which the keys before signed too.</param>
internal sealed record Succession(long Index, string Note);

/// <param name="Batch">Position of the batch, for the commitment of one acknowledgement among others; 0 for that of an entry.</param>
internal sealed record Indexed(string Log, byte[] Commitment, long Entry, long Batch);

/// <summary>
/// From a commitment to its entry, by 8 bytes of it: who looks compares the entry itself. With the state of each log as far as its batches are in the tiles. Derived like
/// the tiles, and lies beside them; what a loss of power takes from its end is applied again. Safe for many threads.
/// </summary>
internal sealed class LogIndex : DerivedIndex
{
    /// <summary>Another number is another form, and is made anew.</summary>
    private const int Form = 2;

    private LogIndex(SqliteConnection connection) : base(connection)
    {
    }

    /// <summary>Throws <see cref="FormatException"/> when the file is of another form, and <see cref="SqliteException"/> when it is no such file.</summary>
    public static LogIndex Open(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        try
        {
            connection.Open();
            var index = new LogIndex(connection);
            // Without a sync at each commit: after a crash of the machine it is a little behind, and consistent.
            index.Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
            index.Run($"""
                CREATE TABLE IF NOT EXISTS form (number INTEGER NOT NULL, position INTEGER NOT NULL, record TEXT NOT NULL) STRICT;
                INSERT INTO form SELECT {Form}, 0, '' WHERE NOT EXISTS (SELECT 1 FROM form);
                CREATE TABLE IF NOT EXISTS log (
                    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, controller TEXT NOT NULL, size INTEGER NOT NULL, at INTEGER NOT NULL, through INTEGER NOT NULL,
                    batches INTEGER NOT NULL, note TEXT, keys TEXT NOT NULL, checkpoints INTEGER NOT NULL, successions TEXT NOT NULL) STRICT;
                CREATE TABLE IF NOT EXISTS entry (
                    log INTEGER NOT NULL, prefix INTEGER NOT NULL, entry INTEGER NOT NULL, batch INTEGER NOT NULL, PRIMARY KEY (log, prefix, entry, batch)) STRICT, WITHOUT ROWID
                """);
            if (index.List("SELECT number FROM form", r => r.GetInt32(0)) is not [Form]) throw new FormatException("The index is of another form.");
            return index;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The last batch that is in: its position in the feed, and the id of its record; 0 and empty when there is none.</summary>
    public (long Position, string Record) Applied() => List("SELECT position, record FROM form", r => (r.GetInt64(0), r.GetString(1)))[0];

    public IReadOnlyList<LogState> Logs() => List("SELECT name, controller, size, at, through, batches, note, keys, checkpoints, successions FROM log", r => new LogState(
        r.GetString(0), r.GetString(1), r.GetInt64(2), DateTimeOffset.FromUnixTimeSeconds(r.GetInt64(3)), r.GetInt64(4), r.GetInt64(5), r.IsDBNull(6) ? null : r.GetString(6),
        r.GetString(7).Split('\n', StringSplitOptions.RemoveEmptyEntries), r.GetInt64(8), ContractJson.Read<IReadOnlyList<Succession>>(Encoding.UTF8.GetBytes(r.GetString(9)))));

    /// <summary>Entries of the log that may be those of the commitment.</summary>
    public IReadOnlyList<(long Entry, long Batch)> Find(string log, byte[] commitment) => List(
        "SELECT entry, batch FROM entry WHERE log = (SELECT id FROM log WHERE name = $1) AND prefix = $2 ORDER BY entry", r => (r.GetInt64(0), r.GetInt64(1)), log, PrefixOf(commitment));

    /// <summary>All of it or nothing.</summary>
    public void Apply(IEnumerable<LogState> states, IEnumerable<Indexed> entries, long position, string record)
    {
        lock (Gate)
        {
            using var transaction = Connection.BeginTransaction();
            using var state = Command(
                """
                INSERT INTO log (name, controller, size, at, through, batches, note, keys, checkpoints, successions) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                ON CONFLICT (name) DO UPDATE SET size = excluded.size, at = excluded.at, through = excluded.through, batches = excluded.batches, note = excluded.note, keys = excluded.keys,
                    checkpoints = excluded.checkpoints, successions = excluded.successions
                """);
            foreach (var s in states)
                Execute(
                    state, s.Name, s.Controller, s.Size, s.At.ToUnixTimeSeconds(), s.Through, s.Batches, s.Note, string.Join('\n', s.Keys), s.Checkpoints,
                    Encoding.UTF8.GetString(ContractJson.Write(s.Successions)));
            using var entry = Command("INSERT OR IGNORE INTO entry SELECT id, $2, $3, $4 FROM log WHERE name = $1");
            foreach (var e in entries) Execute(entry, e.Log, PrefixOf(e.Commitment), e.Entry, e.Batch);
            using var applied = Command("UPDATE form SET position = $1, record = $2");
            Execute(applied, position, record);
            transaction.Commit();
        }
    }

    private static long PrefixOf(byte[] commitment) => BinaryPrimitives.ReadInt64BigEndian(commitment);
}
