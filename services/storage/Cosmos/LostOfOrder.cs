namespace Consent.Storage;

internal sealed partial class CosmosOrder
{
    private (OrderEntry Entry, Found There)? _lastSeen;

    /// <summary>
    /// Whether a range has another history by now than when the epoch began (<see cref="RangeRuns"/>), so that something may be lost which nobody can name, and an epoch has to begin. By what this
    /// process has been answered so far: it asks nobody.
    /// </summary>
    public bool IsDoubted => _head.State is { } known && IsDoubtedIn(known);

    /// <summary>Whether the position lies in a run that is over, or in none: nothing of this epoch stands there. As of the last look.</summary>
    public bool IsOver(long position) => _head.State is { } known && position <= known.Floor;

    /// <summary>
    /// Whether something is gone that this process has seen, or may be: the epoch or the end went back; another page stands in the place of the newest that it knows, or another document in the place
    /// of the last one there; a reader has come upon a page or a document that is not there; or a range has another history (<see cref="IsDoubted"/>). For certain: what a replica lacks is asked of
    /// the region that takes the writes. 3 request units where all is well.
    /// </summary>
    public async Task<bool> IsLostAsync(Deadline by)
    {
        var (known, newest) = (_head.State, _head.Newest);
        var found = await OrderState.ReadAsync(_order, _prefix, by);
        if (IsBehind(found, known))
        {
            await OrderState.RefreshAsync(_order, _prefix, by);
            found = await OrderState.ReadAsync(_order, _prefix, by);
            if (IsBehind(found, known)) return true;
        }

        var isSame = known?.Epoch == found.Epoch;
        // What lies in a run that is over was lost before this epoch began.
        if (isSame && newest is not null && newest.Last > found.Floor && (await IsGoneAsync(newest, by) || (newest.Entries is [.., var last] && await IsGoneAsync(last, by)))) return true;
        _head.Take(found);
        if (isSame && Interlocked.Read(ref _missing) is var first && first > found.Floor && await IsMissingAsync(first, by)) return true;
        if (isSame && Volatile.Read(ref _absent) is { } absent && absent.Position > found.Floor && await IsGoneAsync(absent.Entry, by)) return true;
        Interlocked.Exchange(ref _missing, 0);
        Volatile.Write(ref _absent, null);
        // Where somebody else has written it meanwhile, it is looked at again the next time.
        if (found.LacksAny(_order.Runs, _source.Runs)) await found.With(_order.Runs, _source.Runs).WriteAsync(_order, _prefix, by);
        return false;
    }

    private bool IsDoubtedIn(OrderState state) => RangeRuns.AreNewer(_order.Runs, state.Runs) || RangeRuns.AreNewer(_source.Runs, state.Runs);

    private bool IsBehind(OrderState found, OrderState? known) =>
        IsDoubtedIn(found) || (known is not null && (found.Epoch, found.Through).CompareTo((known.Epoch, known.Through)) < 0);

    private async Task<bool> IsGoneAsync(OrderPage page, Deadline by)
    {
        if (await _pages.IsThereAsync(page, by)) return false;
        await _order.IsThereForCertainAsync(PartitionOf(page.First), OrderPage.IdOf(page.First), by, Operation);
        return !await _pages.IsThereAsync(page, by);
    }

    private async Task<bool> IsMissingAsync(long first, Deadline by) =>
        await _pages.BeginningAtAsync(first, by) is null && !await _order.IsThereForCertainAsync(PartitionOf(first), OrderPage.IdOf(first), by, Operation);

    private async Task<bool> IsGoneAsync(OrderEntry entry, Deadline by)
    {
        if (await IsThereAsync(entry, by)) return false;
        await _source.IsThereForCertainAsync(entry.Partition, entry.Id, by, Operation);
        return !await IsThereAsync(entry, by);
    }

    /// <summary>What was erased is there still, as a document that has no entry.</summary>
    private async Task<bool> IsThereAsync(OrderEntry entry, Deadline by)
    {
        var known = _lastSeen is { } seen && seen.Entry.Key == entry.Key ? seen.There : null;
        if (await _source.ReadAsync(entry.Partition, entry.Id, by, Operation, known) is not { } there) return false;
        _lastSeen = (entry, there);
        return _ordered.EntryOf(there.Body) is null || entry.Is(there.Body);
    }

    /// <param name="Position">At which a reader came upon it.</param>
    private sealed record AbsentEntry(OrderEntry Entry, long Position);
}
