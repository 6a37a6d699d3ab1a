using System.Collections.Concurrent;
using Consent.Audit.Logs;
using Consent.Audit.Timelines;
using Consent.Contracts;
using Consent.Storage;

namespace Consent.Audit.Holds;

/// <summary>
/// The journals in audit's own log: streams <c>holds/{site}</c>, sealed, a record for each <see cref="HoldAct"/>; and <c>hold-site/{site}</c>, which lie under their names, for
/// the sites that have one. What is decided on a journal is appended to that journal or not at all, so that two replicas decide nothing twice; and it is kept outside of the data before
/// (<see cref="KeptHolds"/>), or does not come about. Read once for each act: how a site stands is held in memory until its newest record is another one, whoever appended that.
/// </summary>
public sealed class HoldJournal([FromKeyedServices(AuditSetup.Service)] IRecordLog log, AuditLog audit, KeptHolds kept, TimeProvider time) : IDisposable
{
    private const string Prefix = "holds/";
    private const string Sites = "hold-site/";
    private const int PageSize = 1000;
    private readonly ConcurrentDictionary<string, Standing> _standing = new(StringComparer.Ordinal);

    /// <summary>Acts that are over, and of which the person could not be taken out of what is kept.</summary>
    private readonly ConcurrentDictionary<(string Kind, string Id), bool> _named = new();
    private readonly SemaphoreSlim _one = new(1);
    private Func<CancellationToken, Task>? _putBack;
    private int _epoch = -1;

    public void Dispose() => _one.Dispose();

    /// <summary>The streams that name a site and nobody.</summary>
    internal static bool IsStream(string stream) => stream.StartsWith(Sites, StringComparison.Ordinal);

    /// <summary>Under which class of the verifiable log the record goes; null for what is no act.</summary>
    internal static string? ClassOf(LogRecord record) => !record.Stream.StartsWith(Prefix, StringComparison.Ordinal) || record.Kind == LogRecord.Erased ? null
        : record.Kind is HoldAct.Restricted or HoldAct.RestrictionLifted ? LogClass.Request : LogClass.Hold;

    /// <summary>By which a person of a site is known here: the same keyed hash as in the index of receipts and in the notes of looks.</summary>
    internal string PersonOf(string site, string subject) => log.KeyOf(FollowReceipts.NameOf(site, subject)).ToString();

    /// <summary>Puts back what is kept and missing, now and whenever the log has begun another epoch, because it lost something: before anything is read here or decided.</summary>
    /// <param name="putBack">By <see cref="ReadNowAsync"/> and <see cref="ActNowAsync"/>, which do not wait for it.</param>
    internal async Task PutBackAsync(Func<CancellationToken, Task> putBack, CancellationToken cancel)
    {
        (_putBack, _epoch) = (putBack, -1);
        await SettleAsync(cancel);
    }

    internal async Task<HoldBook> ReadAsync(string site, CancellationToken cancel)
    {
        await SettleAsync(cancel);
        return await ReadNowAsync(site, cancel);
    }

    internal async Task<HoldBook> ReadNowAsync(string site, CancellationToken cancel) => (await StandingAsync(site, cancel)).Book;

    /// <summary>Sites that have, or had, something held or restricted.</summary>
    internal async Task<IReadOnlyList<string>> SitesAsync(CancellationToken cancel)
    {
        var (sites, after) = (new List<string>(), 0L);
        while (await log.NamedFeedAsync(Sites, after, PageSize, cancel) is { Count: > 0 } page)
        {
            sites.AddRange(page.Select(r => r.Stream[Sites.Length..]));
            after = page[^1].Position;
        }
        return sites;
    }

    /// <summary>Appends what is decided on the journal as it then stands; durable on return. The record, or null where nothing was to be done. Throws <see cref="HoldsNotKeptException"/>.</summary>
    /// <param name="decide">Pure; asked again when the journal has grown meanwhile.</param>
    internal async Task<LogRecord?> ActAsync(string site, string kind, Func<HoldBook, HoldAct?> decide, CancellationToken cancel)
    {
        await SettleAsync(cancel);
        return await ActNowAsync(site, kind, decide, cancel);
    }

    internal async Task<LogRecord?> ActNowAsync(string site, string kind, Func<HoldBook, HoldAct?> decide, CancellationToken cancel)
    {
        for (HoldAct? before = null; ;)
        {
            var (_, version, book) = await StandingAsync(site, cancel);
            var act = decide(book);
            // What lost against another replica's, and came about under no name.
            if (before is not null && before.Id != act?.Id && !book.Acts.ContainsKey(KeptAct.KeyOf(kind, before.Id))) kept.Forget(kind, before.Id);
            if (act is null) return null;
            // Another replica, which started meanwhile, found it kept and missing here.
            if (book.Acts.TryGetValue(KeptAct.KeyOf(kind, act.Id), out var there)) return there.Record;
            kept.Keep(new KeptAct(kind, HoldAct.EndedBy(kind) is null ? act : act with { Persons = null }));
            // First what it is found by.
            if (version == 0) await audit.NoteAsync($"{Sites}{site}", "hold-site", new SiteNote(site), site, cancel);
            var record = new NewRecord { Stream = StreamOf(site), Version = version + 1, Kind = kind, RecordedAt = time.Now(), Payload = ContractJson.Write(act) };
            if (await AppendAsync(record, kind, act) is AppendOutcome.Appended appended)
            {
                if (HoldAct.EndedBy(kind) is { } ended) UnnameOver(ended, act.Of ?? "");
                return appended.Record;
            }

            before = act;
        }
    }

    /// <summary>
    /// Whether the erasure has to wait, durably on return, because the person is held. What is held from now on does not stop an erasure of which this said no.
    /// </summary>
    /// <param name="eventId">Of the event that told of the erasure, which is to be kept in its trace: it is carried out by it.</param>
    /// <param name="reason">Where a term is over, a restriction of the person goes on, and with it his name in what is kept.</param>
    internal async Task<bool> WaitsAsync(string site, string subject, string eventId, ErasureReason? reason, CancellationToken cancel)
    {
        var (person, waits) = (PersonOf(site, subject), false);
        var noted = await ActAsync(site, HoldAct.ErasureWaits, book =>
        {
            waits = book.IsWaiting(eventId);
            return book.Wait(eventId, person, time.Now());
        }, cancel);
        if (waits || noted is not null) return true;
        if (reason is not ErasureReason.Retention) await UnnameAsync(site, person, cancel);
        return false;
    }

    /// <summary>A restriction stays in the journal when its person is erased because he asked; outside of it nothing names him any more. To be done before it is said that he is.</summary>
    internal async Task UnnameAsync(string site, string person, CancellationToken cancel)
    {
        foreach (var restriction in (await ReadNowAsync(site, cancel)).Restrictions.Where(r => r.Over is null && r.Concerns(person))) kept.Unname(HoldAct.Restricted, restriction.Act.Id, person);
    }

    /// <summary>Takes persons out of what is kept, where that failed when it was over. Whether none of these is left.</summary>
    internal bool UnnameOver()
    {
        foreach (var (kind, id) in _named.Keys) UnnameOver(kind, id);
        return _named.IsEmpty;
    }

    /// <summary>What the log has taken is over, also where whom it concerned cannot be taken out of what is kept just now: that is tried again, and at each start.</summary>
    private void UnnameOver(string kind, string id)
    {
        try
        {
            kept.Unname(kind, id);
            _named.TryRemove((kind, id), out _);
        }
        catch (HoldsNotKeptException)
        {
            _named[(kind, id)] = true;
        }
    }

    /// <summary>An end that could not be appended was told to have failed: it must not come about at a later start, by which an erasure that waits would be carried out.</summary>
    private async Task<AppendOutcome> AppendAsync(NewRecord record, string kind, HoldAct act)
    {
        try
        {
            return await log.AppendAsync(record);
        }
        catch when (HoldAct.EndedBy(kind) is not null && kind != HoldAct.ErasureDone)
        {
            kept.Forget(kind, act.Id);
            throw;
        }
    }

    private async Task SettleAsync(CancellationToken cancel)
    {
        if (_putBack is null || Volatile.Read(ref _epoch) == log.Epoch) return;
        await _one.WaitAsync(cancel);
        try
        {
            for (var epoch = log.Epoch; Volatile.Read(ref _epoch) != epoch; epoch = log.Epoch)
            {
                _standing.Clear();
                await _putBack(cancel);
                Volatile.Write(ref _epoch, epoch);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private async ValueTask<Standing> StandingAsync(string site, CancellationToken cancel)
    {
        if (await log.LatestAsync(StreamOf(site), cancel) is not { } newest) return Standing.Nothing;
        if (_standing.TryGetValue(site, out var known) && known.IsAt(newest)) return known;
        var history = await log.HistoryAsync(StreamOf(site), cancel);
        var standing = new Standing(history[^1], history[^1].Version, HoldBook.Of(history));
        _standing[site] = standing;
        return standing;
    }

    private static string StreamOf(string site) => $"{Prefix}{site}";

    private sealed record SiteNote(string Site);

    /// <param name="Newest">Record of the journal; null for an empty one.</param>
    private sealed record Standing(LogRecord? Newest, long Version, HoldBook Book)
    {
        public static Standing Nothing { get; } = new(null, 0, HoldBook.Of([]));

        /// <summary>By its content too: in a journal that lost its newest record, as in a failover, the next one has the same id.</summary>
        public bool IsAt(LogRecord newest) => Newest is not null && Newest.Id == newest.Id && Newest.Payload.Span.SequenceEqual(newest.Payload.Span);
    }
}
