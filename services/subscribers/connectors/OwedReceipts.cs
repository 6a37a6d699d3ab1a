using Consent.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Consent.Connectors;

/// <param name="Record">Id of a receipt in which the person says no to something.</param>
/// <param name="CarriedAt">When the mailing system was found to have it; null while it has not.</param>
/// <param name="Told">1 when that was told; once by each process, because what is under way in one that dies may be lost.</param>
/// <param name="RecordedAt">When the consent service recorded the receipt; null in the rows of old.</param>
internal sealed record OwedRow(string Connector, string Record, string Subject, long HeardAt, long? CarriedAt, int Told, long? RecordedAt);

/// <param name="Connector">Which audit knows of under this name, until it is told that it is gone.</param>
internal sealed record AnnouncedRow(string Connector, string Name);

/// <summary>
/// Which receipts each mailing system is still to have. A change that is in the queue is applied here, and not there: so that nobody is told that it is
/// everywhere, what was heard is kept until the contacts of its person have nothing more to be carried.
/// </summary>
internal sealed class OwedReceipts(ConnectorStore store, TimeProvider time)
{
    private const int AtOnce = 1000;

    /// <summary>So long it is known that something was told.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>So long it is tried to tell it: where audit is not deployed nobody ever takes it.</summary>
    private static readonly TimeSpan Untaken = TimeSpan.FromDays(30);

    /// <summary>To be called when the person's contacts are in the queues: what is in none counts as carried.</summary>
    public Task TakeAsync(string site, string record, string subject, DateTimeOffset recordedAt, CancellationToken cancel)
    {
        var (at, recorded) = (time.Now().ToUnixTimeMilliseconds(), recordedAt.ToUnixTimeMilliseconds());
        return store.WriteAsync(
            db => db.Database.ExecuteSql(
                $"""
                INSERT INTO owed (connector, record, subject, heard_at, recorded_at)
                SELECT id, {record}, {subject}, {at}, {recorded} FROM connectors WHERE site = {site} AND status <> {Connector.Deleting}
                ON CONFLICT (connector, record) DO NOTHING
                """),
            cancel);
    }

    /// <summary>Of who was erased, but for what he said since; no earlier state of it stays in the file.</summary>
    public async Task ForgetAsync(string site, string subject, DateTimeOffset erasedAt, CancellationToken cancel)
    {
        var at = erasedAt.ToUnixTimeMilliseconds();
        var gone = await store.WriteAsync(
            db => db.Database.ExecuteSql(
                $"""
                DELETE FROM owed WHERE subject = {subject} AND coalesce(recorded_at, 0) <= {at} AND connector IN (SELECT id FROM connectors WHERE site = {site})
                """),
            cancel);
        if (gone > 0) store.EmptyWal();
    }

    /// <summary>Finds what the mailing system has by now: all contacts of the person are done with, or a walk that began since found none.</summary>
    public async Task SettleAsync(Connector connector, CancellationToken cancel)
    {
        var (id, walked, now) = (connector.Id, connector.Row.WalkedAt, time.Now().ToUnixTimeMilliseconds());
        List<OwedRow> settled;
        using (var db = store.Open())
        {
            settled =
            [
                .. db.Owed.Where(o => o.Connector == id && o.CarriedAt == null
                    && (o.HeardAt < walked || db.Subjects.Any(s => s.Connector == id && s.Subject == o.Subject))
                    && !db.Subjects.Any(s => s.Connector == id && s.Subject == o.Subject && db.Work.Any(w => w.Contact == s.Contact)))
                    .OrderBy(o => o.HeardAt).Take(AtOnce),
            ];
        }
        if (settled.Count == 0) return;
        await store.WriteAsync(
            db =>
            {
                foreach (var row in settled) db.Database.ExecuteSql($"UPDATE owed SET carried_at = {now} WHERE connector = {id} AND record = {row.Record}");
                return true;
            },
            cancel);
    }

    public IReadOnlyList<OwedRow> Untold()
    {
        using var db = store.Open();
        return [.. db.Owed.Where(o => o.Told == 0 && o.CarriedAt != null).OrderBy(o => o.CarriedAt).Take(AtOnce)];
    }

    public Task ToldAsync(IReadOnlyList<OwedRow> rows, CancellationToken cancel) => store.WriteAsync(
        db =>
        {
            foreach (var row in rows) db.Database.ExecuteSql($"UPDATE owed SET told = 1 WHERE connector = {row.Connector} AND record = {row.Record}");
            return true;
        },
        cancel);

    /// <summary>
    /// At the start of a process: what the one before told last is told again, which changes nothing where it was heard. What connectors owe that are gone
    /// nobody waits for.
    /// </summary>
    public Task BeginAsync(CancellationToken cancel)
    {
        var old = (time.Now() - Kept).ToUnixTimeMilliseconds();
        return store.WriteAsync(
            db =>
            {
                db.Database.ExecuteSql($"DELETE FROM owed WHERE connector NOT IN (SELECT id FROM connectors WHERE status <> {Connector.Deleting})");
                db.Database.ExecuteSql($"DELETE FROM owed WHERE told = 1 AND carried_at < {old}");
                return db.Database.ExecuteSql($"UPDATE owed SET told = 0 WHERE told = 1");
            },
            cancel);
    }

    public async Task ForgetOldAsync(CancellationToken cancel)
    {
        var (old, untaken) = ((time.Now() - Kept).ToUnixTimeMilliseconds(), (time.Now() - Untaken).ToUnixTimeMilliseconds());
        using (var db = store.Open())
        {
            if (!db.Owed.Any(o => (o.Told == 1 && o.CarriedAt < old) || (o.Told == 0 && o.CarriedAt < untaken))) return;
        }
        await store.WriteAsync(
            db => db.Database.ExecuteSql($"DELETE FROM owed WHERE (told = 1 AND carried_at < {old}) OR (told = 0 AND carried_at < {untaken})"), cancel);
    }

    public IReadOnlyList<AnnouncedRow> Announced()
    {
        using var db = store.Open();
        return [.. db.Announced];
    }

    /// <summary>On disk before it is told, so that it is known what is to be taken back.</summary>
    public async Task AnnouncingAsync(IReadOnlyList<AnnouncedRow> rows, CancellationToken cancel)
    {
        if (rows.Count == 0) return;
        await store.WriteAsync(
            db =>
            {
                foreach (var row in rows) db.Database.ExecuteSql($"INSERT INTO announced (connector, name) VALUES ({row.Connector}, {row.Name}) ON CONFLICT (connector) DO NOTHING");
                return true;
            },
            cancel);
    }

    public Task GoneAsync(IReadOnlyList<AnnouncedRow> rows, CancellationToken cancel) => store.WriteAsync(
        db =>
        {
            foreach (var row in rows)
            {
                db.Database.ExecuteSql($"DELETE FROM owed WHERE connector = {row.Connector}");
                db.Database.ExecuteSql($"DELETE FROM announced WHERE connector = {row.Connector}");
            }
            return true;
        },
        cancel);
}
