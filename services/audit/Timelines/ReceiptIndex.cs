using System.Text.Json;
using Consent.Storage;
using Microsoft.Data.Sqlite;

namespace Consent.Audit.Timelines;

/// <param name="Position">Of the record in the feed of audit's log.</param>
/// <param name="Trace">Name in the store of the receipt's trace, by whose tombstone it is forgotten.</param>
/// <param name="Subject">Keyed hash of site and subject: <see cref="FollowReceipts.KeyOf"/>.</param>
internal sealed record IndexedReceipt(
    long Position, StreamKey Trace, StreamKey Subject, string Site, string Controller, string? Declaration, IReadOnlyList<string> Changed, int Epoch, long Version, DateTimeOffset RecordedAt);

/// <summary>
/// Where each receipt stands in audit's log, by its person and by what is searched for: some 100 bytes a receipt. Names nobody: persons are keyed hashes. Derived and disposable;
/// an erased receipt's row is deleted, and its bytes overwritten. Safe for many threads.
/// </summary>
internal sealed partial class ReceiptIndex : DerivedIndex
{
    /// <summary>Another number is another form, and is made anew.</summary>
    private const int Form = 2;

    /// <summary>Rows that one search looks at.</summary>
    private const int MostLookedAt = 200_000;
    private readonly Dictionary<string, long> _names = new(StringComparer.Ordinal);

    private ReceiptIndex(SqliteConnection connection) : base(connection)
    {
    }

    /// <summary>Throws <see cref="FormatException"/> when the file is of another form, and <see cref="SqliteException"/> when it is no such file.</summary>
    public static ReceiptIndex Open(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        try
        {
            connection.Open();
            var index = new ReceiptIndex(connection);
            // Without a sync at each commit: after a crash of the machine it is a little behind, and consistent.
            index.Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON");
            index.Run($"""
                CREATE TABLE IF NOT EXISTS form (number INTEGER NOT NULL, position INTEGER NOT NULL, epoch INTEGER NOT NULL) STRICT;
                INSERT INTO form SELECT {Form}, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM form);
                CREATE TABLE IF NOT EXISTS name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
                CREATE TABLE IF NOT EXISTS receipt (
                    position INTEGER PRIMARY KEY, trace BLOB NOT NULL, subject BLOB NOT NULL, place INTEGER NOT NULL, declaration INTEGER, changed INTEGER NOT NULL,
                    epoch INTEGER NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
                CREATE INDEX IF NOT EXISTS receipt_trace ON receipt (trace);
                CREATE INDEX IF NOT EXISTS receipt_subject ON receipt (subject);
                {LookTable}
                """);
            if (index.List("SELECT number FROM form", r => r.GetInt32(0)) is not [Form]) throw new FormatException("The index is of another form.");
            foreach (var (text, id) in index.List("SELECT text, id FROM name", r => (r.GetString(0), r.GetInt64(1)))) index._names[text] = id;
            return index;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Up to where the feed is in, and the epoch of the log then; 0 when nothing is.</summary>
    public (long Position, int Epoch) Applied() => List("SELECT position, epoch FROM form", r => (r.GetInt64(0), r.GetInt32(1)))[0];

    /// <summary>All of it or nothing.</summary>
    /// <param name="erased">Traces, which no receipt comes behind.</param>
    /// <param name="looks">Of auditors; none unless given.</param>
    public void Apply(IReadOnlyList<IndexedReceipt> receipts, IReadOnlyList<StreamKey> erased, long position, int epoch, IReadOnlyList<IndexedLook>? looks = null)
    {
        lock (Gate)
        {
            var named = new List<string>();
            try
            {
                using var transaction = Connection.BeginTransaction();
                using var row = Command("INSERT OR REPLACE INTO receipt VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
                foreach (var r in receipts)
                {
                    long? declaration = r.Declaration is null ? null : NameFor(DeclarationOf(r.Declaration), named);
                    Execute(
                        row, r.Position, r.Trace.ToArray(), r.Subject.ToArray(), NameFor(PlaceOf(r.Site, r.Controller), named), declaration,
                        NameFor(ChangedOf(r.Changed), named), r.Epoch, r.Version, r.RecordedAt.ToUnixTimeMilliseconds());
                }

                Add(looks ?? [], named);
                using var gone = Command("DELETE FROM receipt WHERE trace = $1");
                foreach (var trace in erased) Execute(gone, trace.ToArray());
                using var applied = Command("UPDATE form SET position = $1, epoch = $2");
                Execute(applied, position, epoch);
                transaction.Commit();
            }
            catch
            {
                // They were not committed either.
                foreach (var name in named) _names.Remove(name);
                throw;
            }
        }
    }

    /// <summary>Positions and moments of all receipts of a person on a site.</summary>
    public IReadOnlyList<(long Position, DateTimeOffset RecordedAt)> Of(StreamKey subject) => List(
        "SELECT position, at FROM receipt WHERE subject = $1 ORDER BY position", r => (r.GetInt64(0), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(1))), subject.ToArray());

    /// <summary>The receipt that was the newest of the person at the moment; 0 when there was none.</summary>
    public long NewestAt(StreamKey subject, DateTimeOffset at) => List(
        "SELECT position FROM receipt WHERE subject = $1 AND at <= $2 ORDER BY epoch DESC, version DESC LIMIT 1", r => r.GetInt64(0), subject.ToArray(), at.ToUnixTimeMilliseconds())
        .FirstOrDefault();

    /// <summary>The person's receipt of this version, as a receipt of this epoch knew it; 0 when it is not here.</summary>
    public long Find(StreamKey subject, int epoch, long version) => List(
        "SELECT position FROM receipt WHERE subject = $1 AND version = $2 AND epoch <= $3 ORDER BY epoch DESC LIMIT 1", r => r.GetInt64(0), subject.ToArray(), version, epoch)
        .FirstOrDefault();

    /// <summary>Up to <paramref name="limit"/> receipts behind a position, ascending, and where to go on: it may be none, and yet more behind.</summary>
    /// <param name="isOpen">Whether receipts of this site and controller are wanted.</param>
    public (IReadOnlyList<long> Positions, long Next, bool More) Search(ReceiptFilter wanted, Func<string, string, bool> isOpen, long after, int limit)
    {
        lock (Gate)
        {
            var end = List("SELECT position FROM receipt WHERE position > $1 ORDER BY position LIMIT 1 OFFSET $2", r => r.GetInt64(0), after, MostLookedAt - 1)
                .FirstOrDefault();
            var found = after == long.MaxValue ? [] : Between(after + 1, end == 0 ? long.MaxValue : end, "ASC", wanted, isOpen, limit);
            if (found.Count == limit) return (found, found[^1], true);
            return end > 0 ? (found, end, true) : (found, Math.Max(after, List("SELECT coalesce(max(position), 0) FROM receipt", r => r.GetInt64(0))[0]), false);
        }
    }

    /// <summary>The same in either direction.</summary>
    public (IReadOnlyList<long> Positions, long Next, bool More) Search(ReceiptFilter wanted, Func<string, string, bool> isOpen, ListPlace place, int limit)
    {
        if (!place.IsDown) return Search(wanted, isOpen, place.From, limit);
        lock (Gate)
        {
            var below = place.From == 0 ? long.MaxValue : place.From;
            var end = List("SELECT position FROM receipt WHERE position < $1 ORDER BY position DESC LIMIT 1 OFFSET $2", r => r.GetInt64(0), below, MostLookedAt - 1)
                .FirstOrDefault();
            var found = Between(end, below - 1, "DESC", wanted, isOpen, limit);
            return found.Count == limit ? (found, found[^1], true) : (found, end, end > 0);
        }
    }

    /// <param name="first">The lowest position that counts.</param>
    /// <param name="last">The highest.</param>
    /// <param name="order"><c>ASC</c> or <c>DESC</c>.</param>
    private List<long> Between(long first, long last, string order, ReceiptFilter wanted, Func<string, string, bool> isOpen, int limit)
    {
        var places = _names.Where(n => n.Key.Split('\n') is ["p", var site, var controller] && isOpen(site, controller)).Select(n => n.Value).ToList();
        var changed = wanted.Purpose is null
            ? null
            : JsonSerializer.Serialize(_names.Where(n => n.Key.StartsWith("c\n", StringComparison.Ordinal) && n.Key.Contains($"\n{wanted.Purpose}\n", StringComparison.Ordinal)).Select(n => n.Value));
        long? declaration = wanted.Declaration is null ? null : _names.GetValueOrDefault(DeclarationOf(wanted.Declaration));
        return List(
            $"""
            SELECT position FROM receipt
            WHERE position >= $1 AND position <= $2 AND place IN (SELECT value FROM json_each($3)) AND ($4 IS NULL OR declaration = $4)
              AND ($5 IS NULL OR changed IN (SELECT value FROM json_each($5))) AND ($6 IS NULL OR at >= $6) AND ($7 IS NULL OR at < $7)
            ORDER BY position {order} LIMIT $8
            """,
            r => r.GetInt64(0), first, last, JsonSerializer.Serialize(places), declaration, changed, wanted.From?.ToUnixTimeMilliseconds(), wanted.Until?.ToUnixTimeMilliseconds(), limit);
    }

    /// <summary>Up to <paramref name="most"/> receipts of what is open, the newest first, as far as they are among the newest of all that one search looks at.</summary>
    /// <param name="isOpen">Whether receipts of this site and controller are wanted.</param>
    public IReadOnlyList<long> Newest(Func<string, string, bool> isOpen, int most)
    {
        lock (Gate)
        {
            var places = _names.Where(n => n.Key.Split('\n') is ["p", var site, var controller] && isOpen(site, controller)).Select(n => n.Value).ToList();
            return List(
                """
                SELECT position FROM (SELECT position, place FROM receipt ORDER BY position DESC LIMIT $1)
                WHERE place IN (SELECT value FROM json_each($2)) ORDER BY position DESC LIMIT $3
                """,
                r => r.GetInt64(0), MostLookedAt, JsonSerializer.Serialize(places), most);
        }
    }

    private static string PlaceOf(string site, string controller) => $"p\n{site}\n{controller}";

    private static string DeclarationOf(string hash) => $"d\n{hash}";

    private static string ChangedOf(IEnumerable<string> purposes) => $"c\n{string.Concat(purposes.Order(StringComparer.Ordinal).Select(p => $"{p}\n"))}";

    /// <summary>What repeats in many rows stands once, and is a number in each.</summary>
    private long NameFor(string text, List<string> named)
    {
        if (_names.TryGetValue(text, out var known)) return known;
        using var insert = Command("INSERT INTO name (text) VALUES ($1) RETURNING id");
        Bind(insert, [text]);
        var id = (long)insert.ExecuteScalar()!;
        named.Add(text);
        return _names[text] = id;
    }
}
