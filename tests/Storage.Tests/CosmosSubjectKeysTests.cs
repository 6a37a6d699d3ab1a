using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>Persons' keys on Azure Cosmos DB: none is handed out that is not there, none twice, and none comes back.</summary>
public sealed class CosmosSubjectKeysTests : IAsyncLifetime
{
    private CosmosKeysAccount _keys = null!;

    public async ValueTask InitializeAsync() => _keys = await CosmosKeysAccount.BeginAsync();

    public ValueTask DisposeAsync()
    {
        _keys.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>At a cold start all who come wait for the first block.</summary>
    [Fact]
    public async Task Next_WhileABlockIsBeingMade_HoldsNoThread_AndGivesEachAKeyOfHisOwn()
    {
        using var keys = await _keys.OpenAsync();
        var goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _keys.Store.Faults.Next(Operation.Create, When.Before, Fault.Held(goesOn.Task), only: CosmosKeysAccount.IsBlock);

        // Each call comes back to this one thread at once.
        var waiting = Enumerable.Range(0, 1000).Select(_ => keys.NextAsync().AsTask()).ToList();
        await Eventually.IsSoAsync("the first block is on its way", () => Task.FromResult(_keys.Store.Faults.Left == 0));
        Assert.DoesNotContain(waiting, w => w.IsCompleted);
        goesOn.SetResult();

        var given = await Task.WhenAll(waiting);
        Assert.Equal(1000, given.Select(k => k.Slot).Distinct().Count());
        using var fresh = await _keys.OpenAsync();
        await CosmosKeysAccount.SameAsync(fresh, given.ToDictionary(k => k.Slot, k => (byte[]?)k.Key));
        Assert.True(await fresh.SlotsAsync() > given.Max(k => k.Slot));
    }

    [Fact]
    public async Task Next_WhenNoBlockCanBeMade_SaysSo_AndTheNextCallTriesAgain()
    {
        using var keys = await _keys.OpenAsync();
        _keys.Store.Faults.Next(Operation.Create, When.Before, Fault.Status(403), only: CosmosKeysAccount.IsBlock);

        await Assert.ThrowsAsync<LogUnavailableException>(() => keys.NextAsync().AsTask());

        var key = await keys.NextAsync();
        using var fresh = await _keys.OpenAsync();
        Assert.Equal(key.Key, fresh.Find(key.Slot));
    }

    /// <summary>Answers are lost of the count, of blocks and of the note.</summary>
    [Fact]
    public async Task TwoReplicasThatMakeBlocksAtOnce_GiveNoSlotTwice_WhateverAnswerIsLost()
    {
        using var one = await _keys.OpenAsync();
        using var other = await _keys.OpenAsync();
        var (creates, replaces) = (0, 0);
        _keys.Store.Faults.Next(Operation.Create, When.After, Fault.Lost, times: 6, only: asked => CosmosKeysAccount.IsBlock(asked) && Interlocked.Increment(ref creates) % 2 == 1);
        _keys.Store.Faults.Next(Operation.Replace, When.After, Fault.Status(503), times: 3, only: _ => Interlocked.Increment(ref replaces) % 2 == 1);

        var given = await Task.WhenAll(Enumerable.Range(0, 800).Select(i => (i % 2 == 0 ? one : other).NextAsync(i % 4 < 2 ? "bakkers" : "other").AsTask()));

        Assert.Equal(0, _keys.Store.Faults.Left);
        Assert.Equal(800, given.Select(k => k.Slot).Distinct().Count());
        Assert.Equal(800, given.Select(k => Convert.ToHexString(k.Key)).Distinct().Count());
        using var fresh = await _keys.OpenAsync();
        await CosmosKeysAccount.SameAsync(fresh, given.ToDictionary(k => k.Slot, k => (byte[]?)k.Key));
    }

    [Fact]
    public async Task WhatLiesThere_IsNoKey_AndWhatIsNotThere_WasNotDestroyed()
    {
        using var keys = await _keys.OpenAsync();
        var given = (await CosmosKeysAccount.GiveAsync(keys, 3)).Single(g => g.Key == 1);
        var blocks = await _keys.BlocksAsync();
        var (block, _) = await blocks.ReadAsync(0, blocks.Begin());

        Assert.NotEqual(given.Value, block.Lying(1).Bytes);
        Assert.DoesNotContain("bakkers", await _keys.Store.SnapshotAsync(), StringComparison.Ordinal);
        Assert.Throws<LogUnavailableException>(() => keys.Find(999_999));
        Assert.Throws<LogUnavailableException>(() => keys.Find(-1));
        // Nothing to destroy, and no reason to fail.
        keys.Destroy([999_999]);
    }

    [Theory]
    [InlineData(0, When.Before)]
    [InlineData(0, When.After)]
    [InlineData(503, When.Before)]
    [InlineData(503, When.After)]
    [InlineData(429, When.Before)]
    public async Task Destroyed_TheKeyIsGone_HereAtOnce_AndElsewhereSoon_WhateverAnswerIsLost(int status, When when)
    {
        using var one = await _keys.OpenAsync();
        using var other = await _keys.OpenAsync();
        var given = await CosmosKeysAccount.GiveAsync(one, 100);
        await CosmosKeysAccount.SameAsync(other, given);
        _keys.Store.Faults.Next(Operation.Replace, when, status == 0 ? Fault.Lost : Fault.Status(status));

        one.Destroy([5, 70, 71]);

        Assert.Equal(0, _keys.Store.Faults.Left);
        foreach (var slot in (long[])[5, 70, 71])
        {
            Assert.Null(one.Find(slot));
            await Eventually.IsSoAsync("another replica has noticed", () => Task.FromResult(other.Find(slot) is null));
            given[slot] = null;
        }

        one.Destroy([5, 70]);
        using var fresh = await _keys.OpenAsync();
        await CosmosKeysAccount.SameAsync(fresh, given);
        await CosmosKeysAccount.SameAsync(one, given);
    }

    /// <summary>Two erasures whose keys lie in one block: neither takes back what the other destroyed.</summary>
    [Fact]
    public async Task DestroyedByAllReplicasAtOnce_AllAreGone()
    {
        using var one = await _keys.OpenAsync();
        using var other = await _keys.OpenAsync();
        var given = await CosmosKeysAccount.GiveAsync(one, 64);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(slot => (slot % 2 == 0 ? one : other).DestroyAsync([slot])));

        for (var slot = 0; slot < 20; slot++) given[slot] = null;
        using var fresh = await _keys.OpenAsync();
        await CosmosKeysAccount.SameAsync(fresh, given);
    }

    [Fact]
    public async Task KeyOfAController_IsDestroyed_AndTheRememberedKeysOfItsPersonsOpenNoMore()
    {
        using var keys = await _keys.OpenAsync();
        var (ours, theirs) = (await CosmosKeysAccount.GiveAsync(keys, 2), await CosmosKeysAccount.GiveAsync(keys, 2, "other"));
        Assert.True(keys.Suits(theirs.Keys.First(), "other"));
        Assert.False(keys.Suits(theirs.Keys.First(), "bakkers"));

        Assert.True(await keys.DestroyControllerAsync("bakkers"));

        Assert.All(ours.Keys, slot => Assert.Null(keys.Find(slot)));
        await CosmosKeysAccount.SameAsync(keys, theirs);
        Assert.False(keys.Suits(ours.Keys.First(), "bakkers"));
        await CosmosKeysAccount.SameAsync(keys, await CosmosKeysAccount.GiveAsync(keys, 2));
    }

    /// <summary>As after a failover that lost the newest writes of the count alone.</summary>
    [Fact]
    public async Task ACountThatWentBack_PutsNoKeyInThePlaceOfAnother()
    {
        using var one = await _keys.OpenAsync();
        var before = await CosmosKeysAccount.GiveAsync(one, 100);
        var container = await _keys.Account.OpenAsync(_keys.Account.Client(), CosmosContainers.Keys("test"));
        var json = """{"id":"counter","pk":"counter","w":"0123456789abcdef0123456789abcdef","blocks":0}"""u8.ToArray();
        Assert.NotNull(await container.ReplaceAsync("counter", "counter", json, "0123456789abcdef0123456789abcdef", null, container.Begin(), "test"));

        using var fresh = await _keys.OpenAsync();
        var after = await CosmosKeysAccount.GiveAsync(fresh, 10);

        Assert.Empty(after.Keys.Intersect(before.Keys));
        using var later = await _keys.OpenAsync();
        await CosmosKeysAccount.SameAsync(later, before);
        await CosmosKeysAccount.SameAsync(later, after);
    }

    /// <summary>At an account whose replicas lag, a session that has read nothing yet sees what was long ago.</summary>
    [Fact]
    public async Task AReplicaThatLags_HidesNoKey_NoDestruction_AndNoCount()
    {
        using var one = await _keys.OpenAsync();
        var given = await CosmosKeysAccount.GiveAsync(one, 64);
        foreach (var range in _keys.Store.RangesOf(CosmosKeysAccount.Container)) _keys.Store.Lag(CosmosKeysAccount.Container, range, 1000);

        using var other = await _keys.OpenAsync();
        Assert.Equal(64, await other.SlotsAsync());
        await CosmosKeysAccount.SameAsync(other, given);
        using var third = await _keys.OpenAsync();
        third.Destroy([7]);

        foreach (var range in _keys.Store.RangesOf(CosmosKeysAccount.Container)) _keys.Store.Lag(CosmosKeysAccount.Container, range, 0);
        given[7] = null;
        using var fresh = await _keys.OpenAsync();
        await CosmosKeysAccount.SameAsync(fresh, given);
    }

    [Fact]
    public async Task FolderThatLostAControllersKey_IsRefused()
    {
        using (var keys = await _keys.OpenAsync()) await keys.NextAsync("bakkers");
        using var elsewhere = new TestFolder();

        var refused = await Assert.ThrowsAsync<IOException>(() => _keys.OpenAsync(elsewhere.Controllers()));

        Assert.Contains("controllers/1.1.key", refused.Message, StringComparison.Ordinal);
    }
}
