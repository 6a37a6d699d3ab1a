using System.Globalization;
using Consent.Contracts;
using Microsoft.Data.Sqlite;

namespace Consent.Audit.Pages;

/// <summary>One decision on one purpose or topic, on a day in UTC.</summary>
/// <param name="Imported">Taken over from another system: its day is that of the import, and says nothing of when people decide.</param>
internal sealed record CountedDecision(string Site, string Controller, DateOnly Day, string Purpose, Decision Status, bool Imported = false);

internal sealed record DecisionCount(DateOnly Day, string Purpose, Decision Status, long Count, bool Imported = false);

/// <summary>
/// How many decisions of each kind there were by site, day and purpose: a row for each, however many people. Names nobody, so that it stays when somebody is erased. Derived and
/// disposable; one that is made anew counts what is still held. Safe for many threads.
/// </summary>
internal sealed class DecisionCounts : DerivedIndex
{
    /// <summary>Another number is another form, and is made anew.</summary>
    private const int Form = 2;

    private DecisionCounts(SqliteConnection connection) : base(connection)
    {
    }

    /// <summary>Throws <see cref="FormatException"/> when the file is of another form, and <see cref="SqliteException"/> when it is no such file.</summary>
    public static DecisionCounts Open(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        try
        {
            connection.Open();
            var counts = new DecisionCounts(connection);
            counts.Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
            counts.Run($"""
                CREATE TABLE IF NOT EXISTS form (number INTEGER NOT NULL, position INTEGER NOT NULL, epoch INTEGER NOT NULL) STRICT;
                INSERT INTO form SELECT {Form}, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM form);
                CREATE TABLE IF NOT EXISTS decided (
                    site TEXT NOT NULL, controller TEXT NOT NULL, day TEXT NOT NULL, purpose TEXT NOT NULL, status INTEGER NOT NULL, imported INTEGER NOT NULL,
                    count INTEGER NOT NULL, PRIMARY KEY (site, controller, day, purpose, status, imported)) STRICT, WITHOUT ROWID
                """);
            if (counts.List("SELECT number FROM form", r => r.GetInt32(0)) is not [Form]) throw new FormatException("The counts are of another form.");
            return counts;
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
    public void Apply(IEnumerable<CountedDecision> decisions, long position, int epoch)
    {
        lock (Gate)
        {
            using var transaction = Connection.BeginTransaction();
            using var row = Command(
                "INSERT INTO decided VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (site, controller, day, purpose, status, imported) DO UPDATE SET count = decided.count + excluded.count");
            foreach (var same in decisions.GroupBy(d => d))
                Execute(row, same.Key.Site, same.Key.Controller, Written(same.Key.Day), same.Key.Purpose, (int)same.Key.Status, same.Key.Imported ? 1 : 0, same.LongCount());
            using var applied = Command("UPDATE form SET position = $1, epoch = $2");
            Execute(applied, position, epoch);
            transaction.Commit();
        }
    }

    /// <summary>Of a controller's site, the days included; in the order of days and purposes.</summary>
    public IReadOnlyList<DecisionCount> Of(string site, string controller, DateOnly from, DateOnly until) => List(
        "SELECT day, purpose, status, count, imported FROM decided WHERE site = $1 AND controller = $2 AND day BETWEEN $3 AND $4 ORDER BY day, purpose, status, imported",
        r => new DecisionCount(DateOnly.ParseExact(r.GetString(0), "yyyy-MM-dd", CultureInfo.InvariantCulture), r.GetString(1), (Decision)r.GetInt32(2), r.GetInt64(3), r.GetInt32(4) != 0),
        site, controller, Written(from), Written(until));

    private static string Written(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
