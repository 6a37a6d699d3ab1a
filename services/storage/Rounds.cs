using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// Work that is done in rounds, by one replica at a time: under a lease of the log which lasts 6 seconds, and is prolonged every 2 while a round runs. A round
/// that was cut off, because who ran it died, was stopped or lost its store, is begun anew by the first replica that sees the lease ended and not given back. Each looks every
/// 2 seconds: so that is within 10 seconds, by the store's clock. Two may run a round at once, where one sleeps or cannot ask the store: what it does must bear being done twice.
/// </summary>
/// <param name="name">Of the lease.</param>
public sealed class Rounds(IRecordLog log, string name, TimeProvider time)
{
    private static readonly TimeSpan Term = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private readonly string _holder = RandomId.New();

    /// <summary>Runs a round every so often, and each that was cut off, until it is stopped. Throws nothing then.</summary>
    /// <param name="every">Counted from the call. More than zero. A round that could not be begun, because the store was away, is tried again at each look.</param>
    /// <param name="round">Its token is cancelled when the lease is lost, too.</param>
    /// <param name="failed">Is told why a round failed, and of a store that is away no more often than a round would be due; the next is run all the same.</param>
    /// <param name="before">Is done by every replica when a round is due, whichever of them then runs it.</param>
    public async Task RunAsync(
        TimeSpan every, Func<Lease, CancellationToken, Task> round, Action<Exception> failed, CancellationToken stopping, Func<CancellationToken, Task>? before = null)
    {
        ArgumentNullException.ThrowIfNull(round);
        ArgumentNullException.ThrowIfNull(failed);
        using var timer = new PeriodicTimer(every < LookEvery ? every : LookEvery, time);
        var last = time.GetTimestamp();
        long? told = null;
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                var (now, isBegun) = (time.GetTimestamp(), false);
                var isDue = time.GetElapsedTime(last, now) >= every;
                try
                {
                    if (isDue && before is not null) await before(stopping);
                    await TryAsync(!isDue, Begin, stopping);
                    if (!isDue) continue;
                    last = now;
                    told = null;
                }
                catch (LogUnavailableException e) when (!stopping.IsCancellationRequested)
                {
                    // One that is due stays so until it is begun; one that was begun is taken up by whoever sees the lease ended.
                    if (isDue && isBegun) last = now;
                    if (!(isDue || isBegun) || (told is { } at && time.GetElapsedTime(at, now) < every)) continue;
                    told = now;
                    failed(e);
                }
                catch (Exception e) when (!stopping.IsCancellationRequested)
                {
                    if (isDue) last = now;
                    failed(e);
                }

                Task Begin(Lease lease, CancellationToken running)
                {
                    isBegun = true;
                    return round(lease, running);
                }
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    /// <summary>Runs a round now, unless another replica runs one: then false. What the round throws goes to the caller.</summary>
    public Task<bool> TryAsync(Func<Lease, CancellationToken, Task> round, CancellationToken cancel) => TryAsync(ifCutOff: false, round, cancel);

    private async Task<bool> TryAsync(bool ifCutOff, Func<Lease, CancellationToken, Task> round, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(round);
        if (await log.AcquireAsync(name, _holder, Term, ifCutOff) is not { } lease) return false;
        using var running = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var prolonging = ProlongAsync(lease, running);
        var isCutOff = false;
        try
        {
            await round(lease, running.Token);
            return true;
        }
        catch (Exception e) when (e is LogUnavailableException || running.IsCancellationRequested)
        {
            isCutOff = true;
            throw;
        }
        finally
        {
            await running.CancelAsync();
            await prolonging;
            // Left to end by itself, it tells the others that there is something left to do.
            if (!isCutOff) await log.ReleaseAsync(lease);
        }
    }

    /// <summary>Until the round is over; or until the lease is lost, which ends the round. One that is granted anew was another's in between.</summary>
    private async Task ProlongAsync(Lease lease, CancellationTokenSource running)
    {
        while (true)
        {
            await Task.Delay(LookEvery, time, running.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (running.IsCancellationRequested) return;
            try
            {
                if ((await log.AcquireAsync(name, _holder, Term))?.Fence != lease.Fence) await running.CancelAsync();
            }
            catch (LogUnavailableException)
            {
                // Nobody can say now whether it is lost; to begin anew for that would never end where the store is busy.
            }
        }
    }
}
