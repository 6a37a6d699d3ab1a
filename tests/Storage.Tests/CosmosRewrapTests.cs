using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>Keys on Azure Cosmos DB that are put under a newer key of their controller, while others read, make and destroy them.</summary>
public sealed class CosmosRewrapTests : IAsyncLifetime
{
    private readonly Stack<IDisposable> _opened = new();
    private CosmosKeysAccount _keys = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _keys = await CosmosKeysAccount.BeginAsync();

    public ValueTask DisposeAsync()
    {
        while (_opened.TryPop(out var one)) one.Dispose();
        _keys.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task NewVersion_AllLieUnderIt_AndOpenInAReplicaThatHasNotHeardOfIt_AndWhatThatMakesIsTurnedNextTime()
    {
        using var behind = await _keys.OpenAsync();
        var given = await CosmosKeysAccount.GiveAsync(behind, 10);
        Assert.Equal(1, await _keys.SucceedAsync());
        var controllers = _keys.Folder.Controllers();
        using var ahead = await _keys.OpenAsync(controllers);
        using var rewrap = new CosmosRewrap(await _keys.BlocksAsync(), "test", controllers);

        Assert.Equal(1, await rewrap.RewrapAsync(Cancel));

        Assert.Equal(0, await rewrap.RewrapAsync(Cancel));
        Assert.Equal([2], await VersionsAsync());
        // More than are left of its first block: it makes some under the version that it knows.
        foreach (var (slot, key) in await CosmosKeysAccount.GiveAsync(behind, 100)) given.Add(slot, key);
        Assert.Equal([1, 2], await VersionsAsync());
        await CosmosKeysAccount.SameAsync(ahead, given);
        await CosmosKeysAccount.SameAsync(behind, given);

        Assert.True(await rewrap.RewrapAsync(Cancel) > 0);

        Assert.Equal([2], await VersionsAsync());
        using var fresh = await _keys.OpenAsync();
        await CosmosKeysAccount.SameAsync(fresh, given);
    }

    /// <summary>The turned block is on its way, with the key in it, when the key is destroyed.</summary>
    [Fact]
    public async Task AKeyThatIsDestroyedWhileItsBlockIsTurned_StaysDestroyed()
    {
        var (one, given, rewrap) = await SucceededAsync();
        var goesOn = HoldAReplace();
        var rewrapping = rewrap.RewrapAsync(Cancel);
        await OnItsWayAsync();

        one.Destroy([3]);
        goesOn.SetResult();

        Assert.Equal(1, await rewrapping);
        await AssertGoneAsync(given, 3, version: 2);
    }

    /// <summary>And the other way round.</summary>
    [Fact]
    public async Task AKeyWhoseBlockIsTurnedWhileItIsDestroyed_IsDestroyed()
    {
        var (one, given, rewrap) = await SucceededAsync();
        var goesOn = HoldAReplace();
        var destroying = one.DestroyAsync([3]);
        await OnItsWayAsync();

        Assert.Equal(1, await rewrap.RewrapAsync(Cancel));
        goesOn.SetResult();

        await destroying;
        await AssertGoneAsync(given, 3, version: 2);
    }

    /// <summary>Of a process that has given up, or was killed, a write may come in long after.</summary>
    [Fact]
    public async Task AWriteThatComesAfterAll_BringsNoKeyBack()
    {
        var (one, given, rewrap) = await SucceededAsync(TimeSpan.FromSeconds(2));
        var goesOn = HoldAReplace();
        await Assert.ThrowsAsync<LogUnavailableException>(() => rewrap.RewrapAsync(Cancel));
        Assert.Equal(0, _keys.Store.Faults.Left);

        one.Destroy([3]);
        goesOn.SetResult();
        await Eventually.IsSoAsync("it came in, and was refused", () => Task.FromResult(_keys.Store.Counts.Any(c => c is { Operation: Operation.Replace, Status: 412 })));

        await AssertGoneAsync(given, 3, version: 1);
    }

    /// <summary>That all lies under the newer key was written down meanwhile, and a replica that lags does not know it: whoever made the block under the older one has to take it back.</summary>
    [Fact]
    public async Task ABlockThatIsMadeUnderTheOlderKey_WhileAllIsTurned_IsTurnedNextTime_AlsoAtAReplicaThatLags()
    {
        using var first = await _keys.OpenAsync();
        await CosmosKeysAccount.GiveAsync(first, 1);
        using var behind = await _keys.OpenAsync();
        await _keys.SucceedAsync();
        var (blocks, controllers) = (await _keys.BlocksAsync(), _keys.Folder.Controllers());
        using var ahead = await _keys.OpenAsync(controllers);
        using var rewrap = new CosmosRewrap(blocks, "test", controllers);
        // The block lies apart from what is written down, or its write would make this session see that.
        var apart = _keys.Store.RangeOf(CosmosKeysAccount.Container, "used");
        while (_keys.Store.RangeOf(CosmosKeysAccount.Container, KeyBlock.PartitionOf(await blocks.CountAsync(blocks.Begin()))) == apart) await blocks.TakeAsync(1, blocks.Begin());
        var goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _keys.Store.Faults.Next(Operation.Create, When.Before, Fault.Held(goesOn.Task), only: CosmosKeysAccount.IsBlock);
        var making = behind.NextAsync("bakkers").AsTask();
        await OnItsWayAsync();

        Assert.Equal(1, await rewrap.RewrapAsync(Cancel));
        _keys.Store.Lag(CosmosKeysAccount.Container, apart, 1000);
        goesOn.SetResult();
        var made = await making;
        _keys.Store.Lag(CosmosKeysAccount.Container, apart, 0);

        Assert.Equal([1, 2], await VersionsAsync());
        Assert.Equal(1, await rewrap.RewrapAsync(Cancel));
        Assert.Equal([2], await VersionsAsync());
        await CosmosKeysAccount.SameAsync(ahead, new Dictionary<long, byte[]?> { [made.Slot] = made.Key });
    }

    [Fact]
    public async Task VersionUnderWhichKeysAreBeingPut_IsRequired_BeforeTheFirstLiesUnderIt()
    {
        using (var keys = await _keys.OpenAsync()) await keys.NextAsync("bakkers");
        await _keys.SucceedAsync();
        var blocks = await _keys.BlocksAsync();
        using (var controllers = _keys.Folder.Controllers())
        {
            using var rewrap = new CosmosRewrap(blocks, "test", controllers);
            _keys.Store.Faults.Next(Operation.Replace, When.Before, Fault.Status(403), only: CosmosKeysAccount.IsBlock);
            await Assert.ThrowsAsync<LogUnavailableException>(() => rewrap.RewrapAsync(Cancel));
        }

        Assert.Contains((1, 2), (await blocks.UsedAsync(blocks.Begin())).Used);
        Assert.Equal([1], await VersionsAsync());
        File.Delete(_keys.Folder.File("keys/controllers/1.2.key"));

        var refused = await Assert.ThrowsAsync<IOException>(() => _keys.OpenAsync());
        Assert.Contains("controllers/1.2.key", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatFails_IsTriedAgain_WhileTheServiceRuns()
    {
        Dictionary<long, byte[]?> given;
        using (var keys = await _keys.OpenAsync()) given = await CosmosKeysAccount.GiveAsync(keys, 10);
        await _keys.SucceedAsync();
        _keys.Store.Faults.Next(Operation.Replace, When.Before, Fault.Status(403), only: CosmosKeysAccount.IsBlock);

        using var running = await _keys.OpenAsync(rewraps: true);

        await Eventually.IsSoAsync("all lies under the newest", async () => running.Alarm is null && (await VersionsAsync()).SequenceEqual([2]), seen: () => running.Alarm ?? "");
        Assert.Equal(0, _keys.Store.Faults.Left);
        await CosmosKeysAccount.SameAsync(running, given);
    }

    /// <summary>A process that has given ten keys, what puts them under a newer one by now, and another that knows of it.</summary>
    private async Task<(CosmosSubjectKeys One, Dictionary<long, byte[]?> Given, CosmosRewrap Rewrap)> SucceededAsync(TimeSpan? within = null)
    {
        var one = Opened(await _keys.OpenAsync());
        var given = await CosmosKeysAccount.GiveAsync(one, 10);
        await _keys.SucceedAsync();
        var controllers = _keys.Folder.Controllers();
        Opened(await _keys.OpenAsync(controllers));
        return (one, given, Opened(new CosmosRewrap(await _keys.BlocksAsync(within), "test", controllers)));
    }

    private T Opened<T>(T one) where T : IDisposable
    {
        _opened.Push(one);
        return one;
    }

    private TaskCompletionSource HoldAReplace()
    {
        var goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _keys.Store.Faults.Next(Operation.Replace, When.Before, Fault.Held(goesOn.Task), only: CosmosKeysAccount.IsBlock);
        return goesOn;
    }

    private Task OnItsWayAsync() => Eventually.IsSoAsync("the block is on its way", () => Task.FromResult(_keys.Store.Faults.Left == 0));

    private async Task AssertGoneAsync(Dictionary<long, byte[]?> given, long slot, int version)
    {
        given[slot] = null;
        using var fresh = await _keys.OpenAsync();
        await CosmosKeysAccount.SameAsync(fresh, given);
        Assert.Equal([version], await VersionsAsync());
    }

    /// <summary>Under which blocks lie, each once.</summary>
    private async Task<List<int>> VersionsAsync()
    {
        var (blocks, versions) = (await _keys.BlocksAsync(), new SortedSet<int>());
        for (var number = 0L; number < await blocks.CountAsync(blocks.Begin()); number++)
            if (await blocks.FindAsync(number, blocks.Begin()) is (var block, _)) versions.Add(block.Version);
        return [.. versions];
    }
}
