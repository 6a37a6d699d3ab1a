using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Subscriber;

/// <summary>
/// Soon after the start, and every <c>Subscriber:CompareEvery</c> (a time span, 10 minutes unless set), once everything is loaded, tells the consent service what is
/// held, as a digest for each bucket of streams, and loads again what differs: so a file that was damaged, or altered by hand, heals.
/// </summary>
internal sealed class CompareState(
    Wishes wishes, SubscriberState state, SubscriberStore store, LoadSnapshot load, IEventTransport transport, IConfiguration configuration, TimeProvider time,
    ILogger<CompareState> log) : BackgroundService, IEventHandler<ComparisonAnswered>
{
    private const int RowsPerBucket = 500;
    private const int BucketsPerQuestion = 64;
    private const int MostBits = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The file may have come out of an old backup.</summary>
    private static readonly TimeSpan SoonAfterStart = TimeSpan.FromSeconds(15);
    private readonly Lock _gate = new();
    private (StateCompared Question, TaskCompletionSource Answered)? _asked;
    private string? _declarationsRepaired;

    public async Task HandleAsync(ComparisonAnswered e, CancellationToken cancel)
    {
        (StateCompared Question, TaskCompletionSource Answered) asked;
        lock (_gate)
        {
            if (_asked is not { } found || found.Question.Id != e.Question) return;
            asked = found;
            _asked = null;
        }

        foreach (var bucket in e.Differing)
        {
            var (after, until) = StateDigest.RangeOf(bucket, asked.Question.Bits);
            await load.RepairAsync(new LoadSnapshot.Range(after, until, Wishes.Kinds, IsWalk: false), cancel);
        }

        // Once for what is held: declarations that the log lost in a restore differ for ever.
        if (e.Declarations && _declarationsRepaired != asked.Question.Declarations)
        {
            _declarationsRepaired = asked.Question.Declarations;
            await load.RepairDeclarationsAsync(cancel);
        }

        asked.Answered.TrySetResult();
    }

    /// <summary>Compares everything once. False when an answer did not come.</summary>
    internal async Task<bool> CompareAsync(CancellationToken cancel)
    {
        using var db = store.Open();
        var bits = BitsFor(await db.Receipts.CountAsync(cancel));
        var declarations = DeclarationsIn(db);
        for (var first = 0; first < 1 << bits; first += BucketsPerQuestion)
        {
            var digests = await DigestsAsync(first, Math.Min(BucketsPerQuestion, (1 << bits) - first), bits, cancel);
            var question = new StateCompared(RandomId.New(), LoadSnapshot.Source, wishes.Service, wishes.Purposes, bits, first, digests, declarations);
            var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate) _asked = (question, answered);
            await transport.PublishAsync([OutgoingEvent.Of(question, LoadSnapshot.Source)], cancel);
            try
            {
                await answered.Task.WaitAsync(Patience, time, cancel);
            }
            catch (TimeoutException)
            {
                return false;
            }
        }

        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var every = configuration.GetValue("Subscriber:CompareEvery", TimeSpan.FromMinutes(10));
        using var timer = new PeriodicTimer(every < SoonAfterStart ? every : SoonAfterStart, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            timer.Period = every;
            if (!state.IsLoaded) continue;
            try
            {
                if (!await CompareAsync(stoppingToken)) log.LogInformation("{Service} was not told whether its state is right; it asks again later.", wishes.Service);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("{Service} could not compare its state ({Reason}); it tries again later.", wishes.Service, e.GetType().Name);
            }
        }
    }

    private static int BitsFor(int rows)
    {
        var bits = 0;
        while (bits < MostBits && rows >> bits > RowsPerBucket) bits++;
        return bits;
    }

    private async Task<List<string>> DigestsAsync(int first, int count, int bits, CancellationToken cancel)
    {
        var digests = new StateDigest[count];
        var (after, until) = (StateDigest.RangeOf(first, bits).After, StateDigest.RangeOf(first + count - 1, bits).Until);
        using var db = store.Open();
        await foreach (var row in db.Receipts.AsNoTracking().Where(r => r.Stream!.CompareTo(after) > 0 && r.Stream.CompareTo(until) <= 0).AsAsyncEnumerable().WithCancellation(cancel))
        {
            var bucket = StateDigest.BucketOf(row.Stream!, bits) - first;
            digests[bucket] = digests[bucket].With(HeldReceipts.DigestOf(row));
        }

        return [.. digests.Select(d => d.ToString())];
    }

    private static string DeclarationsIn(SubscriberDb db)
    {
        var held = new List<PublishedDeclaration>();
        foreach (var row in db.Declarations.AsNoTracking().AsEnumerable())
        {
            try
            {
                var declaration = ContractJson.Read<PublishedDeclaration>(row.Body);
                held.Add(declaration with { Version = row.Version, Hash = PublishedDeclaration.HashOf(declaration.Declaration) });
            }
            catch (System.Text.Json.JsonException)
            {
                // It is missing, then.
            }
        }

        return StateDigest.Of(held).ToString();
    }
}
