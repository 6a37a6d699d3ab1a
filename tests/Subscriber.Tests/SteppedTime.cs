namespace Consent.Subscriber.Tests;

/// <summary>Time that passes when it is told to, for clocks and timers alike.</summary>
internal sealed class SteppedTime(DateTimeOffset at) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Waiting> _waiting = [];
    private DateTimeOffset _at = at;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _at;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Waiting(this, callback, state);
        timer.Change(dueTime, period);
        lock (_gate) _waiting.Add(timer);
        return timer;
    }

    public void Pass(TimeSpan by)
    {
        List<Waiting> due;
        lock (_gate)
        {
            _at += by;
            due = [.. _waiting.Where(timer => timer.IsDue())];
        }

        foreach (var timer in due) timer.Fire();
    }

    private sealed class Waiting(SteppedTime time, TimerCallback callback, object? state) : ITimer
    {
        private DateTimeOffset? _due;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                _due = dueTime < TimeSpan.Zero ? null : time._at + dueTime;
                _period = period;
            }

            return true;
        }

        /// <summary>Under the lock. Once for all that was missed.</summary>
        public bool IsDue()
        {
            if (!(_due <= time._at)) return false;
            _due = _period > TimeSpan.Zero ? time._at + _period : null;
            return true;
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (time._gate) time._waiting.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
