namespace Consent.Storage.Tests;

/// <summary>The contract of leases and of the cursors that they protect, also when the store's clock jumps.</summary>
public abstract partial class RecordLogContract
{
    private static readonly TimeSpan Term = TimeSpan.FromMinutes(10);

    /// <summary>Lets the store's clock jump, forward or back.</summary>
    protected abstract void JumpClock(TimeSpan by);

    /// <summary>Opens the log with a clock that <see cref="JumpClock"/> moves.</summary>
    protected abstract IRecordLog OpenWithOwnClock();

    [Fact]
    public async Task Lease_IsHeldByOne_UntilItsEnd()
    {
        var log = OpenWithOwnClock();

        var mine = await log.AcquireAsync("relay", "one", Term);
        Assert.Equal(("relay", "one", 1L), (mine!.Name, mine.Holder, mine.Fence));
        Assert.Null(await log.AcquireAsync("relay", "two", Term));
        Assert.Equal(1, (await log.AcquireAsync("sweep", "two", Term))!.Fence);
        JumpClock(Term / 2);
        Assert.Equal(1, (await log.AcquireAsync("relay", "one", Term))!.Fence);
        JumpClock(Term * 0.9);
        Assert.Null(await log.AcquireAsync("relay", "two", Term));
        JumpClock(Term * 0.2);

        Assert.Equal(("two", 2L), ((await log.AcquireAsync("relay", "two", Term)) is { } l ? (l.Holder, l.Fence) : default));
        Assert.Null(await log.AcquireAsync("relay", "one", Term));
    }

    [Fact]
    public async Task Lease_GivenBack_IsFreeAtOnce_AndOnlyItsHolderCanGiveItBack()
    {
        var log = OpenWithOwnClock();
        var first = await log.AcquireAsync("relay", "one", Term);
        await log.ReleaseAsync(first!);
        var second = await log.AcquireAsync("relay", "two", Term);
        await log.ReleaseAsync(first!);

        Assert.Equal(2, second!.Fence);
        Assert.Null(await log.AcquireAsync("relay", "three", Term));
    }

    [Fact]
    public async Task Cursor_OfALeaseThatAnotherHasByNow_IsNotMoved()
    {
        var log = OpenWithOwnClock();
        Assert.Equal(0, await log.CursorAsync("relay"));
        var slow = await log.AcquireAsync("relay", "slow", Term);
        Assert.True(await log.MoveCursorAsync(slow!, 10));
        // The clock jumps ahead: the slow one still believes that it holds the lease.
        JumpClock(Term * 2);
        var next = await log.AcquireAsync("relay", "next", Term);
        Assert.True(await log.MoveCursorAsync(next!, 20));

        Assert.False(await log.MoveCursorAsync(slow!, 30));
        Assert.True(await log.MoveCursorAsync(next!, 15));

        Assert.Equal(20, await log.CursorAsync("relay"));
        Assert.Equal(0, await log.CursorAsync("sweep"));
    }

    [Fact]
    public async Task Lease_WhenTheClockJumpsBack_IsNotHeldForEver()
    {
        var log = OpenWithOwnClock();
        await log.AcquireAsync("relay", "one", Term);
        JumpClock(TimeSpan.FromDays(-1));

        var next = await log.AcquireAsync("relay", "two", Term);

        Assert.Equal(2, next!.Fence);
        Assert.Null(await log.AcquireAsync("relay", "one", Term));
    }

    [Fact]
    public async Task Lease_AskedForIfCutOff_IsGivenOnlyWhereItEndedAndWasNotGivenBack()
    {
        var log = OpenWithOwnClock();
        Assert.Null(await log.AcquireAsync("sweep", "two", Term, ifCutOff: true));
        var mine = await log.AcquireAsync("sweep", "one", Term);
        Assert.Null(await log.AcquireAsync("sweep", "two", Term, ifCutOff: true));
        Assert.Null(await log.AcquireAsync("sweep", "one", Term, ifCutOff: true));
        await log.ReleaseAsync(mine!);
        JumpClock(Term * 2);
        Assert.Null(await log.AcquireAsync("sweep", "two", Term, ifCutOff: true));

        await log.AcquireAsync("sweep", "killed", Term);
        JumpClock(Term * 1.1);

        Assert.Equal(("two", 3L), ((await log.AcquireAsync("sweep", "two", Term, ifCutOff: true)) is { } l ? (l.Holder, l.Fence) : default));
        Assert.Null(await log.AcquireAsync("sweep", "three", Term, ifCutOff: true));
    }

    [Fact]
    public async Task Lease_AskedForByManyAtOnce_IsGivenToOne()
    {
        var log = OpenWithOwnClock();

        var asked = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => log.AcquireAsync("relay", $"holder-{i}", Term))));

        Assert.Equal(1, Assert.Single(asked, l => l is not null)!.Fence);
    }

    [Fact]
    public async Task Lease_Reopened_IsRemembered()
    {
        var log = OpenWithOwnClock();
        var lease = await log.AcquireAsync("relay", "one", Term);
        await log.MoveCursorAsync(lease!, 7);
        Close(log);

        log = OpenWithOwnClock();

        Assert.Null(await log.AcquireAsync("relay", "two", Term));
        Assert.Equal(7, await log.CursorAsync("relay"));
    }
}
