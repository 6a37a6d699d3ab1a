namespace Consent.Storage.Tests;

/// <summary>The contract of rounds of work: who is killed in one hinders nobody for long, by the store's clock.</summary>
public abstract partial class RecordLogContract
{
    /// <summary>What another process is told to open the same log.</summary>
    protected abstract string[] Engine { get; }

    [Fact]
    public async Task Round_OfAProcessThatIsKilled_IsTakenUpByAnother_LongBeforeItsOwnNext()
    {
        await BeginAndKillAsync();
        var log = Open();
        using var stop = new CancellationTokenSource();
        var taken = new TaskCompletionSource<Lease>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Its own next round is far away.
        var running = new Rounds(log, "sweep", TimeProvider.System).RunAsync(
            TimeSpan.FromHours(1), (granted, _) => Task.FromResult(taken.TrySetResult(granted)), e => taken.TrySetException(e), stop.Token);

        var lease = await taken.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await stop.CancelAsync();
        await running;

        Assert.Equal(2, lease.Fence);
    }

    private async Task BeginAndKillAsync()
    {
        using var process = StartToBeKilled(RunRoundUntilKilled.Verb);
        Assert.Equal("fence 1", await process.StandardOutput.ReadLineAsync());
        process.Kill();
        await process.WaitForExitAsync();
    }
}
