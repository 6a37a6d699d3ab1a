using Consent.Contracts;
using Consent.Storage;

namespace Consent.ConsentService;

/// <summary>What became of a decision.</summary>
internal abstract record Recorded
{
    private Recorded()
    {
    }

    /// <summary>Durable; the same again for a repeat under the same idempotency key.</summary>
    internal sealed record Stored(Receipt Receipt, bool IsRepeat = false) : Recorded;

    /// <summary>Nothing was stored, because of what the stream holds.</summary>
    internal sealed record Stale(string Reason, Receipt? Newest) : Recorded;

    internal sealed record Refused(string Reason, string Purpose) : Recorded;

    /// <summary>The idempotency key belongs to another request.</summary>
    internal sealed record KeyReused : Recorded;

    /// <summary>Nothing was stored: another service took the decision before the person was erased, and it went with the rest.</summary>
    internal sealed record Erased : Recorded;
}

/// <summary>Loads, decides, appends; and does so again when another decision of the same person came between. The only writer of receipts.</summary>
internal sealed class DecisionRecorder(
    [FromKeyedServices(ConsentSetup.Service)] IRecordLog log, DeclarationLog declarations, TimeProvider time)
{
    public const string Kind = "receipt";

    /// <summary>After so long an opt-out that is not here, of a person who was erased, is not to come any more: clocks of two services differ.</summary>
    private static readonly TimeSpan WentWithAnErasure = TimeSpan.FromHours(1);

    /// <param name="key">Idempotency key within the stream, with the hash of the request; looked up before anything is decided.</param>
    public Task<Recorded> RecordAsync(Decided decided, PublishedDeclaration inForce, (string Key, string RequestHash)? key)
    {
        var history = declarations.Of(decided.Site);
        if (decided.Shown is { } shown) decided = decided with { ShownUntil = history.SupersededAt(shown, time.Now()) };
        return AppendAsync(Receipt.Stream(decided.Site, decided.SubjectId), key, decided.HeldVersion == 0, decided.LiftsNoBefore ?? decided.TakenAt, (newest, place, now) =>
        {
            var verdict = Decide.On(decided, newest, inForce, history.EverDeclared, place, now);
            // The signal stores nothing by itself: it goes with a choice that is recorded.
            return decided.Gpc && verdict is Verdict.Record
                ? Decide.On(WithSignal(decided, newest, inForce, now), newest, inForce, history.EverDeclared, place, now)
                : verdict;
        });
    }

    /// <summary>
    /// Takes back an opt-out that another service had told, by the id of its event; null when that event is not known here, or not yet.
    /// </summary>
    public async Task<Recorded?> UndoAsync(MarketingUnsubscribeUndone undone, string source)
    {
        var stream = Receipt.Stream(undone.Site, undone.SubjectId);
        var saidAt = undone.OptedOutAt ?? undone.RecordedAt;
        if (await WasErasedSinceAsync(stream, saidAt)) return new Recorded.Erased();
        if (await log.FindByKeyAsync(stream, KeyOf(undone.Undoes), undone.Undoes) is null)
            return time.Now() - undone.RecordedAt > WentWithAnErasure && await log.OldestAsync(stream) is { Kind: LogRecord.Erased } ? new Recorded.Erased() : null;
        var held = (await log.HistoryAsync(stream)).Select(ReceiptOf).OfType<Receipt>().ToList();
        return await AppendAsync(stream, (KeyOf(undone.Id), undone.Id), false, saidAt, (newest, place, now) => DecideUndo.On(undone, source, held, newest, place, now));
    }

    /// <summary>
    /// Whether the person asked to be erased and said yes to none, or not to all, of these since: then what somebody else states of him is recorded no more,
    /// whenever it was stated.
    /// </summary>
    public async Task<bool> IsForgottenAsync(string site, string subject, IReadOnlyList<string> topics)
    {
        var stream = Receipt.Stream(site, subject);
        if (await log.OldestAsync(stream) is not { Kind: LogRecord.Erased } tombstone || EraseSubject.ReasonOf(tombstone) is ErasureReason.Retention) return false;
        var held = ReceiptOf(await log.LatestAsync(stream));
        return topics.Any(id => held?.Purposes.GetValueOrDefault(id)?.Status is not Decision.Given);
    }

    /// <summary>
    /// A "no" is recorded whenever it is heard. What the person confirmed to the same service after he had said it, and was heard before, is his later word:
    /// it is granted again on top, as of when it was.
    /// </summary>
    public async Task GrantLaterAgainAsync(Receipt no, PublishedDeclaration inForce)
    {
        if (no.Previous is null || ReceiptOf(await log.FindByIdAsync(no.Previous)) is not { } before) return;
        var later = before.Purposes.Where(p => p.Value is { Status: Decision.Given, TakenAt: { } at } && at > no.ClaimedAt
            && (no.Changed.Contains(p.Key)
                || (inForce.Declaration.PurposeBehind(p.Key) is { } purpose && (no.Changed.Contains(purpose.Id) || no.Changed.Contains(Receipt.Everything))))).ToList();
        if (later.Count == 0) return;
        var held = (await log.HistoryAsync(Receipt.Stream(no.Site, no.SubjectId))).Select(ReceiptOf).OfType<Receipt>().ToList();
        foreach (var (id, _) in later)
        {
            if (OwnGrantOf(held, id, no) is not { } grant) continue;
            var given = grant.Purposes[id];
            await RecordAsync(
                new Decided(
                    no.Site, no.SubjectId, 0, new Dictionary<string, bool> { [id] = true }, given.Declaration is { } hash ? declarations.ByHash(no.Site, hash) : null, grant.Language,
                    grant.Action, grant.Source, given.TakenAt, grant.CausedBy, given.TakenAt, given.TakenAt),
                inForce, ($"{KeyOf(no.CausedBy!)}:later:{id}", no.CausedBy!));
        }
    }

    /// <summary>
    /// The receipt of the person's own newest "yes" to the same service since he said no. What somebody else states of him afterwards stands in its place, and
    /// takes nothing from it.
    /// </summary>
    private static Receipt? OwnGrantOf(List<Receipt> held, string id, Receipt no) => held.FindLast(
        r => r.ActedBy is null && r.Source == no.Source && r.Changed.Contains(id)
            && r.Purposes.GetValueOrDefault(id) is { Status: Decision.Given, TakenAt: { } at } && at > no.ClaimedAt);

    /// <summary>Under which the receipt of another service's event is found again.</summary>
    public static string KeyOf(string eventId) => $"event:{eventId}";

    /// <summary>Records what was decided elsewhere, once for each row of the other system; nothing of a person who was erased since he decided it.</summary>
    public Task<Recorded> ImportAsync(ImportedDecision row, PublishedDeclaration inForce) => AppendAsync(
        Receipt.Stream(row.Site, row.SubjectId), ($"import:{row.From.System}:{row.From.Reference}", ""), true, row.DecidedAt,
        (newest, place, now) => DecideImport.On(row, newest, inForce, declarations.Of(row.Site).EverDeclared, place, now));

    /// <summary>
    /// Decides on top of the newest receipt and appends, again and again until no other decision of the person came between. Who is
    /// likely new is taken to be new at first: if there is a receipt after all, the append conflicts, and it is read.
    /// </summary>
    /// <param name="takenAt">When another service took it, whose event may come again at any time; null when it is taken here.</param>
    private async Task<Recorded> AppendAsync(
        string stream, (string Key, string RequestHash)? key, bool likelyNew, DateTimeOffset? takenAt, Func<Receipt?, Place, DateTimeOffset, Verdict> decide)
    {
        for (var unread = likelyNew; ; unread = false)
        {
            var newest = unread ? null : await log.LatestAsync(stream);
            // Looked up after the newest: a repeat that came between is found here, or makes the append conflict.
            if (key is not null && newest is not null && await log.FindByKeyAsync(stream, key.Value.Key, key.Value.RequestHash) is { } before)
                return before.SameRequest ? new Recorded.Stored(ReceiptBytes.Read(before.Record), IsRepeat: true) : new Recorded.KeyReused();
            // The erasure took the keys too, by which a repeat is known.
            if (takenAt is { } moment && newest is not null && await WasErasedSinceAsync(stream, moment)) return new Recorded.Erased();

            var held = ReceiptOf(newest);
            var version = (newest?.Version ?? 0) + 1;
            switch (decide(held, new Place(log.IdOf(stream, version), log.Epoch, version), time.Now()))
            {
                case not Verdict.Record when unread:
                    break;
                case Verdict.Refuse refuse:
                    ConsentMetrics.Refused.Add(1, new KeyValuePair<string, object?>("reason", refuse.Reason));
                    return new Recorded.Refused(refuse.Reason, refuse.Purpose);
                case Verdict.Stale stale:
                    ConsentMetrics.Refused.Add(1, new KeyValuePair<string, object?>("reason", stale.Reason));
                    return new Recorded.Stale(stale.Reason, held);
                case Verdict.Record { Receipt: var receipt }:
                    var outcome = await log.AppendAsync(new NewRecord
                    {
                        Stream = stream,
                        Version = version,
                        Kind = Kind,
                        RecordedAt = receipt.RecordedAt,
                        Payload = ReceiptBytes.Write(receipt),
                        IdempotencyKey = key?.Key,
                        RequestHash = key?.RequestHash,
                        Controller = receipt.Controller,
                    });
                    if (outcome is AppendOutcome.Appended) return new Recorded.Stored(receipt);
                    break;
            }
        }
    }

    /// <summary>Also when the person has decided anew since. A tie goes to the erasure.</summary>
    private async Task<bool> WasErasedSinceAsync(string stream, DateTimeOffset moment) =>
        await log.OldestAsync(stream) is { Kind: LogRecord.Erased } tombstone && tombstone.RecordedAt >= moment;

    /// <summary>With a "no" to what Global Privacy Control refuses, wherever it changes a status and the person chose nothing.</summary>
    private static Decided WithSignal(Decided decided, Receipt? held, PublishedDeclaration inForce, DateTimeOffset now)
    {
        var added = GlobalPrivacyControl.ToRecord(held, inForce, decided.Purposes.Keys, now);
        return added.Count == 0 ? decided : decided with { Purposes = decided.Purposes.Concat(added.Select(id => KeyValuePair.Create(id, false))).ToDictionary() };
    }

    /// <summary>The receipt in the record; null for none, and for a tombstone, after which everything begins anew.</summary>
    public static Receipt? ReceiptOf(LogRecord? record) => record?.Kind == Kind ? ReceiptBytes.Read(record) : null;
}
