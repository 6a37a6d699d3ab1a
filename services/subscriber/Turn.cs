namespace Consent.Subscriber;

/// <summary>
/// The right to be the only one who does something, until it is given back by its end. A replica that sleeps, or is cut off from the database, may lose it to another
/// while it works: so what is done under it must bear being done twice.
/// </summary>
internal sealed class Turn : IAsyncDisposable
{
    private static readonly TimeSpan ProlongEvery = TimeSpan.FromSeconds(2);

    /// <summary>Without a word from the database: a second before another may have it.</summary>
    private static readonly TimeSpan Sure = TimeSpan.FromSeconds(5);

    private readonly Turns _turns;
    private readonly string _name;
    private readonly string _holder;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _prolonging;

    /// <param name="asked">When the turn was asked for, as a timestamp.</param>
    public Turn(Turns turns, string name, string holder, long asked, TimeProvider time)
    {
        (_turns, _name, _holder, _time) = (turns, name, holder, time);
        _lost = new CancellationTokenSource(LeftSince(asked), time);
        Lost = _lost.Token;
        _prolonging = ProlongAsync();
    }

    /// <summary>Cancelled when another has it, or may have it.</summary>
    public CancellationToken Lost { get; }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _prolonging;
        try
        {
            await _turns.GiveBackAsync(_name, _holder);
        }
        catch (Exception)
        {
            // It ends by itself.
        }
        _over.Dispose();
        _lost.Dispose();
    }

    private async Task ProlongAsync()
    {
        while (true)
        {
            await Task.Delay(ProlongEvery, _time, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_over.IsCancellationRequested || _lost.IsCancellationRequested) return;
            var asked = _time.GetTimestamp();
            try
            {
                if (await _turns.ProlongAsync(_name, _holder, _over.Token)) _lost.CancelAfter(LeftSince(asked));
                else await _lost.CancelAsync();
            }
            catch (Exception)
            {
                // It is tried again, until nobody can say any more whose it is.
            }
        }
    }

    private TimeSpan LeftSince(long asked)
    {
        var left = Sure - _time.GetElapsedTime(asked);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
