namespace Consent.Storage;

/// <summary>
/// What was just committed gets its place without anybody waiting for that, and wakes whoever waits for it; what is committed meanwhile shares the next turn. Where that fails, whoever reads the
/// feed asks for it again, and is told. Safe for many threads.
/// </summary>
internal sealed class PlaceSoon(CosmosHead head, CosmosContainer records) : IDisposable
{
    /// <summary>What is committed in so short a time shares a page: a page and a write of the state cost as much for one record as for hundreds.</summary>
    private static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(20);
    private readonly Lock _gate = new();
    private Task _placing = Task.CompletedTask;
    private bool _isWanted;
    private bool _isPlacing;
    private bool _isClosed;

    public void Ask()
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _isWanted = true;
            if (_isPlacing) return;
            _isPlacing = true;
            _placing = Task.Run(PlaceAsync, CancellationToken.None);
        }
    }

    /// <summary>Ends when what was asked for is done, or could not be, after seconds at most.</summary>
    public void Dispose()
    {
        Task placing;
        lock (_gate) (_isClosed, placing) = (true, _placing);
        placing.GetAwaiter().GetResult();
    }

    private async Task PlaceAsync()
    {
        while (true)
        {
            await Task.Delay(GatherFor, TimeProvider.System);
            if (!TakeWanted()) return;
            try
            {
                await head.AdvanceAsync(records.Begin(CancellationToken.None));
            }
            catch (Exception)
            {
                // It stays as it is: the next who asks tries again.
            }
        }
    }

    private bool TakeWanted()
    {
        lock (_gate)
        {
            var wanted = _isWanted;
            (_isWanted, _isPlacing) = (false, wanted);
            return wanted;
        }
    }
}
