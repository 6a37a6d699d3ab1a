using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults.Outgoing;
using Microsoft.EntityFrameworkCore;

namespace Consent.Connectors;

/// <summary>The connectors and their accounts.</summary>
internal sealed class ConnectorBook(ConnectorStore store, [FromKeyedServices(ConnectorsSetup.Service)] SealedText seals, TimeProvider time)
{
    public const int MostPerSite = 10;

    /// <summary>In the place of the account of one that was deleted.</summary>
    private static readonly byte[] Nothing = [0];

    /// <summary>Null when the site has <see cref="MostPerSite"/> already.</summary>
    public async Task<Connector?> CreateAsync(string site, string system, string? name, Account account, bool stopsWithoutBasis, CancellationToken cancel)
    {
        var (id, at) = (RandomId.New(), time.Now().ToUnixTimeMilliseconds());
        var body = seals.Seal(id, JsonSerializer.Serialize(account, ContractJson.Options));
        var created = await store.WriteAsync(
            db => db.Connectors.Count(c => c.Site == site && c.Status != Connector.Deleting) < MostPerSite && db.Database.ExecuteSql(
                $"""
                INSERT INTO connectors (id, site, system, name, account, stops_without_basis, status, created_at, next_round)
                VALUES ({id}, {site}, {system}, {name}, {body}, {stopsWithoutBasis}, {Connector.Enabled}, {at}, {at})
                """) > 0,
            cancel);
        return created ? Find(id) : null;
    }

    public Connector? Find(string id)
    {
        using var db = store.Open();
        return db.Connectors.FirstOrDefault(c => c.Id == id) is { } row ? Of(row) : null;
    }

    public IReadOnlyList<Connector> All()
    {
        using var db = store.Open();
        return [.. db.Connectors.OrderBy(c => c.CreatedAt).AsEnumerable().Select(Of)];
    }

    /// <summary>Whether the site has any at all.</summary>
    public bool AnyOf(string site)
    {
        using var db = store.Open();
        return db.Connectors.Any(c => c.Site == site);
    }

    /// <summary>
    /// Everything is compared anew with the account as it is from now on. Of another system, or of a topic that has another list, nothing counts that was
    /// seen before: who opted out there would be taken for one whose opt-out is known.
    /// </summary>
    public Task UpdateAsync(Connector before, string? name, Account account, bool stopsWithoutBasis, CancellationToken cancel)
    {
        var (id, held) = (before.Id, before.Account);
        var body = seals.Seal(id, JsonSerializer.Serialize(account, ContractJson.Options));
        var isElsewhere = held is null || (held.Url, held.Region, held.ContactList) != (account.Url, account.Region, account.ContactList);
        List<string> moved = held is null ? [] : [.. held.Lists.Where(list => account.Lists.GetValueOrDefault(list.Key) != list.Value).Select(list => list.Key)];
        return store.WriteAsync(
            db =>
            {
                db.Database.ExecuteSql($"UPDATE connectors SET name = {name}, account = {body}, stops_without_basis = {stopsWithoutBasis} WHERE id = {id} AND status <> {Connector.Deleting}");
                if (isElsewhere) ForgetContacts(db, id);
                foreach (var topic in moved) db.Database.ExecuteSql($"DELETE FROM states WHERE topic = {topic} AND contact IN (SELECT seq FROM contacts WHERE connector = {id})");
                return Restart(db, id);
            },
            cancel);
    }

    public Task PauseAsync(string id, CancellationToken cancel) =>
        store.WriteAsync(db => db.Database.ExecuteSql($"UPDATE connectors SET status = {Connector.Paused} WHERE id = {id} AND status <> {Connector.Deleting}"), cancel);

    /// <summary>Goes on, or tries at once what waits; what was given up is tried for three days more, and everything is compared.</summary>
    public Task ResumeAsync(string id, CancellationToken cancel) => store.WriteAsync(
        db =>
        {
            db.Database.ExecuteSql($"UPDATE connectors SET status = {Connector.Enabled} WHERE id = {id} AND status <> {Connector.Deleting}");
            return Restart(db, id);
        },
        cancel);

    /// <summary>
    /// With everything that is known by it, and its account. What it heard from there, and was answered for, is kept until it is here: until then it stands as
    /// <see cref="Connector.Deleting"/>.
    /// </summary>
    public Task DeleteAsync(string id, CancellationToken cancel) => store.WriteAsync(
        db =>
        {
            ForgetContacts(db, id);
            // Audit waits for it no more once it hears that it is gone; where there is none nobody ever did.
            db.Database.ExecuteSql($"DELETE FROM owed WHERE connector = {id}");
            db.Database.ExecuteSql(
                $"""
                UPDATE connectors
                SET status = {Connector.Deleting}, account = {Nothing}, failures = 0, failing_since = NULL, not_before = NULL, last_outcome = NULL, last_status = NULL
                WHERE id = {id}
                """);
            return End(db, id);
        },
        cancel);

    /// <summary>It goes, if it was deleted and nothing of it waits any more.</summary>
    public async Task EndAsync(Connector connector, CancellationToken cancel)
    {
        using (var db = store.Open())
        {
            if (db.Inbox.Any(i => i.Connector == connector.Id)) return;
        }
        await store.WriteAsync(db => End(db, connector.Id), cancel);
    }

    /// <summary>
    /// It could not be spoken to: it is left alone for a while, ever longer up to an hour, and nothing that waits is given up for it. Unless it was resumed or
    /// set anew meanwhile: then it is tried at once.
    /// </summary>
    public Task FailedAsync(Connector connector, string outcome, int? status, TimeSpan? retryAfter, CancellationToken cancel)
    {
        var now = time.Now();
        // Counted from now on, so that there is always a next time.
        var next = RetrySchedule.Next(connector.Row.Failures + 1, now, now, retryAfter, Random.Shared.NextDouble()) ?? now;
        var (at, until) = (now.ToUnixTimeMilliseconds(), next.ToUnixTimeMilliseconds());
        return store.WriteAsync(
            db => db.Database.ExecuteSql(
                $"""
                UPDATE connectors SET failures = failures + 1, failing_since = coalesce(failing_since, {at}), not_before = {until}, last_outcome = {outcome}, last_status = {status}
                WHERE id = {connector.Id} AND status <> {Connector.Deleting} AND restarts = {connector.Row.Restarts}
                """),
            cancel);
    }

    public async Task SucceededAsync(Connector connector, CancellationToken cancel)
    {
        if (connector.Row is { Failures: 0, LastOutcome: null }) return;
        await store.WriteAsync(
            db => db.Database.ExecuteSql(
                $"""
                UPDATE connectors SET failures = 0, failing_since = NULL, not_before = NULL, last_outcome = NULL, last_status = NULL
                WHERE id = {connector.Id} AND restarts = {connector.Row.Restarts}
                """),
            cancel);
    }

    /// <summary>
    /// The round goes on at <paramref name="page"/>; at its end the next one is due later. One that began before the connector was resumed or set anew goes no
    /// further: another begins.
    /// </summary>
    /// <param name="page">Null at the end.</param>
    public static void MoveRound(ConnectorDb db, ConnectorRow of, string round, DateTimeOffset began, string? page, DateTimeOffset next)
    {
        var (at, due, overlap) = (began.ToUnixTimeMilliseconds(), next.ToUnixTimeMilliseconds(), (began - WalkContacts.Overlap).ToUnixTimeMilliseconds());
        if (page is not null)
        {
            db.Database.ExecuteSql(
                $"UPDATE connectors SET round = {round}, round_page = {page}, round_began = {at} WHERE id = {of.Id} AND restarts = {of.Restarts}");
            return;
        }
        var walkedAt = round == WalkContacts.Walk ? at : (long?)null;
        db.Database.ExecuteSql(
            $"""
            UPDATE connectors SET round = NULL, round_page = NULL, round_began = NULL, since = {overlap}, walked_at = coalesce({walkedAt}, walked_at), next_round = {due}
            WHERE id = {of.Id} AND restarts = {of.Restarts}
            """);
    }

    private static int End(ConnectorDb db, string id) => db.Database.ExecuteSql(
        $"DELETE FROM connectors WHERE id = {id} AND status = {Connector.Deleting} AND NOT EXISTS (SELECT 1 FROM inbox WHERE connector = {id})");

    private static void ForgetContacts(ConnectorDb db, string id)
    {
        db.Database.ExecuteSql($"DELETE FROM states WHERE contact IN (SELECT seq FROM contacts WHERE connector = {id})");
        db.Database.ExecuteSql($"DELETE FROM subjects WHERE connector = {id}");
        db.Database.ExecuteSql($"DELETE FROM work WHERE connector = {id}");
        db.Database.ExecuteSql($"DELETE FROM contacts WHERE connector = {id}");
    }

    private int Restart(ConnectorDb db, string id)
    {
        // Not behind now, as the place in the queue of what was asked for twice in a moment may be.
        var now = time.Now().ToUnixTimeMilliseconds();
        db.Database.ExecuteSql($"UPDATE work SET status = {ContactBook.Pending}, first_at = NULL, attempts = 0, next_at = CASE WHEN queued_at < {now} THEN queued_at ELSE {now} END WHERE connector = {id}");
        return db.Database.ExecuteSql(
            $"""
            UPDATE connectors
            SET failures = 0, failing_since = NULL, not_before = NULL, last_outcome = NULL, last_status = NULL, round = NULL, round_page = NULL, round_began = NULL,
                since = NULL, walked_at = NULL, next_round = created_at, restarts = restarts + 1
            WHERE id = {id}
            """);
    }

    private Connector Of(ConnectorRow row)
    {
        var body = seals.TryOpen(row.Id, row.Account);
        return new(row, body is null ? null : JsonSerializer.Deserialize<Account>(body, ContractJson.Options));
    }
}
