using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;
using Microsoft.EntityFrameworkCore;

namespace Consent.Connectors;

/// <summary>
/// Which contact of a mailing system is which subject here, what was carried and seen, and what is still to be carried. No address stands here in clear:
/// contacts go by a keyed hash of their id, and the id itself is sealed.
/// </summary>
internal sealed class ContactBook(
    ConnectorStore store, [FromKeyedServices(ConnectorsSetup.Service)] SealedText seals, [FromKeyedServices(ConnectorsSetup.Service)] IdentifierKeys keys, TimeProvider time)
{
    public const string Pending = "pending";
    public const string GivenUp = "given-up";

    /// <summary>After a change of somebody whose contact is not known: it may just have been made there.</summary>
    private static readonly TimeSpan LookSoon = TimeSpan.FromSeconds(5);

    /// <summary>Those that are known, by their ids in the mailing system.</summary>
    public IReadOnlyDictionary<string, KnownContact> Find(string connector, IReadOnlyCollection<string> contacts)
    {
        var byKey = contacts.Distinct(StringComparer.Ordinal).ToDictionary(KeyOf, contact => contact, StringComparer.Ordinal);
        string[] wanted = [.. byKey.Keys];
        using var db = store.Open();
        var found = db.Contacts.Where(c => c.Connector == connector && EF.Parameter(wanted).Contains(c.Key)).Select(c => new { c.Seq, c.Key }).ToList();
        long[] seqs = [.. found.Select(c => c.Seq)];
        var states = db.States.Where(s => EF.Parameter(seqs).Contains(s.Contact)).AsEnumerable().ToLookup(s => s.Contact);
        var subjects = db.Subjects.Where(s => EF.Parameter(seqs).Contains(s.Contact)).AsEnumerable().ToLookup(s => s.Contact, s => s.Subject);
        return found.ToDictionary(
            c => byKey[c.Key], c => new KnownContact(c.Seq, states[c.Seq].ToDictionary(s => s.Topic, ContactRows.StateOf, StringComparer.Ordinal), [.. subjects[c.Seq]]), StringComparer.Ordinal);
    }

    /// <summary>The contact's id in the mailing system; null when it is known no more, or does not open with the keys that are here.</summary>
    public string? IdOf(string connector, long seq)
    {
        using var db = store.Open();
        return db.Contacts.FirstOrDefault(c => c.Seq == seq && c.Connector == connector) is { } row ? seals.TryOpen(connector, row.Contact) : null;
    }

    /// <summary>Keeps what was learned of contacts, unless the connector was deleted or set anew meanwhile. Part of a transaction.</summary>
    /// <param name="began">When they were begun to be read: of one whose ids were not known, a change that was heard since has found nobody.</param>
    /// <returns>Whether it was not.</returns>
    public bool Learn(ConnectorDb db, Connector learning, IEnumerable<LearnedContact> contacts, DateTimeOffset? began = null)
    {
        var (connector, account) = (learning.Id, learning.Row.Account);
        if (db.Connectors.FirstOrDefault(c => c.Id == connector && c.Account == account) is not { } row) return false;
        var isHeardSince = row.HeardAt >= began?.ToUnixTimeMilliseconds();
        foreach (var contact in contacts)
        {
            var (key, now) = (KeyOf(contact.Id), time.Now().ToUnixTimeMilliseconds());
            var seq = db.Contacts.Where(c => c.Connector == connector && c.Key == key).Select(c => (long?)c.Seq).FirstOrDefault();
            if (seq is null)
            {
                var body = seals.Seal(connector, contact.Id);
                db.Database.ExecuteSql($"INSERT INTO contacts (connector, key, contact) VALUES ({connector}, {key}, {body})");
                seq = db.Contacts.Where(c => c.Connector == connector && c.Key == key).Select(c => c.Seq).First();
            }
            var isNew = ContactRows.KeepSubjects(db, connector, seq.Value, contact.Subjects);
            foreach (var (topic, state) in contact.States) ContactRows.KeepState(db, seq.Value, topic, state);
            // What is in the queue already, or was given up, keeps its place.
            if ((contact.CarryAt?.ToUnixTimeMilliseconds() ?? (isNew && isHeardSince ? now : (long?)null)) is { } at)
                db.Database.ExecuteSql($"INSERT INTO work (contact, connector, status, queued_at, next_at) VALUES ({seq}, {connector}, {Pending}, {now}, {at}) ON CONFLICT (contact) DO NOTHING");
        }
        return true;
    }

    /// <summary>
    /// A subject decided something: its contacts are looked at again, or, where none is known, what changed in the mailing system. After a "no" all of them
    /// are: he may stand there under an id of before a key was succeeded, or be new on a page that was just read.
    /// </summary>
    /// <param name="forget">The person was erased.</param>
    public Task ChangedAsync(string site, string subject, bool isNo, bool forget, CancellationToken cancel)
    {
        var now = time.Now();
        var (at, soon) = (now.ToUnixTimeMilliseconds(), (now + LookSoon).ToUnixTimeMilliseconds());
        var asked = isNo ? at : (long?)null;
        return store.WriteAsync(
            db =>
            {
                foreach (var connector in db.Connectors.Where(c => c.Site == site && c.Status != Connector.Deleting).Select(c => c.Id).ToList())
                {
                    var contacts = db.Subjects.Where(s => s.Connector == connector && s.Subject == subject).Select(s => s.Contact).ToList();
                    foreach (var contact in contacts) Enqueue(db, connector, contact, at, at, forget);
                    if (contacts.Count > 0) continue;
                    db.Database.ExecuteSql(
                        $"""
                        UPDATE connectors
                        SET next_round = CASE WHEN next_round < {soon} THEN next_round ELSE {soon} END, heard_at = {at}, walk_asked_at = coalesce({asked}, walk_asked_at)
                        WHERE id = {connector}
                        """);
                }
                return true;
            },
            cancel);
    }

    public IReadOnlyList<WorkRow> Due(string connector, DateTimeOffset now, int most)
    {
        var at = now.ToUnixTimeMilliseconds();
        using var db = store.Open();
        return [.. db.Work.Where(w => w.Connector == connector && w.Status == Pending && w.NextAt <= at).OrderBy(w => w.NextAt).ThenBy(w => w.Contact).Take(most)];
    }

    /// <summary>It was carried, or there was nothing to carry. What was asked for meanwhile stays asked for.</summary>
    /// <param name="learned">Null when there is no such contact any more; with a time to carry it is looked at again then.</param>
    /// <returns>Whether everything that was known of the contact is gone.</returns>
    public Task<bool> DoneAsync(Connector connector, WorkRow work, LearnedContact? learned, CancellationToken cancel) => store.WriteAsync(
        db =>
        {
            if (learned is not null) Learn(db, connector, [learned]);
            var forget = db.Work.Where(w => w.Contact == work.Contact).Select(w => w.Forget).FirstOrDefault();
            if (learned is null || (forget && learned.CarryAt is null))
            {
                ContactRows.Forget(db, work.Contact);
                return true;
            }
            if (learned.CarryAt?.ToUnixTimeMilliseconds() is { } at) db.Database.ExecuteSql($"UPDATE work SET next_at = {at}, attempts = attempts + 1 WHERE contact = {work.Contact} AND queued_at = {work.QueuedAt}");
            else db.Database.ExecuteSql($"DELETE FROM work WHERE contact = {work.Contact} AND queued_at = {work.QueuedAt}");
            return false;
        },
        cancel);

    /// <summary>What this contact is concerned by failed: it is tried again later, or, where that is of no use, given up.</summary>
    /// <param name="learned">What is known all the same.</param>
    /// <returns>Whether it was given up.</returns>
    public Task<bool> FailedAsync(Connector connector, WorkRow work, string outcome, int? status, bool isForGood, LearnedContact? learned, CancellationToken cancel)
    {
        var now = time.Now();
        var firstAt = work.FirstAt is { } first ? DateTimeOffset.FromUnixTimeMilliseconds(first) : now;
        var next = isForGood ? null : RetrySchedule.Next(work.Attempts + 1, firstAt, now, null, Random.Shared.NextDouble());
        var (at, began, due, state) = (now.ToUnixTimeMilliseconds(), firstAt.ToUnixTimeMilliseconds(), (next ?? now).ToUnixTimeMilliseconds(), next is null ? GivenUp : Pending);
        return store.WriteAsync(
            db =>
            {
                if (learned is not null) Learn(db, connector, [learned]);
                // A decision that came meanwhile has its own turn.
                return db.Database.ExecuteSql(
                    $"""
                    UPDATE work
                    SET status = {state}, first_at = {began}, attempts = attempts + 1, last_at = {at}, last_outcome = {outcome}, last_status = {status}, next_at = {due}
                    WHERE contact = {work.Contact} AND queued_at = {work.QueuedAt}
                    """) > 0 && next is null;
            },
            cancel);
    }

    /// <summary>What was given up, newest first, each with a subject of the contact.</summary>
    public IReadOnlyList<(WorkRow Work, string? Subject)> GivenUpOf(string connector, int most)
    {
        using var db = store.Open();
        return
        [
            .. db.Work.Where(w => w.Connector == connector && w.Status == GivenUp).OrderByDescending(w => w.LastAt).Take(most)
                .Select(w => new { Work = w, Subject = db.Subjects.Where(s => s.Contact == w.Contact).Select(s => s.Subject).FirstOrDefault() })
                .AsEnumerable().Select(w => (w.Work, w.Subject)),
        ];
    }

    /// <summary>When this service stopped the contact there as a whole, if that is how it stands: the system's word of that is an echo.</summary>
    public DateTimeOffset? StoppedAt(string connector, string contact) =>
        Find(connector, [contact]).GetValueOrDefault(contact)?.States.GetValueOrDefault(TopicState.Whole) is { Carried: Here.No, Seen: There.Out } whole ? whole.WrittenAt : null;

    private static void Enqueue(ConnectorDb db, string connector, long contact, long now, long at, bool forget) => db.Database.ExecuteSql(
        $"""
        INSERT INTO work (contact, connector, status, forget, queued_at, next_at) VALUES ({contact}, {connector}, {Pending}, {forget}, {now}, {at})
        ON CONFLICT (contact) DO UPDATE
        SET status = excluded.status, forget = work.forget OR excluded.forget, next_at = excluded.next_at, first_at = NULL, attempts = 0,
            queued_at = CASE WHEN excluded.queued_at > work.queued_at + 1 THEN excluded.queued_at ELSE work.queued_at + 1 END
        """);

    /// <summary>Under the first key for ever: it is for finding, and nobody outside has it.</summary>
    private string KeyOf(string contact) => keys.Ring("contacts").AddressIds(contact)[^1];
}
