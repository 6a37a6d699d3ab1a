namespace Consent.Tests.Support;

/// <summary>Stands still until it is moved; timers made of it run by the real time.</summary>
public sealed class MovedClock(DateTimeOffset at) : TimeProvider
{
    public DateTimeOffset At { get; set; } = at;

    public override DateTimeOffset GetUtcNow() => At;

    /// <summary>Where it stood before it was moved last, as for what was under way then.</summary>
    public DateTimeOffset Before { get; private set; } = at;

    public void Pass(TimeSpan by) => (Before, At) = (At, At + by);
}
