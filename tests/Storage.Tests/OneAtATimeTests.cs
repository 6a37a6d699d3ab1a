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

    /// <summary>As a log that is closed by whoever waited for its turn: closing it waits for the turns that follow.</summary>
    [Fact]
    public async Task WhatOneDoesBehindHisTurn_HoldsUpNeitherTheOthers_NorTheNextTurn()
    {
        var turns = new Queue<TaskCompletionSource>([new(), new()]);
        var (under, sharing) = (turns.Peek(), turns.Last());
        var work = new OneAtATime(() => turns.Dequeue().Task);

        var turn = work.TurnAsync();
        var closes = CloseAsync(turn);
        var other = Task.Run(async () => await turn);
        var next = work.TurnAsync();
        under.SetResult();
        await other.WaitAsync(TimeSpan.FromSeconds(60));
        sharing.SetResult();
        await next.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(await closes);

        async Task<bool> CloseAsync(Task behind)
        {
            await behind;
            return work.IdleAsync().Wait(TimeSpan.FromSeconds(60));
        }
    }
}
