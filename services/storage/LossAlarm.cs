namespace Consent.Storage;

/// <summary>
/// What an operator is told of a store that lost what it had committed while this process lived on: while the loss stands, and for ten minutes after an epoch was begun for it. Safe for many threads.
/// </summary>
/// <param name="lost">What happened, such as "the database lost records that it had committed".</param>
/// <param name="advice">What to do about it, behind "What was lost comes again only where a source still has it".</param>
internal sealed class LossAlarm(TimeProvider time, string lost, string advice)
{
    private static readonly TimeSpan ToldFor = TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new();
    private long? _lostAt;
    private int _lostIn;
    private bool _stands;

    /// <summary>Null when there is nothing to tell.</summary>
    public string? Text
    {
        get
        {
            lock (_gate)
            {
                if (_lostAt is not { } at || (!_stands && time.GetElapsedTime(at) >= ToldFor)) return null;
                var state = _stands ? "a new epoch is to be begun, and nothing is written until it is" : "a new epoch has begun";
                return $"{lost}: {state}. What was lost comes again only where a source still has it{advice}";
            }
        }
    }

    /// <summary>Something is lost.</summary>
    /// <param name="epoch">That for which the next is to begin.</param>
    public void Stands(int epoch)
    {
        lock (_gate) (_stands, _lostAt, _lostIn) = (true, time.GetTimestamp(), epoch);
    }

    /// <summary>All is there that was known, or the epoch has begun: in the same epoch nothing was lost. Does nothing where none stands.</summary>
    /// <param name="epoch">That of the store by now.</param>
    public void IsOver(int epoch)
    {
        lock (_gate)
        {
            if (_stands && _lostIn == epoch) _lostAt = null;
            _stands = false;
        }
    }
}
