namespace Consent.Storage.Tests;

/// <summary>What each test has that opens logs on accounts of its own.</summary>
public abstract class OnCosmosLogs : IAsyncLifetime
{
    private protected CosmosRecordLogs Logs { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync() => Logs = await CosmosRecordLogs.BeginAsync();

    public ValueTask DisposeAsync()
    {
        Logs.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
