using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;
using Consent.Subscriber;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Keeps the index as the stores are. From the log of this service by its feed, which is read to its end before each piece of answers: so whatever was
/// committed before is in them, also by another replica, and nothing has to be told twice. From the receipts by the writer itself, between its commit and
/// its answer, or, where replicas share their store, as from the log. At the start everything is read once; until then, and whenever something is wrong,
/// every answer comes from the stores. So it is read anew where the log shows not to be the one that was read, as after a restore, or a failover that lost what was committed last.
/// </summary>
public sealed class AddressIndexFeed(
    AddressIndex index, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log,
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] SubscriberState consent, TimeProvider time, ILogger<AddressIndexFeed> logger) : BackgroundService
{
    private const int AtOnce = 500;

    /// <summary>What a check reads on its way; behind more than that it asks the stores.</summary>
    private const int MostBehind = 5000;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    /// <summary>What comes within it is read together.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(20);

    /// <summary>For a log that says it has more than it tells, as one may that lost something.</summary>
    private static readonly TimeSpan InVain = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Streams of records that stood last, and are not there any more: of each a tombstone must come.</summary>
    private readonly HashSet<StreamKey> _gone = [];
    private volatile TaskCompletionSource _isBuilt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _holdsReceipts;
    private int _epoch = log.Epoch;
    private long _position;
    private LogRecord? _last;

    /// <summary>Completes when everything was read once; another one, when it has to be read anew.</summary>
    public Task Built => _isBuilt.Task;

    /// <summary>Whether all that is committed by now is in the index; false as well when that cannot be known.</summary>
    public async ValueTask<bool> IsCurrentAsync(CancellationToken cancel)
    {
        var isCurrent = await CanBeReadOnAsync(cancel);
        if (!isCurrent) AddressIndexMetrics.NotCurrent.Add(1);
        return isCurrent;
    }

    /// <param name="ring">The controller's.</param>
    public AddressIndexAnswers AnswersFor(
        PublishedDeclaration inForce, KeyRing ring, TopicOnChannel topic, DateTimeOffset now,
        Func<IReadOnlyList<TopicEntry>, IReadOnlyList<Receipt>, bool, SendDecision> decide)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        ArgumentNullException.ThrowIfNull(topic);
        var (site, chosen) = (inForce.Declaration.Site, topic.Declared.Frequencies is null ? null : topic.Declared.Id);
        return new AddressIndexAnswers(index, ring, site, topic.Id, inForce.Declaration.PurposeBehind(topic.Id)?.Id, now, decide, chosen, IsBuried);

        // Whom another replica erased may still be known here under his own name.
        bool IsBuried(string subjectId, bool isKnown) =>
            index.HasBuried && (!isKnown || log.IsShared) && index.IsBuried(log.KeyOf(MarketingRecord.Stream(site, subjectId)));
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!_holdsReceipts)
                {
                    await consent.FollowAsync(SubjectId.IsAddress, index.Hear, stoppingToken);
                    _holdsReceipts = true;
                }
                var before = Volatile.Read(ref _position);
                if (!await ReadSomeAsync(stoppingToken)) continue;
                var after = Volatile.Read(ref _position);
                await log.WaitForAppendAsync(after, Idle, stoppingToken);
                await Task.Delay(after == before ? InVain : Together, time, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("The index of addresses could not be read on ({Reason}); checks ask the stores until it is.", e.GetType().Name);
                if (!_holdsReceipts) await ForgetAsync(stoppingToken);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task<bool> CanBeReadOnAsync(CancellationToken cancel)
    {
        if (!Built.IsCompleted || !index.IsSound) return false;
        await _one.WaitAsync(cancel);
        try
        {
            // Read anew it may have come to its end before the receipts were told again.
            return Built.IsCompleted && await CatchUpAsync(cancel) && await ReadOnAsync(MostBehind, cancel) && index.IsSound;
        }
        catch (Exception) when (!cancel.IsCancellationRequested)
        {
            // Then the stores are asked, who tell what is wrong with them.
            return false;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<bool> ReadSomeAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            if ((_holdsReceipts && !await CatchUpAsync(cancel)) || !await ReadOnAsync(AtOnce, cancel) || !_holdsReceipts) return false;
            index.Complete();
            _isBuilt.TrySetResult();
            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Of receipts that were told in part it is not known whether they are still there.</summary>
    private async Task ForgetAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            Forget();
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Whether all receipts that are committed are in the index. Where they may not be those that were told, everything is to be read anew.</summary>
    private async ValueTask<bool> CatchUpAsync(CancellationToken cancel) => await consent.CatchUpAsync(cancel) || BeginAnew();

    /// <returns>Whether that was all. It never is where what was read before may be no more: then everything is to be read anew.</returns>
    private async Task<bool> ReadOnAsync(int most, CancellationToken cancel)
    {
        for (var read = 0; read < most;)
        {
            // With the record that was read last, by which it shows whether the log is still the same: one that lost something gives out its positions again.
            var page = await log.FeedAsync(_last is { } last ? last.Position - 1 : 0, AtOnce + 1, cancel);
            if (log.Epoch != _epoch || !GoesOn(page)) return BeginAnew();
            foreach (var record in page.Where(record => record.Position > _position))
            {
                Apply(record);
                _last = record;
                Volatile.Write(ref _position, record.Position);
            }
            if (page.Count <= AtOnce) return _gone.Count == 0 ? log.Epoch == _epoch : BeginAnew();
            read += page.Count;
        }
        return false;
    }

    /// <summary>
    /// Whether the page begins with what was read last. By its content too: in a stream that lost its newest record the next one has the same id. One that is
    /// not there was erased, and its tombstone comes behind it.
    /// </summary>
    private bool GoesOn(IReadOnlyList<LogRecord> page)
    {
        if (_last is not { } last) return true;
        if (page.Count > 0 && page[0].Position == last.Position) return page[0].Id == last.Id && page[0].Payload.Span.SequenceEqual(last.Payload.Span);
        _gone.Add(last.StreamKey);
        return true;
    }

    /// <returns>False.</returns>
    private bool BeginAnew()
    {
        logger.LogWarning("What was read is not what is there, as after a restore: the index of addresses is read anew, and checks ask the stores until it was.");
        Forget();
        return false;
    }

    private void Forget()
    {
        if (_isBuilt.Task.IsCompleted) _isBuilt = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        index.Clear();
        _gone.Clear();
        (_epoch, _last, _holdsReceipts) = (log.Epoch, null, false);
        Volatile.Write(ref _position, 0);
    }

    private void Apply(LogRecord record)
    {
        if (record.Kind == LogRecord.Erased)
        {
            _gone.Remove(record.StreamKey);
            if (index.Erased(record.StreamKey) is { } named) index.SetOwn(named.Site, named.SubjectId, MarketingLog.Read(record, named.Site, named.SubjectId)?.Topics);
            return;
        }
        if (!MarketingRecord.IsStream(record.Stream)) return;
        var read = record.Read<MarketingRecord>();
        index.SetOwn(read.Site, read.SubjectId, read.Topics, read.Frequencies);
    }
}
