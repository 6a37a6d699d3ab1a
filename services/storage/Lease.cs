namespace Consent.Storage;

/// <summary>
/// The right to be the only one who does something, for a while, by the store's clock. A clock that jumps, or a holder that
/// sleeps, may let two believe that they hold it: therefore each grant to another holder bears a higher
/// <paramref name="Fence"/>, and what the lease protects refuses a lower one (<see cref="IRecordLog.MoveCursorAsync"/>).
/// </summary>
/// <param name="Holder">Who holds it: random for each process.</param>
/// <param name="Fence">From 1, raised whenever the holder changes.</param>
/// <param name="ExpiresAt">By the store's clock; ask again well before.</param>
public sealed record Lease(string Name, string Holder, long Fence, DateTimeOffset ExpiresAt);

/// <summary>The store's state of a lease, and who gets it when somebody asks; pure.</summary>
internal sealed record LeaseState(string Holder, long Fence, long GrantedAt, long ExpiresAt)
{
    /// <summary>
    /// The lease after a request, or null when another holds it. Times are in milliseconds by the store's clock. A lease that
    /// seems to last longer than from its grant to its end was granted before the clock jumped back: it is over.
    /// </summary>
    /// <param name="ifCutOff">See <see cref="IRecordLog.AcquireAsync"/>.</param>
    public static LeaseState? Ask(LeaseState? now, string holder, long clock, long term, bool ifCutOff = false)
    {
        if (ifCutOff && now?.IsCutOff(clock) != true) return null;
        if (now is null) return new LeaseState(holder, 1, clock, clock + term);
        if (now.Holder == holder) return now with { GrantedAt = clock, ExpiresAt = clock + term };
        return now.IsHeld(clock) ? null : new LeaseState(holder, now.Fence + 1, clock, clock + term);
    }

    private bool IsHeld(long clock) => Holder.Length > 0 && clock < ExpiresAt && clock >= GrantedAt;

    private bool IsCutOff(long clock) => Holder.Length > 0 && !IsHeld(clock);
}
