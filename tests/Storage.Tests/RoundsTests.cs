using System.Collections.Concurrent;
using Consent.Tests.Support;

namespace Consent.Storage.Tests;

/// <summary>Work of one replica at a time, under a clock that the test moves.</summary>
public sealed class RoundsTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly SqliteRecordLog _log;
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RoundsTests() => _log = SqliteRecordLog.Open(_folder.Log(), "test", _time);

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Round_ThatTakesLong_KeepsItsLease_AndGivesItBackInTheEnd()
    {
        var round = BeginAsync(default);
        await _begun.Task;

        for (var second = 0; second < 20; second += 2)
        {
            await ProlongedAsync();
            Assert.Null(await AskAsync("another"));
        }

        _end.SetResult();
        Assert.True(await round);
        Assert.Equal(2, (await AskAsync("another"))!.Fence);
    }

    [Fact]
    public async Task Round_ThatIsStopped_IsLeftToTheOthers()
    {
        using var stop = new CancellationTokenSource();
        var round = BeginAsync(stop.Token);
        await _begun.Task;

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => round);
        Assert.Null(await AskAsync("another", ifCutOff: true));
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.NotNull(await AskAsync("another", ifCutOff: true));
    }

    [Fact]
    public async Task Round_ThatFails_IsGivenBack_AndTold()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Rounds().TryAsync((_, _) => throw new InvalidOperationException("It fails."), default));

        Assert.NotNull(await AskAsync("another"));
    }

    [Fact]
    public async Task Round_WhoseLeaseAnotherHasByNow_IsEnded()
    {
        var round = BeginAsync(default);
        await _begun.Task;
        await Eventually.IsSoAsync("it waits to prolong", () => Task.FromResult(_time.Waiting == 1));
        // It slept.
        _time.Jump(TimeSpan.FromMinutes(1));
        Assert.NotNull(await AskAsync("another"));

        _time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => round);
        Assert.Null(await AskAsync("a third"));
    }

    [Fact]
    public async Task Round_WhoseLeaseAnotherHadInBetween_IsEnded()
    {
        var round = BeginAsync(default);
        await _begun.Task;
        await Eventually.IsSoAsync("it waits to prolong", () => Task.FromResult(_time.Waiting == 1));
        // It slept, and the other is done by now.
        _time.Jump(TimeSpan.FromMinutes(1));
        await _log.ReleaseAsync((await AskAsync("another"))!);

        _time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => round.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Round_ThatLostItsStore_IsLeftToTheOthers()
    {
        await Assert.ThrowsAsync<LogUnavailableException>(() => Rounds().TryAsync((_, _) => throw new LogUnavailableException("It is away."), default));

        Assert.Null(await AskAsync("another"));
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.NotNull(await AskAsync("another", ifCutOff: true));
    }

    [Fact]
    public async Task Round_WhoseStoreCannotBeAskedForLongerThanTheLeaseLasts_GoesOn()
    {
        var (log, away) = WatchedLog.Of(_log);
        var round = BeginAsync(default, log);
        await _begun.Task;
        away.IsAway = method => method == nameof(IRecordLog.AcquireAsync);
        for (var asked = 1; asked <= 5; asked++)
        {
            await Eventually.IsSoAsync("it waits to prolong", () => Task.FromResult(_time.Waiting == 1));
            _time.Advance(TimeSpan.FromSeconds(2));
            await Eventually.IsSoAsync("it asked in vain", () => Task.FromResult(away.Refused == asked));
        }

        away.IsAway = null;
        await ProlongedAsync();
        _end.SetResult();

        Assert.True(await round);
    }

    [Fact]
    public async Task RoundThatIsDue_WhileTheStoreIsAway_IsRunAtTheNextLook_AndNotAtItsNextTurn()
    {
        var (log, away) = WatchedLog.Of(_log);
        var failures = new ConcurrentQueue<Exception>();
        using var stop = new CancellationTokenSource();
        var running = Rounds(log).RunAsync(TimeSpan.FromHours(1), (_, _) => Task.FromResult(_begun.TrySetResult()), failures.Enqueue, stop.Token);
        away.IsAway = method => method == nameof(IRecordLog.AcquireAsync);
        foreach (var wait in (TimeSpan[])[TimeSpan.FromHours(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)])
        {
            var refused = away.Refused;
            _time.Advance(wait);
            await Eventually.IsSoAsync("it asked in vain", () => Task.FromResult(away.Refused > refused));
        }

        away.IsAway = null;
        _time.Advance(TimeSpan.FromSeconds(2));

        await _begun.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.IsType<LogUnavailableException>(Assert.Single(failures));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Round_OfAnother_IsNotRunBeside()
    {
        await AskAsync("another");

        Assert.False(await Rounds().TryAsync((_, _) => throw new InvalidOperationException("It ran."), default));
    }

    private Rounds Rounds(IRecordLog? log = null) => new(log ?? _log, "sweep", _time);

    private Task<bool> BeginAsync(CancellationToken cancel, IRecordLog? log = null) => Rounds(log).TryAsync(
        async (_, running) =>
        {
            _begun.SetResult();
            await _end.Task.WaitAsync(running);
        },
        cancel);

    private async Task ProlongedAsync()
    {
        await Eventually.IsSoAsync("it waits to prolong", () => Task.FromResult(_time.Waiting == 1));
        var due = await EndAsync();
        _time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.IsSoAsync("it is prolonged", async () => await EndAsync() > due);
    }

    /// <summary>When the lease ends, as the file says.</summary>
    private async Task<long> EndAsync()
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.Log().Data};Mode=ReadOnly;Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT expires_at FROM lease WHERE name = 'sweep'";
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private Task<Lease?> AskAsync(string holder, bool ifCutOff = false) => _log.AcquireAsync("sweep", holder, TimeSpan.FromSeconds(6), ifCutOff);
}
