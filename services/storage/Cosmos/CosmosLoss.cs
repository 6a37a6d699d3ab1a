namespace Consent.Storage;

/// <summary>That an account lacks what it had committed: what an operator is told, and how it is found out where nobody remembers it. Safe for many threads.</summary>
/// <param name="time">For how long it is told.</param>
internal sealed class CosmosLoss(TimeProvider time)
{
    private static readonly TimeSpan ToldFor = TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new();
    private long? _lostAt;
    private int _lostIn;
    private bool _stands;

    /// <summary>What an operator should know: while a loss stands, and for ten minutes after an epoch was begun for it; null otherwise.</summary>
    public string? Alarm
    {
        get
        {
            lock (_gate)
            {
                if (_lostAt is not { } at || (!_stands && time.GetElapsedTime(at) >= ToldFor)) return null;
                var state = _stands ? "a new epoch is to be begun, and nothing is written until it is" : "a new epoch has begun";
                return $"the account lost records that it had committed, as it does when it fails over to a region that lagged: {state}. What was lost comes again only where a source still has it, "
                    + "and what was recorded in the seconds before this was noticed may bear an id that something lost had; let the account's default consistency be Strong, or BoundedStaleness";
            }
        }
    }

    /// <summary>Something is lost.</summary>
    /// <param name="epoch">That for which the next is to begin.</param>
    public void Stands(int epoch)
    {
        lock (_gate) (_stands, _lostAt, _lostIn) = (true, time.GetTimestamp(), epoch);
    }

    /// <summary>All is there that was known, or the epoch has begun: in the same epoch nothing was lost.</summary>
    public void IsOver(int epoch)
    {
        lock (_gate)
        {
            if (_stands && _lostIn == epoch) _lostAt = null;
            _stands = false;
        }
    }

    /// <summary>
    /// Whether nothing, or another record, lies where the order tells its last one, or the page is gone that told it. For certain: what a replica lacks is asked of the region that takes the writes.
    /// Throws <see cref="LogUnavailableException"/>.
    /// </summary>
    public static async Task<bool> LacksNewestAsync(CosmosOrder order, CosmosContainer records)
    {
        const string Operation = "look";
        var through = order.Through;
        // Where an epoch begins nothing stands, and what was lost before it is lost already.
        if (order.IsOver(through)) return false;
        OrderEntry? newest;
        try
        {
            newest = await order.AtAsync(through, Begin());
        }
        catch (LogUnavailableException)
        {
            // Where it is the page that is not there, that is known by now.
            if (await order.IsLostAsync(Begin())) return true;
            throw;
        }

        if (newest is null) return true;
        for (var isCertain = false; ; isCertain = true)
        {
            var there = await records.ReadAsync(newest.Partition, newest.Id, Begin(), Operation);
            if (there is not null && (CosmosDocuments.IsHusk(there.Body) || newest.Is(there.Body))) return false;
            if (isCertain) return true;
            await records.IsThereForCertainAsync(newest.Partition, newest.Id, Begin(), Operation);
        }

        Deadline Begin() => records.Begin(CancellationToken.None);
    }
}
