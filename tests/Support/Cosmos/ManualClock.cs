namespace Consent.Tests.Support.Cosmos;

/// <summary>The time of a stand-in's store: goes with the real one until it is put forward or back, or made to stand still.</summary>
public sealed class ManualClock : TimeProvider
{
    private readonly Lock _one = new();
    private TimeSpan _ahead;
    private DateTimeOffset? _stands;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_one) return _stands ?? System.GetUtcNow() + _ahead;
    }

    /// <summary>Stands still at this time from now on.</summary>
    public void StandAt(DateTimeOffset at)
    {
        lock (_one) _stands = at;
    }

    /// <summary>Forward, or back when negative; whether it stands or goes.</summary>
    public void Pass(TimeSpan by)
    {
        lock (_one) (_ahead, _stands) = (_ahead + by, _stands + by);
    }
}
