namespace Consent.Storage;

/// <summary>That an account lacks what it had committed: what an operator is told, and how it is found out where nobody remembers it. Safe for many threads.</summary>
internal static class CosmosLoss
{
    /// <param name="time">For how long it is told.</param>
    public static LossAlarm Alarm(TimeProvider time) => new(
        time,
        "the account lost records that it had committed, as it does when it fails over to a region that lagged",
        ", and what was recorded in the seconds before this was noticed may bear an id that something lost had; let the account's default consistency be Strong, or BoundedStaleness");

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
