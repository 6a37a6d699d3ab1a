namespace Consent.ServiceDefaults.Outgoing;

/// <summary>Tells the sender that there is something new: at most one call waits.</summary>
public sealed class WakeUp : IDisposable
{
    private readonly SemaphoreSlim _called = new(0, 1);

    public void Call()
    {
        try
        {
            if (_called.CurrentCount == 0) _called.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another called at the same moment.
        }
    }

    /// <summary>Until somebody calls, or the time is over.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancel) => _called.WaitAsync(atMost, cancel);

    public void Dispose() => _called.Dispose();
}
