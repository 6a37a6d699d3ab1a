using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;
using Microsoft.Data.Sqlite;

namespace Consent.Audit.Timelines;

/// <summary>
/// Keeps <see cref="ReceiptIndex"/> up to audit's log, in <c>{Data}/audit/receipts</c>, by each replica for itself: soon after something comes, and before each answer that rests on it.
/// Made anew from the feed where it does not fit, and after a restore of the log.
/// </summary>
internal sealed class FollowReceipts(
    [FromKeyedServices(AuditSetup.Service)] IRecordLog log, IConfiguration configuration, TimeProvider time, ILogger<FollowReceipts> logger) : BackgroundService
{
    private const int PageSize = 1000;

    /// <summary>Further behind than this, an answer does not wait.</summary>
    private const int MostPages = 20;

    /// <summary>Also where nothing seems to come.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _one = new(1);
    private OwnFolder? _folder;
    private ReceiptIndex? _index;
    private long _position;
    private int _epoch;

    /// <summary>By which a person of a site is known in the index, and in what notes who looked at him.</summary>
    public StreamKey KeyOf(string site, string subject) => log.KeyOf(NameOf(site, subject));

    /// <summary>Of which that is the keyed hash.</summary>
    public static string NameOf(string site, string subject) => $"subject/{site}/{subject}";

    /// <summary>
    /// The index, with all that had been heard when this was called. Throws <see cref="LogUnavailableException"/> while it is being made from a long log, and when it cannot be written.
    /// </summary>
    public async Task<ReceiptIndex> CurrentAsync(CancellationToken cancel) =>
        await FollowAsync(cancel) ?? throw new LogUnavailableException("The index of receipts is being made.");

    public override void Dispose()
    {
        base.Dispose();
        _index?.Dispose();
        _folder?.Dispose();
        _one.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250), time);
        do
        {
            try
            {
                while (await FollowAsync(stoppingToken) is null) await Task.Yield();
                // Woken by what comes: an engine that is paid by the question is not asked for the feed four times a second.
                await log.WaitForAppendAsync(_position, LookEvery, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                logger.LogInformation("The index of receipts could not be brought up to the log ({Kind}); it is tried again.", e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Null when more is behind than one call takes in.</summary>
    private async Task<ReceiptIndex?> FollowAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            // In another epoch something else may stand at the places that were read.
            if (_epoch != log.Epoch) Close();
            var index = _index ??= Open();
            for (var pages = 0; pages < MostPages; pages++)
            {
                var page = await log.FeedAsync(_position, PageSize, cancel);
                if (page.Count > 0)
                {
                    var erased = page.Where(r => r.Kind == LogRecord.Erased).Select(r => r.StreamKey).ToList();
                    index.Apply([.. page.Select(Indexed).OfType<IndexedReceipt>()], erased, page[^1].Position, _epoch, [.. page.Select(IndexedLook.Of).OfType<IndexedLook>()]);
                    _position = page[^1].Position;
                }

                if (page.Count < PageSize) return index;
            }

            return null;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            Close();
            throw new LogUnavailableException("The index of receipts cannot be written.", e);
        }
        finally
        {
            _one.Release();
        }
    }

    private IndexedReceipt? Indexed(LogRecord record) =>
        record.Kind == ConsentChanged.Kind && record.Read<ConsentChanged>().Receipt is { } receipt
            ? new IndexedReceipt(
                record.Position, record.StreamKey, KeyOf(receipt.Site, receipt.SubjectId), receipt.Site, receipt.Controller, receipt.Declaration, receipt.Changed, receipt.Epoch,
                receipt.Version, receipt.RecordedAt)
            : null;

    private ReceiptIndex Open()
    {
        _folder ??= OwnFolder.Take(ServiceData.FileOf(configuration, AuditSetup.Service, "receipts"));
        _epoch = log.Epoch;
        if (TryContinue() is { } index) return index;
        _folder.Empty();
        _position = 0;
        return ReceiptIndex.Open(_folder.File("index"));
    }

    private void Close()
    {
        _index?.Dispose();
        _index = null;
    }

    private ReceiptIndex? TryContinue()
    {
        if (!File.Exists(_folder!.File("index"))) return null;
        ReceiptIndex? index = null;
        try
        {
            index = ReceiptIndex.Open(_folder.File("index"));
            (_position, var epoch) = index.Applied();
            // A restored log is in another epoch, and may have something else at these places.
            if (_position == 0 || epoch == _epoch) return index;
        }
        catch (Exception e) when (e is FormatException or SqliteException)
        {
            logger.LogInformation("The index of receipts cannot be read ({Kind}), and is made anew.", e.GetType().Name);
        }

        index?.Dispose();
        return null;
    }
}
