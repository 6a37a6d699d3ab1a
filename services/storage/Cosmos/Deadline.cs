namespace Consent.Storage;

/// <summary>
/// Until when a request to Azure Cosmos DB must have its answer: by the monotonic clock, counted from the caller's entry and shared by all calls of the one request. Without it the SDK goes on
/// for two minutes after a broken connection, a second apart (ClientRetryPolicy of azure-cosmos-dotnet-v3).
/// </summary>
/// <param name="within">From now; more than zero.</param>
/// <param name="cancel">Of the caller. Ends reads; a write cannot be called back, so it ends by the time alone.</param>
internal sealed class Deadline(TimeProvider time, TimeSpan within, CancellationToken cancel = default)
{
    private readonly long _over = time.TimestampIn(within);

    public CancellationToken Cancel => cancel;

    /// <summary>Zero when it is over; never less.</summary>
    public TimeSpan Left => time.GetElapsedTime(time.GetTimestamp(), _over) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    public bool IsOver => Left == TimeSpan.Zero;

    /// <summary>With all its time again, for work of many parts that was got on with; ended by the same caller.</summary>
    public Deadline Anew() => new(time, within, cancel);

    /// <summary>As much time as this one has left, but no less than that; and not ended by the caller: for reading what became of a write.</summary>
    public Deadline AtLeast(TimeSpan least) => new(time, Left > least ? Left : least, CancellationToken.None);

    /// <summary>Ends the one call for which it is made; the caller disposes of it.</summary>
    public CancellationTokenSource Source(bool isWrite)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(isWrite ? CancellationToken.None : cancel);
        source.CancelAfter(Left);
        return source;
    }

    /// <summary>False, and at once, when so long a pause does not fit. Throws <see cref="OperationCanceledException"/> when the caller ends a read.</summary>
    public async Task<bool> PauseAsync(TimeSpan pause, bool isWrite)
    {
        if (pause >= Left) return false;
        await Task.Delay(pause, time, isWrite ? CancellationToken.None : cancel);
        return true;
    }
}
