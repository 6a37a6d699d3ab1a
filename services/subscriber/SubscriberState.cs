using System.Text.Json;
using Consent.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Consent.Subscriber;

/// <summary>
/// What one subscriber knows: the newest receipt of each (site, subject), in its own file. Answers come from
/// <see cref="ConsentState"/>, the declaration in force and the time, so that a consent runs out, and a changed declaration takes
/// effect, with no message sent. What is unknown is not permitted, and nothing is before everything was loaded. Registered per service
/// name by <see cref="SubscriberRegistration.AddConsentSubscriber"/>.
/// </summary>
public sealed class SubscriberState
{
    private const int SubjectsPerQuery = 1000;

    /// <summary>Told in one transaction, behind which other writes wait.</summary>
    private const int RowsAtOnce = 500;

    private readonly SubscriberStore _store;
    private readonly DeclarationBook _declarations;
    private readonly TimeProvider _time;
    private readonly ErasedSubjects _erased;
    private readonly Lock _gate = new();
    private volatile Loading _loading;
    private volatile bool _isErasedInWal;

    /// <summary>Whether a question is open, which a page is to answer.</summary>
    private volatile bool _isAsking;

    /// <summary>Streams that were written by themselves since that question was asked; for the writer alone.</summary>
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);

    /// <summary>Whether a site came to be awaited since that question was asked; for the writer alone.</summary>
    private bool _isAwaitingMore;
    private long _order;
    private long _shown;

    /// <param name="wishes">What is to be loaded; other ones than at the last start begin anew.</param>
    /// <param name="onErasing">Told who is erased before his row goes; see <see cref="ErasedSubjects"/>.</param>
    internal SubscriberState(
        SubscriberStore store, DeclarationBook declarations, string wishes, TimeProvider time, Func<ErasedSubject, CancellationToken, Task>? onErasing = null)
    {
        (_store, _declarations, _time, _erased) = (store, declarations, time, new ErasedSubjects(store, onErasing));
        _loading = store.WriteAsync(writer => Loading.Begin(writer, wishes), CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Whether everything from before the subscriber came has been loaded; until then nothing is permitted.</summary>
    public bool IsLoaded => _loading.IsLoaded;

    /// <summary>The same for one site, which may have come to concern the subscriber since.</summary>
    public bool IsLoadedFor(string site)
    {
        var loading = _loading;
        return loading.IsLoaded && !loading.Awaited.Contains(site);
    }

    internal Loading Loading => _loading;

    /// <summary>How many streams are remembered for the page that is asked for.</summary>
    internal int Touched => _touched.Count;

    /// <summary>Whether data of this subject may be used now for this purpose or topic.</summary>
    /// <returns>
    /// The reason is a status in kebab-case (<c>given</c>, <c>not-needed</c>, <c>never-asked</c>, <c>refused</c>, <c>withdrawn</c>,
    /// <c>expired</c>, <c>ask-again</c>, <c>objected</c>), or <c>not-loaded</c>, <c>unknown-site</c>, <c>unreadable</c>. An id that the
    /// declaration lacks is <c>never-asked</c>. A subject never heard of is permitted only purposes that need no consent; marketing on a topic
    /// needs his own yes whatever its purpose rests on.
    /// </returns>
    public (bool Permitted, string Reason) IsPermitted(string site, string subject, string purpose) =>
        Refused(site) ?? Answer(Held(site, subject), _declarations.InForce(site)!, purpose, _time.Now());

    /// <summary>The same for many subjects, in their order, all at one moment.</summary>
    public IReadOnlyList<(bool Permitted, string Reason)> ArePermitted(string site, IReadOnlyList<string> subjects, string purpose)
    {
        if (Refused(site) is { } refused) return [.. subjects.Select(_ => refused)];
        var (now, inForce) = (_time.Now(), _declarations.InForce(site)!);
        var held = HeldOf(site, subjects);
        return [.. subjects.Select(subject => Answer(held.GetValueOrDefault(subject), inForce, purpose, now))];
    }

    /// <summary>
    /// The newest receipt heard of, without what the state does not need (language, action, source, the caller's time, what was
    /// dropped); null for a subject never heard of.
    /// </summary>
    public Receipt? Newest(string site, string subject) => Held(site, subject) is { } row ? HeldReceipts.Read(row) : null;

    /// <summary>
    /// The same for many subjects, by subject, without those never heard of; and of whom there is a receipt that cannot be read: it may be a "no", and is
    /// there again once the states were compared.
    /// </summary>
    public (IReadOnlyDictionary<string, Receipt> Receipts, IReadOnlySet<string> Unreadable) ReadNewestOf(string site, IEnumerable<string> subjects)
    {
        var (receipts, unreadable) = (new Dictionary<string, Receipt>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var (subject, row) in HeldOf(site, subjects))
        {
            if (HeldReceipts.Read(row) is { } receipt) receipts[subject] = receipt;
            else unreadable.Add(subject);
        }
        return (receipts, unreadable);
    }

    /// <summary>
    /// For who keeps something of its own of every receipt, such as an index in memory: tells of each change of what is held, in the order of the commits,
    /// each behind its commit and before whoever asked for it is answered; and of everything that is held already, which is told when this completes.
    /// </summary>
    /// <param name="concerns">Of which subjects what is held already is told; changes are told of all.</param>
    /// <param name="told">One at a time; must be quick, and must not throw. One follower: another takes its place.</param>
    public async Task FollowAsync(Func<string, bool> concerns, Action<IReadOnlyList<ReceiptChange>> told, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(concerns);
        ArgumentNullException.ThrowIfNull(told);
        await _store.WriteAsync(_ => _store.Follower = told, cancel);
        long? after = 0;
        while (after is { } last) after = await _store.WriteAsync(writer => writer.Tell(last, RowsAtOnce, concerns), cancel);
    }

    /// <summary>
    /// Keeps the receipt if its (epoch, version) is higher than the one held and than the tombstone of its stream; completes when
    /// that is on the disk. False when a newer one is held, or the stream was erased since.
    /// </summary>
    internal async Task<bool> ApplyAsync(Receipt receipt, string? stream, CancellationToken cancel)
    {
        var (isNewest, late) = await _store.WriteAsync(
            writer =>
            {
                Touch(stream);
                var kept = writer.Keep(receipt, stream);
                return (kept, kept ? null : _erased.LateOf(writer, receipt, stream));
            },
            cancel);
        if (late is not null) await _erased.TellLateAsync([late], cancel);
        return isNewest;
    }

    /// <summary>
    /// Deletes what is held of an erased stream, and keeps its hash, epoch and version, so that no late message brings it back;
    /// completes when that is on the disk and no earlier state of it is left in the file. What was decided after the erasure stays.
    /// </summary>
    internal async Task EraseAsync(ConsentErased e, CancellationToken cancel)
    {
        await _erased.TellAsync([e], [], cancel);
        var erased = await _store.WriteAsync(
            writer =>
            {
                Touch(e.Stream);
                return writer.Erase(e);
            },
            cancel);
        EmptyWalAfter(erased);
    }

    /// <summary>
    /// Puts declarations into the book, for who names these purposes. A site that declares one of them from now on, and may have been there
    /// before, is loaded before anything is permitted there, from the beginning; what is held of a site that does not concern him is deleted.
    /// </summary>
    internal async Task KeepAsync(IReadOnlyList<PublishedDeclaration> declarations, IReadOnlyList<string>? purposes, CancellationToken cancel)
    {
        if (declarations.Count == 0) return;
        var (missing, foreign) = _declarations.Weigh(declarations, purposes);
        await ChangeAsync(
            writer =>
            {
                foreach (var site in missing) Loading.Await(writer, site);
                foreach (var declaration in declarations) writer.Keep(declaration);
                // What came before the declaration was kept, since nobody knew whether it concerns the service.
                foreach (var site in foreign) writer.Delete("site = $1", site);
                if (missing.Count > 0) _isAwaitingMore = true;
                return Loading.Read(writer);
            },
            cancel);
        // In force only now that it is known what is awaited.
        _declarations.Remember(declarations);
    }

    /// <summary>From now on it is remembered what is written beside the page that is asked for, and whether the walk has to begin anew.</summary>
    internal Task AskingAsync(CancellationToken cancel) => ChangeAsync(
        writer =>
        {
            _touched.Clear();
            _isAwaitingMore = false;
            _isAsking = true;
            return Loading.Read(writer);
        },
        cancel);

    /// <summary>No page is asked for any more, so nothing needs to be remembered.</summary>
    internal void Answered() => _isAsking = false;

    /// <summary>Makes what is held in a range what the page says. What arrived by itself since the question stays as it is, where it is newer.</summary>
    internal async Task<PageOutcome> ApplyPageAsync(LoadedPage page, CancellationToken cancel)
    {
        await _erased.TellAsync(page.Tombstones, page.Receipts, cancel);
        var (outcome, late) = await _store.WriteAsync(
            writer =>
            {
                var applied = page.ApplyTo(writer, _touched);
                return (applied, page.Receipts.Where(e => !applied.Held.Contains(e.Stream!)).Select(e => _erased.LateOf(writer, e.Receipt, e.Stream)).OfType<ErasedSubject>().ToList());
            },
            cancel);
        EmptyWalAfter(outcome.Erased);
        await _erased.TellLateAsync(late, cancel);
        return outcome;
    }

    /// <summary>
    /// The walk has come so far, and what was loaded is known to the service. When a site came to be awaited since the page was asked
    /// for, it stays where it is, which is the beginning: what is missing of that site may lie anywhere, and the page may not know of it.
    /// </summary>
    internal Task MoveAsync(string through, bool complete, CancellationToken cancel) =>
        ChangeAsync(writer => _isAwaitingMore ? Loading.Read(writer) : Loading.Move(writer, through, complete), cancel);

    /// <summary>Of two that were committed together the earlier may be told of last: it is not shown then.</summary>
    private async Task ChangeAsync(Func<SubscriberWriter, Loading> write, CancellationToken cancel)
    {
        var (order, loading) = await _store.WriteAsync(writer => (++_order, write(writer)), cancel);
        lock (_gate)
        {
            if (order > _shown) (_shown, _loading) = (order, loading);
        }
    }

    private void Touch(string? stream)
    {
        if (_isAsking && stream is not null) _touched.Add(stream);
    }

    /// <summary>When a reader was in the way, the message comes again, finds nothing to erase, and tries this once more.</summary>
    private void EmptyWalAfter(int erased)
    {
        if (erased > 0) _isErasedInWal = true;
        if (!_isErasedInWal) return;
        _store.EmptyWal();
        _isErasedInWal = false;
    }

    private static (bool Permitted, string Reason) Answer(HeldReceipt? row, PublishedDeclaration inForce, string purpose, DateTimeOffset now)
    {
        var newest = row is null ? null : HeldReceipts.Read(row);
        if (row is not null && newest is null) return (false, "unreadable");
        var state = ConsentState.Of(newest, inForce, purpose, now);
        return (state.Permitted, JsonNamingPolicy.KebabCaseLower.ConvertName(state.Status.ToString()));
    }

    private (bool Permitted, string Reason)? Refused(string site) =>
        !IsLoadedFor(site) ? (false, "not-loaded") : _declarations.InForce(site) is null ? (false, "unknown-site") : null;

    private HeldReceipt? Held(string site, string subject)
    {
        using var db = _store.Open();
        return db.Receipts.AsNoTracking().FirstOrDefault(r => r.Site == site && r.Subject == subject);
    }

    private Dictionary<string, HeldReceipt> HeldOf(string site, IEnumerable<string> subjects)
    {
        using var db = _store.Open();
        var held = new Dictionary<string, HeldReceipt>(StringComparer.Ordinal);
        foreach (var some in subjects.Distinct(StringComparer.Ordinal).Chunk(SubjectsPerQuery))
        {
            foreach (var row in db.Receipts.AsNoTracking().Where(r => r.Site == site && EF.Parameter(some).Contains(r.Subject))) held[row.Subject] = row;
        }
        return held;
    }
}
