using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Consent.Storage.Tests;

/// <summary>The same on both engines.</summary>
public abstract class RelayTests
{
    private protected abstract LedgerHarness Harness(bool newestSuffices = true, RelayOptions? options = null);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Relay_PublishesWhatIsToBePublished_InOrder_InBatchesOfFiveHundred()
    {
        using var h = Harness();
        var batches = new List<int>();
        h.Transport.Fails = events =>
        {
            batches.Add(events.Count);
            return false;
        };
        await Task.WhenAll(Enumerable.Range(0, 1250).Select(i => h.Log.AppendAsync(Make.Record($"s{i}", 1, $"r{i}", kind: i == 7 ? "secret" : "note"))));

        await h.RelayAllAsync();

        Assert.Equal((await h.Log.WholeFeedAsync(1000)).Where(r => r.Kind == "note").Select(r => r.Alias()), h.Transport.Sent);
        Assert.Equal([499, 500, 250], batches);
    }

    [Fact]
    public async Task Relay_WhenTheBrokerRefuses_LeavesTheCursor_AndSendsTheSameAgain()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        await h.AppendAsync("a", 1, "a1");
        var cursorAtAttempt = -1L;
        h.Transport.Attempted = () => cursorAtAttempt = h.Cursor;
        h.Transport.Fails = _ => true;

        await Assert.ThrowsAnyAsync<Exception>(h.RelayAllAsync);
        Assert.Equal((0L, 0L), (cursorAtAttempt, h.Cursor));
        h.ReopenLedger();
        Assert.Equal(0, h.Cursor);

        h.Transport.Fails = _ => false;
        await h.RelayAllAsync();
        Assert.Equal(0, cursorAtAttempt);
        Assert.Equal(["a1"], h.Transport.Sent);
        Assert.Equal("a1>newsletter", await h.StateAsync("a1"));
    }

    [Fact]
    public async Task Relay_Repeating_OpensNothingAnewThatWasAppliedAlready()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        await h.AppendAsync("a", 1, "a1");
        h.Transport.Fails = _ => true;
        await Assert.ThrowsAnyAsync<Exception>(h.RelayAllAsync);
        // Some of a refused batch may have been sent after all.
        await h.ApplyAsync("newsletter", "a1");
        h.ReopenLedger();

        h.Transport.Fails = _ => false;
        await h.RelayAllAsync();

        Assert.Equal("a1>newsletter!", await h.StateAsync("a1"));
    }

    [Fact]
    public async Task Relay_Restarted_GoesOnBehindItsCursor()
    {
        using var h = Harness();
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();
        h.ReopenLedger();
        await h.AppendAsync("a", 2, "a2");

        await h.RelayAllAsync();

        Assert.Equal(["a1", "a2"], h.Transport.Sent);
    }

    [Fact]
    public async Task RunningRelay_IsWokenByTheCommit()
    {
        using var h = Harness();
        var sent = Signal(h);
        var relay = h.Relay();
        await relay.StartAsync(CancellationToken.None);

        // The clock stands still: no polling would ever come round.
        await h.AppendAsync("a", 1, "a1");
        await sent.WaitAsync(Patience);

        await relay.StopAsync(CancellationToken.None);
        Assert.Equal(["a1"], h.Transport.Sent);
    }

    [Fact]
    public async Task RunningRelay_WhenTheBrokerIsAway_BacksOffAndThenPublishes_TellingNobodysId()
    {
        using var h = Harness();
        var failures = 0;
        h.Transport.Fails = _ => ++failures <= 5;
        var log = new CapturedLog();
        using var relay = h.Relay(log);
        await h.AppendAsync("receipt/site/0123456789abcdef0123456789abcdef", 1, "r1");
        await relay.StartAsync(CancellationToken.None);

        while (h.Transport.Sent.Length == 0)
        {
            await UntilAsync(() => h.Time.Waiting > 0 || h.Transport.Sent.Length > 0);
            h.Time.Advance(TimeSpan.FromMilliseconds(50));
            Assert.True(h.Time.GetUtcNow() < new ManualTime().GetUtcNow().AddMinutes(1), "It gave up publishing.");
        }

        await relay.StopAsync(CancellationToken.None);
        Assert.Equal(["r1"], h.Transport.Sent);
        // Pauses of at least 50, 100, 200, 400, 800 ms.
        Assert.True(h.Time.GetUtcNow() - new ManualTime().GetUtcNow() >= TimeSpan.FromMilliseconds(1550));
        Assert.Equal(5, log.Lines.Count);
        Assert.DoesNotContain(log.Lines, l => l.Contains("0123456789abcdef", StringComparison.Ordinal) || l.Contains("receipt/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunningRelay_AfterALongOutageOfTheBroker_PublishesWithinSeconds()
    {
        using var h = Harness();
        h.Transport.Fails = _ => true;
        await h.AppendAsync("a", 1, "a1");
        var relay = h.Relay();
        await relay.StartAsync(CancellationToken.None);
        await PassAsync(h, TimeSpan.FromMinutes(2), () => false);

        h.Transport.Fails = _ => false;
        var back = h.Time.GetTimestamp();
        await PassAsync(h, TimeSpan.FromMinutes(1), () => h.Transport.Sent.Length > 0);
        var took = h.Time.GetElapsedTime(back);
        await relay.StopAsync(CancellationToken.None);

        Assert.Equal(["a1"], h.Transport.Sent);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task RelayThatCannotPublish_IsNotHealthy_WhateverTheClockSays_UntilItHas()
    {
        using var h = Harness();
        await h.AppendAsync("a", 1, "a1");
        h.Transport.Fails = _ => true;
        await Assert.ThrowsAnyAsync<Exception>(h.RelayAllAsync);
        Assert.Equal(HealthStatus.Healthy, await h.HealthAsync());

        h.Time.Jump(TimeSpan.FromHours(-5));
        h.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(HealthStatus.Degraded, await h.HealthAsync());
        await Assert.ThrowsAnyAsync<Exception>(h.RelayAllAsync);
        Assert.Equal(HealthStatus.Degraded, await h.HealthAsync());

        h.Transport.Fails = _ => false;
        await h.RelayAllAsync();
        Assert.Equal(HealthStatus.Healthy, await h.HealthAsync());
    }

    [Fact]
    public async Task RelayThatIsFarBehind_IsNotHealthy_FromTheFirstLook()
    {
        using var h = Harness();
        await h.AppendAsync("a", 1, "a1", kind: "unreadable");
        h.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(HealthStatus.Healthy, await h.HealthAsync());

        await Assert.ThrowsAnyAsync<Exception>(h.RelayAllAsync);

        Assert.Equal(HealthStatus.Degraded, await h.HealthAsync());
    }

    [Fact]
    public async Task HeldRelay_PublishesNothing_WhileAppendsGoOn()
    {
        using var h = Harness(options: new RelayOptions { Enabled = false });
        await h.AnnounceAsync("newsletter");
        var relay = h.Relay();
        var redelivery = h.Redelivery();
        await relay.StartAsync(CancellationToken.None);
        await redelivery.StartAsync(CancellationToken.None);

        await h.AppendAsync("a", 1, "a1");
        await relay.ExecuteTask!.WaitAsync(Patience);
        await redelivery.ExecuteTask!.WaitAsync(Patience);

        Assert.Equal(0, h.Transport.Attempts);
        Assert.NotNull(await h.Log.FindByIdAsync(await h.IdAsync("a1")));
    }

    [Theory]
    [InlineData(1, 50, 100)]
    [InlineData(4, 400, 800)]
    [InlineData(1000, 2500, 5000)]
    public void BackOff_DoublesUpToTheLimit_WithJitter(int failures, int least, int most)
    {
        var pauses = Enumerable.Range(0, 200)
            .Select(_ => BackOff.After(failures, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5)).TotalMilliseconds).ToList();

        Assert.All(pauses, p => Assert.InRange(p, least, most));
        Assert.True(pauses.Distinct().Count() > 10);
    }

    private static Task Signal(LedgerHarness h)
    {
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        h.Transport.Fails = _ =>
        {
            sent.TrySetResult();
            return false;
        };
        return sent.Task;
    }

    /// <summary>Lets time pass in small steps, each as soon as the relay waits for it.</summary>
    internal static async Task PassAsync(LedgerHarness h, TimeSpan most, Func<bool> until)
    {
        var began = h.Time.GetTimestamp();
        while (!until() && h.Time.GetElapsedTime(began) < most)
        {
            await UntilAsync(() => h.Time.Waiting > 0 || until());
            h.Time.Advance(TimeSpan.FromMilliseconds(250));
        }
    }

    internal static async Task UntilAsync(Func<bool> condition)
    {
        var giveUp = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(giveUp) < Patience, "It never came.");
            await Task.Yield();
        }
    }

    private sealed class CapturedLog : ILogger<Relay>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception) + exception);
    }
}

public sealed class RelayOnSqlite : RelayTests
{
    private protected override LedgerHarness Harness(bool newestSuffices = true, RelayOptions? options = null) => new(null, newestSuffices, options);
}

[Collection(PostgresTests.Name)]
public sealed class RelayOnPostgres(OnePostgres postgres) : RelayTests
{
    private protected override LedgerHarness Harness(bool newestSuffices = true, RelayOptions? options = null) =>
        new(postgres.Server.CreateDatabaseAsync().GetAwaiter().GetResult(), newestSuffices, options);
}
