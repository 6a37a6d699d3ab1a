using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;
using Consent.Subscriber;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Keeps the index as the stores are. From the log of this service by its feed, which is read to its end before each piece of answers: so whatever was
/// committed before is in them, also by another replica, and nothing has to be told twice. From the receipts by the writer itself, between its commit and
/// its answer. At the start everything is read once; until then, and whenever something is wrong, every answer comes from the stores.
/// </summary>
public sealed class AddressIndexFeed(
    AddressIndex index, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log,
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] SubscriberState consent, TimeProvider time, ILogger<AddressIndexFeed> logger) : BackgroundService
{
    private const int AtOnce = 500;

    /// <summary>What a check reads on its way; behind more than that it asks the stores.</summary>
    private const int MostBehind = 5000;
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    /// <summary>What comes within it is read together.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _one = new(1);
    private readonly TaskCompletionSource _isBuilt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _epoch = log.Epoch;
    private long _position;

    /// <summary>Completes when everything was read once.</summary>
    public Task Built => _isBuilt.Task;

    /// <summary>Whether all that is committed by now is in the index; false as well when that cannot be known.</summary>
    public async ValueTask<bool> IsCurrentAsync(CancellationToken cancel)
    {
        if (!Built.IsCompleted || !index.IsSound) return false;
        await _one.WaitAsync(cancel);
        try
        {
            return await ReadOnAsync(MostBehind, cancel) && index.IsSound;
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
        var holdsReceipts = false;
        while (!stoppingToken.IsCancellationRequested && log.Epoch == _epoch)
        {
            try
            {
                if (!holdsReceipts) await consent.FollowAsync(SubjectId.IsAddress, index.Hear, stoppingToken);
                holdsReceipts = true;
                if (!await ReadSomeAsync(stoppingToken)) continue;
                _isBuilt.TrySetResult();
                await log.WaitForAppendAsync(Volatile.Read(ref _position), Idle, stoppingToken);
                await Task.Delay(Together, time, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("The index of addresses could not be read on ({Reason}); checks ask the stores until it is.", e.GetType().Name);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
        if (!stoppingToken.IsCancellationRequested) logger.LogWarning("The log was restored: checks ask the stores until the service is started again.");
    }

    private async Task<bool> ReadSomeAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            return await ReadOnAsync(AtOnce, cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <returns>Whether that was all. It never is in another epoch: what was read may be no more.</returns>
    private async Task<bool> ReadOnAsync(int most, CancellationToken cancel)
    {
        for (var read = 0; read < most && log.Epoch == _epoch;)
        {
            var page = await log.FeedAsync(_position, AtOnce, cancel);
            foreach (var record in page)
            {
                Apply(record);
                Volatile.Write(ref _position, record.Position);
            }
            if (page.Count < AtOnce) return log.Epoch == _epoch;
            read += page.Count;
        }
        return false;
    }

    private void Apply(LogRecord record)
    {
        if (record.Kind == LogRecord.Erased)
        {
            if (index.Erased(record.StreamKey) is { } named) index.SetOwn(named.Site, named.SubjectId, MarketingLog.Read(record, named.Site, named.SubjectId)?.Topics);
            return;
        }
        if (!MarketingRecord.IsStream(record.Stream)) return;
        var read = record.Read<MarketingRecord>();
        index.SetOwn(read.Site, read.SubjectId, read.Topics, read.Frequencies);
    }
}
