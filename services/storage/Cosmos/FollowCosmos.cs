namespace Consent.Storage;

/// <summary>
/// Looks once a second whether an account still has what was seen of it, from the start until it is disposed of; every three seconds while nobody appends. 3 or 4 request units each time.
/// </summary>
internal sealed class FollowCosmos : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private const int AtRest = 3;
    private readonly CancellationTokenSource _closing = new();
    private readonly CosmosHead _head;
    private readonly CosmosContainer _records;
    private Task _following = Task.CompletedTask;

    public FollowCosmos(CosmosHead head, CosmosContainer records) => (_head, _records) = (head, records);

    public void Start() => _following = Task.Run(FollowAsync, CancellationToken.None);

    /// <summary>Ends when a look that is under way has ended, after seconds at most.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        _following.GetAwaiter().GetResult();
        _closing.Dispose();
    }

    private async Task FollowAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(LookEvery);
            for (var ticks = 1; await timer.WaitForNextTickAsync(_closing.Token); ticks++)
            {
                if (_head.IsAtRest && ticks % AtRest != 0) continue;
                try
                {
                    await _head.LookAsync(_records.Begin(_closing.Token));
                }
                catch (Exception) when (!_closing.IsCancellationRequested)
                {
                    // The next look is in a moment; whoever appends or reads meanwhile is told.
                }
            }
        }
        catch (Exception) when (_closing.IsCancellationRequested)
        {
            // Closing.
        }
    }
}
