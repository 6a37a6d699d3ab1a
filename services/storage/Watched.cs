namespace Consent.Storage;

/// <summary>
/// What is open to one subscriber and was sent once at least, in memory, with when it may be sent again: by timestamps, because the wall
/// clock may jump. Whoever relays next finds the same in the log and the ledger, and only waits anew.
/// </summary>
internal sealed class Watched
{
    /// <summary>Looked after at once. Of more, those that were sent in vain wait aside and take turns: what can never be applied must not stand before the rest.</summary>
    private const int MostOpen = 10_000;
    private const int MostAside = 100_000;
    private const int LeastWindow = 100;
    private const int MostWindow = 8000;
    private readonly Queue<Waiting> _aside = new();

    public SortedDictionary<long, Waiting> Open { get; } = [];

    /// <summary>Up to here the log was looked through.</summary>
    public long Through { get; set; }

    /// <summary>Null before it was noted for the first time.</summary>
    public long? FrontierNotedAt { get; set; }

    /// <summary>Null when nothing is open.</summary>
    public Waiting? Oldest => Open.Values.Take(1).Concat(_aside).MinBy(one => one.Position);

    /// <summary>Below the oldest that is open.</summary>
    public long Frontier => Oldest is { } oldest ? oldest.Position - 1 : Through;

    /// <summary>
    /// How many may be out at once, sent again and not applied: twice as many after a look at which some had been applied and none had
    /// to be repeated, half as many after one at which some had to. A subscriber that lags is not buried under copies of what lies in its queue.
    /// </summary>
    public int Window { get; private set; } = 500;

    /// <summary>How many more may be sent now.</summary>
    public int Room(long now) => Window - Open.Values.Count(one => one.Attempts > 0 && one.DueAt > now);

    public void Adapt(int applied, bool repeated)
    {
        if (repeated) Window = Math.Max(LeastWindow, Window / 2);
        else if (applied > 0) Window = Math.Min(MostWindow, Window * 2);
    }

    /// <summary>What is due, at most one of each stream: one that was sent and not applied holds back the others of its stream until it is due again.</summary>
    public List<Waiting> Due(long now, int max)
    {
        var streams = new HashSet<StreamKey>();
        var due = new List<Waiting>();
        if (max <= 0) return due;
        // The oldest of a stream comes first here, so it is the one that is sent; where the newest suffices only that one is watched, and a tombstone.
        foreach (var one in Open.Values)
        {
            if (!streams.Add(one.Stream) || one.DueAt > now) continue;
            due.Add(one);
        }

        return [.. due.OrderBy(one => one.DueAt).Take(max)];
    }

    /// <summary>How many more can be looked after. To be at least those wanted, some go aside that were sent and are due again, the latest due first.</summary>
    public int MakeRoom(long now, int wanted)
    {
        var lacking = Math.Min(wanted - (MostOpen - Open.Count), MostAside - _aside.Count);
        foreach (var one in Open.Values.Where(one => one.Attempts > 0 && one.DueAt <= now).OrderByDescending(one => one.DueAt).Take(lacking).ToList())
        {
            Open.Remove(one.Position);
            _aside.Enqueue(one);
        }

        return Math.Max(0, MostOpen - Open.Count);
    }

    /// <summary>Those who wait aside the longest come back, as soon as all the others were sent once.</summary>
    public void TakeTurns(long now, int most)
    {
        if (_aside.Count == 0 || Open.Values.Any(one => one.Attempts == 0)) return;
        var back = new List<Waiting>();
        while (back.Count < most && _aside.TryDequeue(out var one)) back.Add(one);
        var room = MakeRoom(now, back.Count);
        foreach (var one in back)
        {
            if (room-- > 0) Open[one.Position] = one;
            else _aside.Enqueue(one);
        }
    }

    /// <param name="SeenAt">When it was found open.</param>
    internal sealed record Waiting(long Position, StreamKey Stream, DateTimeOffset RecordedAt, long SeenAt, long DueAt, int Attempts);
}
