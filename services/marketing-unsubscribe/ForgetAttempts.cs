using Consent.Contracts;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Forgets what strangers typed (GDPR art. 5(1)(c) and (e)): where an address has nothing but attempts, they are erased a month after the newest, when the
/// link in the mail has long ceased to count. Looks every <c>Marketing:ForgetEvery</c> (a time span, an hour unless set), in one replica at a time (<see cref="Rounds"/>), and
/// at each attempt once, when its month is over: a later one of the same address has a month of its own.
/// </summary>
internal sealed class ForgetAttempts(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log, MarketingLog marketing, IConfiguration configuration, TimeProvider time,
    ILogger<ForgetAttempts> logger) : BackgroundService
{
    private const string Name = "forget-attempts";
    private const int RecordsAtOnce = 500;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);
    private readonly Rounds _rounds = new(log, Name, time);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _rounds.RunAsync(
        configuration.GetValue("Marketing:ForgetEvery", TimeSpan.FromHours(1)),
        ForgetOldAsync,
        e => logger.LogWarning("To forget old attempts to subscribe failed ({Reason}) and is tried again.", e.GetType().Name),
        stoppingToken);

    private async Task ForgetOldAsync(Lease lease, CancellationToken cancel)
    {
        List<LogRecord> old;
        do
        {
            var page = await log.FeedAsync(await log.CursorAsync(Name, cancel), RecordsAtOnce, cancel);
            old = [.. page.TakeWhile(record => record.RecordedAt + Kept <= time.Now())];
            foreach (var record in old) await ForgetAsync(record, cancel);
        }
        while (old.Count > 0 && await log.MoveCursorAsync(lease, old[^1].Position));
    }

    private async Task ForgetAsync(LogRecord record, CancellationToken cancel)
    {
        if (record.Kind != MarketingRecord.Attempted || await log.IsSupersededAsync(record, cancel)) return;
        var attempt = record.Read<MarketingRecord>();
        if (attempt.Topics.Count == 0) await marketing.ForgetAttemptsAsync(attempt.Site, attempt.SubjectId, cancel);
    }
}
