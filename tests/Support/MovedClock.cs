namespace Consent.Tests.Support;

/// <summary>Stands still until it is moved; timers made of it run by the real time.</summary>
public sealed class MovedClock(DateTimeOffset at) : TimeProvider
{
    /// <summary>A timer takes 49 days at most.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    public DateTimeOffset At { get; set; } = at;

    public override DateTimeOffset GetUtcNow() => At;

    /// <summary>Where it stood before it was moved last, as for what was under way then.</summary>
    public DateTimeOffset Before { get; private set; } = at;

    /// <summary>How many times as long as they say the timers take that are made from now on: where a test does itself what they would do, or holds back what is waited for seconds only.</summary>
    public int Slower { get; set; } = 1;

    public void Pass(TimeSpan by) => (Before, At) = (At, At + by);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, Slowed(dueTime), Slowed(period));

    private TimeSpan Slowed(TimeSpan time) => Slower == 1 || time <= TimeSpan.Zero ? time : time * Slower < Longest ? time * Slower : Longest;
}
