namespace Consent.Storage.Tests;

/// <summary>Work that goes on behind those who did not wait for its end is waited for by whoever closes what it works on.</summary>
public sealed class OneAtATimeTests
{
    [Fact]
    public async Task Idle_WaitsForTheTurnThatIsUnderWay_AndForTheNext_AlsoWhereTheyFail()
    {
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        var turns = new Queue<Task>([first.Task, second.Task]);
        var work = new OneAtATime(() => turns.Dequeue());
        Assert.True(work.IdleAsync().IsCompleted);

        _ = work.TurnAsync();
        var next = work.TurnAsync();
        var idle = work.IdleAsync();
        first.SetException(new LogUnavailableException("It is away."));
        Assert.False(idle.IsCompleted);
        Assert.False(next.IsCompleted);

        second.SetException(new LogUnavailableException("It is away."));
        await idle.WaitAsync(TimeSpan.FromSeconds(60));
        await Assert.ThrowsAsync<LogUnavailableException>(() => next);
    }
}
