using Consent.Contracts;

namespace Consent.Subscriber;

/// <summary>
/// What one subscriber knows: the newest receipt of each (site, subject), in its own store. Answers come from
/// <see cref="ConsentState"/>, the declaration in force and the time, so that a consent runs out, and a changed declaration takes
/// effect, with no message sent. What is unknown is not permitted, and nothing is before everything was loaded. Registered per service
/// name by <see cref="SubscriberRegistration.AddConsentSubscriber"/>.
/// </summary>
public sealed class SubscriberState
{
    private const int SubjectsPerQuery = 1000;

    private readonly ISubscriberStore _store;
    private readonly Func<string> _wishes;
    private readonly DeclarationBook _declarations;
    private readonly TimeProvider _time;
    private readonly ErasedSubjects _erased;
    private readonly Lock _gate = new();
    private volatile Loading _loading;
    private volatile bool _isErasedInWal;

    /// <summary>Whether a question is open, which a page is to answer.</summary>
    private volatile bool _isAsking;

    /// <summary>Streams that were written by themselves since that question was asked; for the writer alone. Where replicas share the store it tells that itself.</summary>
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);

    /// <summary>Whether a site came to be awaited since that question was asked; for the writer alone.</summary>
    private bool _isAwaitingMore;

    /// <summary>How far the walk was, and where writing was, when that question was asked; for the writer alone.</summary>
    private Loading? _askedAt;
    private long _askedBehind;

    /// <summary>What this process began to load last.</summary>
    private string _begun;
    private long _order;
    private long _shown;

    /// <param name="wishes">What is to be loaded; other ones than before begin anew, on PostgreSQL also while it runs.</param>
    /// <param name="onErasing">Told who is erased before his row goes; see <see cref="ErasedSubjects"/>.</param>
    internal SubscriberState(
        ISubscriberStore store, DeclarationBook declarations, Func<string> wishes, TimeProvider time, Func<ErasedSubject, CancellationToken, Task>? onErasing = null)
    {
        (_store, _declarations, _wishes, _time, _erased) = (store, declarations, wishes, time, new ErasedSubjects(store, onErasing));
        var begun = wishes();
        _begun = begun;
        _loading = store.WriteAsync(writer => IsShared ? AgreedWishes.Begin(writer, begun, isNew: true) : Loading.Begin(writer, begun), CancellationToken.None)
            .GetAwaiter().GetResult();
    }

    /// <summary>Whether everything from before the subscriber came has been loaded; until then nothing is permitted.</summary>
    public bool IsLoaded => IsLoading && _loading.IsLoaded;

    /// <summary>The same for one site, which may have come to concern the subscriber since.</summary>
    public bool IsLoadedFor(string site)
    {
        var loading = _loading;
        return IsLoading && loading.IsLoaded && !loading.Awaited.Contains(site);
    }

    internal Loading Loading => _loading;

    /// <summary>Whether other replicas write to the store too.</summary>
    internal bool IsShared => _store.Others is not null;

    /// <summary>
    /// Whether what is loaded is known, and is what this process wishes for: another replica, of another release or after a restore, may have begun something else.
    /// </summary>
    internal bool IsLoading => _store.Others is not { } others || (others.IsCurrent && _loading.Wishes == _wishes());

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
        Refused(site) ?? HeldReceipts.Answer(Held(site, subject), _declarations.InForce(site)!, purpose, _time.Now());

    /// <summary>The same for many subjects, in their order, all at one moment.</summary>
    public IReadOnlyList<(bool Permitted, string Reason)> ArePermitted(string site, IReadOnlyList<string> subjects, string purpose)
    {
        if (Refused(site) is { } refused) return [.. subjects.Select(_ => refused)];
        var (now, inForce) = (_time.Now(), _declarations.InForce(site)!);
        var held = HeldOf(site, subjects);
        return [.. subjects.Select(subject => HeldReceipts.Answer(held.GetValueOrDefault(subject), inForce, purpose, now))];
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
    /// <remarks>On PostgreSQL changes are told by <see cref="CatchUpAsync"/> alone, of each subject in the order of the commits. When this throws, what was told counts no more.</remarks>
    public Task FollowAsync(Func<string, bool> concerns, Action<IReadOnlyList<ReceiptChange>> told, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(concerns);
        ArgumentNullException.ThrowIfNull(told);
        return _store.FollowAsync(concerns, told, cancel);
    }

    /// <summary>
    /// Has the follower told of all that is committed by now, by other replicas too. False when what it was told counts no more, as after a failover of the database:
    /// then it is to forget that, and to follow anew. Throws while that cannot be known.
    /// </summary>
    public ValueTask<bool> CatchUpAsync(CancellationToken cancel) => _store.CatchUpAsync(cancel);

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
        await ChangeAsync(
            writer =>
            {
                var (missing, foreign) = _declarations.Weigh(declarations, _declarations.Unread(writer).Declarations, purposes);
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
            _askedBehind = writer.Place();
            return _askedAt = Loading.Read(writer);
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
                var applied = page.ApplyTo(writer, _askedBehind, _touched);
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
        ChangeAsync(
            writer =>
            {
                var now = Loading.Read(writer);
                var isElsewhere = _isAwaitingMore || (IsShared && _askedAt is { } asked && !now.IsAsAt(asked));
                return isElsewhere ? now : Loading.Move(writer, through, complete);
            },
            cancel);

    /// <summary>Learns what other replicas have loaded and which declarations they heard, and begins anew when something else is to be loaded; see <see cref="AgreedWishes"/>.</summary>
    internal async Task RefreshAsync(CancellationToken cancel)
    {
        var wishes = _wishes();
        (long, IReadOnlyList<PublishedDeclaration>) unread = (0, []);
        await ChangeAsync(
            writer =>
            {
                unread = _declarations.Unread(writer);
                return AgreedWishes.Begin(writer, wishes, isNew: wishes != _begun);
            },
            cancel);
        _begun = wishes;
        // In force only now that it is known what is awaited.
        _declarations.Remember(unread);
    }

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
        if (_isAsking && stream is not null && !IsShared) _touched.Add(stream);
    }

    /// <summary>When a reader was in the way, the message comes again, finds nothing to erase, and tries this once more.</summary>
    private void EmptyWalAfter(int erased)
    {
        if (erased > 0) _isErasedInWal = true;
        if (!_isErasedInWal) return;
        _store.WipeDeleted();
        _isErasedInWal = false;
    }

    private (bool Permitted, string Reason)? Refused(string site) =>
        !IsLoadedFor(site) ? (false, "not-loaded") : _declarations.InForce(site) is null ? (false, "unknown-site") : null;

    private HeldReceipt? Held(string site, string subject) => _store.Find(site, subject);

    private Dictionary<string, HeldReceipt> HeldOf(string site, IEnumerable<string> subjects)
    {
        var held = new Dictionary<string, HeldReceipt>(StringComparer.Ordinal);
        foreach (var some in subjects.Distinct(StringComparer.Ordinal).Chunk(SubjectsPerQuery))
        {
            foreach (var row in _store.Find(site, some)) held[row.Subject] = row;
        }
        return held;
    }
}
