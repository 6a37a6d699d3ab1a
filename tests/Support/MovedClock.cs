namespace Consent.Tests.Support;

/// <summary>Stands still until it is moved; timers made of it run by the real time.</summary>
public sealed class MovedClock(DateTimeOffset at) : TimeProvider
{
    public DateTimeOffset At { get; set; } = at;

    public override DateTimeOffset GetUtcNow() => At;

    public void Pass(TimeSpan by) => At += by;
}
