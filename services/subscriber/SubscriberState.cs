using System.Text.Json;
using Consent.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Consent.Subscriber;

/// <summary>
/// What one subscriber knows: the newest receipt of each (site, subject), in its own file. Answers come from
/// <see cref="ConsentState"/>, the declaration in force and the time, so that a consent runs out, and a changed declaration takes
/// effect, with no message sent. What is unknown is not permitted. Registered per service name by
/// <see cref="SubscriberRegistration.AddConsentSubscriber"/>.
/// </summary>
public sealed class SubscriberState
{
    private const int SubjectsPerQuery = 1000;

    private readonly SubscriberStore _store;
    private readonly DeclarationBook _declarations;
    private readonly TimeProvider _time;

    internal SubscriberState(SubscriberStore store, DeclarationBook declarations, TimeProvider time)
    {
        _store = store;
        _declarations = declarations;
        _time = time;
    }

    /// <summary>Whether data of this subject may be used now for this purpose or topic.</summary>
    /// <returns>
    /// The reason is a status in kebab-case (<c>given</c>, <c>not-needed</c>, <c>never-asked</c>, <c>refused</c>, <c>withdrawn</c>,
    /// <c>expired</c>, <c>ask-again</c>, <c>objected</c>), or <c>unknown-site</c>. An id that the declaration lacks is
    /// <c>never-asked</c>. A subject never heard of is permitted only what needs no consent.
    /// </returns>
    public (bool Permitted, string Reason) IsPermitted(string site, string subject, string purpose) =>
        _declarations.InForce(site) is { } inForce
            ? Answer(Newest(site, subject), inForce, purpose, _time.Now())
            : (false, "unknown-site");

    /// <summary>The same for many subjects, in their order, all at one moment.</summary>
    public IReadOnlyList<(bool Permitted, string Reason)> ArePermitted(string site, IReadOnlyList<string> subjects, string purpose)
    {
        if (_declarations.InForce(site) is not { } inForce) return [.. subjects.Select(_ => (false, "unknown-site"))];
        var now = _time.Now();
        var held = NewestOf(site, subjects);
        return [.. subjects.Select(subject => Answer(held.GetValueOrDefault(subject), inForce, purpose, now))];
    }

    /// <summary>
    /// The newest receipt heard of, without what the state does not need (language, action, source, the caller's time, what was
    /// dropped); null for a subject never heard of.
    /// </summary>
    public Receipt? Newest(string site, string subject)
    {
        using var db = _store.Open();
        var body = db.Receipts.Where(r => r.Site == site && r.Subject == subject).Select(r => r.Body).FirstOrDefault();
        return body is null ? null : ContractJson.Read<Receipt>(body);
    }

    /// <summary>The same for many subjects, by subject; without those never heard of.</summary>
    public IReadOnlyDictionary<string, Receipt> NewestOf(string site, IEnumerable<string> subjects)
    {
        using var db = _store.Open();
        var held = new Dictionary<string, Receipt>(StringComparer.Ordinal);
        foreach (var some in subjects.Distinct(StringComparer.Ordinal).Chunk(SubjectsPerQuery))
        {
            foreach (var row in db.Receipts.AsNoTracking().Where(r => r.Site == site && EF.Parameter(some).Contains(r.Subject)))
                held[row.Subject] = ContractJson.Read<Receipt>(row.Body);
        }
        return held;
    }

    /// <summary>
    /// Keeps the receipt if its (epoch, version) is higher than the one held and than the tombstone of its stream; completes when
    /// that is on the disk. False when a newer one is held, or the stream was erased since.
    /// </summary>
    internal Task<bool> ApplyAsync(Receipt receipt, string? stream, CancellationToken cancel)
    {
        var body = ContractJson.Write(receipt with
        {
            Language = null,
            Action = null,
            Source = null,
            ClaimedAt = null,
            Previous = null,
            CausedBy = null,
            Changed = [],
            Dropped = [],
        });
        return _store.WriteAsync(
            db => db.Database.ExecuteSql(
                $"""
                INSERT INTO receipts (site, subject, epoch, version, body, stream)
                SELECT {receipt.Site}, {receipt.SubjectId}, {receipt.Epoch}, {receipt.Version}, {body}, {stream}
                WHERE NOT EXISTS (
                    SELECT 1 FROM tombstones WHERE stream = {stream} AND (epoch, version) >= ({receipt.Epoch}, {receipt.Version}))
                ON CONFLICT (site, subject) DO UPDATE
                SET epoch = excluded.epoch, version = excluded.version, body = excluded.body, stream = excluded.stream
                WHERE (excluded.epoch, excluded.version) > (receipts.epoch, receipts.version)
                """) > 0
                || db.Receipts.Any(r =>
                    r.Site == receipt.Site && r.Subject == receipt.SubjectId && r.Epoch == receipt.Epoch && r.Version == receipt.Version),
            cancel);
    }

    /// <summary>
    /// Deletes what is held of an erased stream, and keeps its hash, epoch and version, so that no late message brings it back;
    /// completes when that is on the disk and no earlier state of it is left in the file. What was decided after the erasure stays.
    /// </summary>
    internal async Task EraseAsync(ConsentErased e, CancellationToken cancel)
    {
        var erased = await _store.WriteAsync(
            db =>
            {
                db.Database.ExecuteSql(
                    $"""
                    INSERT INTO tombstones (stream, epoch, version) VALUES ({e.Stream}, {e.Epoch}, {e.Version})
                    ON CONFLICT (stream) DO UPDATE SET epoch = excluded.epoch, version = excluded.version
                    WHERE (excluded.epoch, excluded.version) > (tombstones.epoch, tombstones.version)
                    """);
                return db.Database.ExecuteSql(
                    $"DELETE FROM receipts WHERE stream = {e.Stream} AND (epoch, version) <= ({e.Epoch}, {e.Version})");
            },
            cancel);
        if (erased > 0) _store.EmptyWal();
    }

    private static (bool Permitted, string Reason) Answer(Receipt? newest, PublishedDeclaration inForce, string purpose, DateTimeOffset now)
    {
        var state = ConsentState.Of(newest, inForce, purpose, now);
        return (state.Permitted, JsonNamingPolicy.KebabCaseLower.ConvertName(state.Status.ToString()));
    }
}
