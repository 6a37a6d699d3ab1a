using Consent.Audit.Logs;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

public sealed class LogHealthTests
{
    private readonly SteppedTime _time = new();

    [Fact]
    public void ARoundThatDoesNotEnd_IsTold_WhetherOrNotItFailed()
    {
        var health = new LogHealth(TimeSpan.FromSeconds(1), _time);
        _time.Step(TimeSpan.FromSeconds(60));
        Assert.Equal(HealthStatus.Healthy, health.Result(isReady: true).Status);

        _time.Step(TimeSpan.FromSeconds(2));
        Assert.Contains("no round of the logs has ended well", health.Result(isReady: true).Description, StringComparison.Ordinal);
        Assert.Contains("still being made", health.Result(isReady: false).Description, StringComparison.Ordinal);
        health.Completed();
        Assert.Equal(HealthStatus.Healthy, health.Result(isReady: true).Status);
    }

    [Fact]
    public void WhatIsWrong_IsTold_EachOnce_UntilItIsNot()
    {
        var health = new LogHealth(TimeSpan.FromSeconds(1), _time);
        health.Say(["one", null, "two", "one"]);
        var result = health.Result(isReady: true);
        Assert.Equal((HealthStatus.Degraded, "one; two"), (result.Status, result.Description));
        health.Say([null]);
        Assert.Equal(HealthStatus.Healthy, health.Result(isReady: true).Status);
    }

    [Fact]
    public void AClockThatIsMoved_OrDiffersFromThatOfTheHearing_IsTold()
    {
        var clock = new ClockWatch(_time);
        _time.Step(TimeSpan.FromHours(1));
        Assert.Null(clock.Look([_time.GetUtcNow()], _time.GetUtcNow()));

        _time.Set(TimeSpan.FromHours(1));
        Assert.Contains("set forward by 0.01:00:00", clock.Look([], null), StringComparison.Ordinal);
        _time.Step(TimeSpan.FromMinutes(61));
        Assert.Null(clock.Look([], null));

        Assert.Contains("0.00:02:00 behind the newest entry", clock.Look([_time.GetUtcNow().AddMinutes(2)], null), StringComparison.Ordinal);
        _time.Step(TimeSpan.FromSeconds(1));
        Assert.Contains("ahead of the one that dated what was heard", clock.Look([], _time.GetUtcNow().AddHours(-1)), StringComparison.Ordinal);
        Assert.Contains("behind the one that dated what was heard", clock.Look([], _time.GetUtcNow().AddHours(1)), StringComparison.Ordinal);
        // Heard before the last look: it may just have waited for this one.
        _time.Step(TimeSpan.FromMinutes(30));
        Assert.Null(clock.Look([], _time.GetUtcNow().AddMinutes(-29)));
    }

    /// <summary>Goes on only when it is told to, and can be set without time passing.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private DateTimeOffset _utc = Samples.Noon;
        private long _stamp = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _stamp;

        public override DateTimeOffset GetUtcNow() => _utc;

        public void Step(TimeSpan by) => (_stamp, _utc) = (_stamp + by.Ticks, _utc + by);

        public void Set(TimeSpan by) => _utc += by;
    }
}
