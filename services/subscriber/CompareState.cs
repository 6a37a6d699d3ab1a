using System.Collections.Concurrent;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Subscriber;

/// <summary>
/// Soon after the start, and every <c>Subscriber:CompareEvery</c> (a time span, 10 minutes unless set), once everything is loaded, tells the consent service what is
/// held, as a digest for each bucket of streams, and loads again what differs: so a file that was damaged, or altered by hand, heals.
/// Until that succeeded once it is tried again soon: the file may have come out of an old backup; and so may a database that is found to be another one. Of replicas
/// each does so, at a time that is its own while it is its turn to load.
/// </summary>
internal sealed class CompareState(
    Wishes wishes, SubscriberState state, ISubscriberStore store, LoadSnapshot load, IEventTransport transport, IConfiguration configuration, TimeProvider time,
    ILogger<CompareState> log) : BackgroundService, IEventHandler<ComparisonAnswered>
{
    private const int RowsPerBucket = 500;
    private const int BucketsPerQuestion = 64;
    private const int MostBits = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SoonAfterStart = TimeSpan.FromSeconds(15);
    private readonly ConcurrentDictionary<string, (StateCompared Question, TaskCompletionSource<int> Answered)> _asked = new(StringComparer.Ordinal);
    private string? _declarationsRepaired;

    /// <summary>As many as the publisher asked for: it holds streams that are not for this subscriber.</summary>
    private int _leastBits;

    public async Task HandleAsync(ComparisonAnswered e, CancellationToken cancel)
    {
        if (!await TryApplyAsync(e, cancel) && store.Others is { } others) await others.LeaveAsync(e.Question, e, cancel);
    }

    /// <returns>Whether this replica asked for it.</returns>
    private async Task<bool> TryApplyAsync(ComparisonAnswered e, CancellationToken cancel)
    {
        if (!_asked.TryRemove(e.Question, out var asked)) return false;
        foreach (var bucket in e.Differing)
        {
            var (after, until) = StateDigest.RangeOf(bucket, asked.Question.Bits);
            await load.RepairAsync(new LoadSnapshot.Range(after, until, Wishes.Kinds, IsWalk: false), cancel);
        }

        // The first question tells of declarations. Once for what is held: those that the log lost in a restore differ for ever.
        if (asked.Question.First == 0)
        {
            if (e.Declarations && _declarationsRepaired != asked.Question.Declarations) await load.RepairDeclarationsAsync(cancel);
            _declarationsRepaired = e.Declarations ? asked.Question.Declarations : null;
        }

        asked.Answered.TrySetResult(e.Bits ?? 0);
        return true;
    }

    /// <summary>Compares everything once. False when an answer did not come.</summary>
    internal async Task<bool> CompareAsync(CancellationToken cancel)
    {
        Count(await store.WriteAsync(writer => writer.Sweep(), cancel));
        var bits = Math.Max(_leastBits, BitsFor(await store.CountAsync(cancel)));
        var declarations = StateDigest.Of(store.Declarations().Select(HeldDeclarations.Read).OfType<PublishedDeclaration>()).ToString();
        for (var first = 0; first < 1 << bits; first += BucketsPerQuestion)
        {
            var digests = await DigestsAsync(first, Math.Min(BucketsPerQuestion, (1 << bits) - first), bits, cancel);
            var question = new StateCompared(RandomId.New(), LoadSnapshot.Source, wishes.Service, wishes.Purposes, bits, first, digests, declarations);
            var answered = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            _asked[question.Id] = (question, answered);
            try
            {
                if (store.Others is { } others)
                {
                    // Prolongs the turn, as long as questions are answered.
                    await others.IsMineAsync(cancel);
                    await others.AwaitAsync(question.Id, cancel);
                }

                await transport.PublishAsync([OutgoingEvent.Of(question, LoadSnapshot.Source)], cancel);
                if (await answered.Task.WaitAsync(Patience, time, cancel) is var finer && finer > bits)
                {
                    _leastBits = Math.Min(finer, MostBits);
                    return await CompareAsync(cancel);
                }
            }
            catch (TimeoutException)
            {
                return false;
            }
            finally
            {
                _asked.TryRemove(question.Id, out _);
            }
        }

        // Who answers names the stream of each event: a row without one came from nowhere.
        Count(await store.WriteAsync(writer => writer.SweepUnnamed(), cancel));
        return true;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => store.Others is not { } others
        ? CompareOnAsync(stoppingToken)
        : Task.WhenAll(CompareOnAsync(stoppingToken), others.BringAsync<ComparisonAnswered>(() => [.. _asked.Keys], TryApplyAsync, log, stoppingToken));

    private async Task CompareOnAsync(CancellationToken stoppingToken)
    {
        var every = configuration.GetValue("Subscriber:CompareEvery", TimeSpan.FromMinutes(10));
        var soon = every < SoonAfterStart ? every : SoonAfterStart;
        var (pause, began, grounds) = (soon, time.GetTimestamp(), store.Others?.Grounds);
        using var timer = new PeriodicTimer(soon, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (grounds != store.Others?.Grounds) pause = soon;
            // A tick may come a little early.
            if (time.GetElapsedTime(began) + (soon / 2) < pause || !state.IsLoaded || !await IsMineAsync(stoppingToken)) continue;
            (began, grounds) = (time.GetTimestamp(), store.Others?.Grounds);
            var compared = await TryCompareAsync(stoppingToken);
            pause = compared || every < 2 * pause ? every : 2 * pause;
        }
    }

    private async Task<bool> IsMineAsync(CancellationToken cancel)
    {
        try
        {
            return store.Others is not { } others || await others.IsMineAsync(cancel);
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    private async Task<bool> TryCompareAsync(CancellationToken cancel)
    {
        try
        {
            if (await CompareAsync(cancel)) return true;
            log.LogInformation("{Service} was not told whether its state is right; it asks again later.", wishes.Service);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            log.LogWarning("{Service} could not compare its state ({Reason}); it tries again later.", wishes.Service, e.GetType().Name);
        }

        return false;
    }

    private void Count(int swept)
    {
        if (swept > 0) SubscriberMetrics.Repaired.Add(swept, new KeyValuePair<string, object?>("service", wishes.Service));
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
        await foreach (var row in store.BetweenAsync(after, until, cancel))
        {
            var bucket = StateDigest.BucketOf(row.Stream!, bits) - first;
            digests[bucket] = digests[bucket].With(HeldReceipts.DigestOf(row));
        }

        return [.. digests.Select(d => d.ToString())];
    }
}
