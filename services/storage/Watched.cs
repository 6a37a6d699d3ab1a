namespace Consent.Storage;

/// <summary>
/// What is open to one subscriber and was sent once at least, in memory, with when it may be sent again. Whoever relays next finds the
/// same in the log and the ledger, and only waits anew.
/// </summary>
internal sealed class Watched
{
    private const int LeastWindow = 100;
    private const int MostWindow = 8000;

    public SortedDictionary<long, Waiting> Open { get; } = [];

    /// <summary>Up to here the log was looked through.</summary>
    public long Through { get; set; }

    public DateTimeOffset FrontierNotedAt { get; set; }

    /// <summary>Whether the alarm was given, so that it is given once.</summary>
    public bool IsAlarmed { get; set; }

    /// <summary>Below the oldest that is open.</summary>
    public long Frontier => Open.Count == 0 ? Through : Open.First().Key - 1;

    /// <summary>
    /// How many may be out at once, sent again and not applied: twice as many after a look at which some had been applied and none had
    /// to be repeated, half as many after one at which some had to. A subscriber that lags is not buried under copies of what lies in its queue.
    /// </summary>
    public int Window { get; private set; } = 500;

    /// <summary>How many more may be sent now.</summary>
    public int Room(DateTimeOffset now) => Window - Open.Values.Count(one => one.Attempts > 0 && one.DueAt > now);

    public void Adapt(int applied, bool repeated)
    {
        if (repeated) Window = Math.Max(LeastWindow, Window / 2);
        else if (applied > 0) Window = Math.Min(MostWindow, Window * 2);
    }

    /// <summary>What is due, at most one of each stream: one that was sent and not applied holds back the others of its stream until it is due again.</summary>
    public List<Waiting> Due(DateTimeOffset now, int max)
    {
        var streams = new HashSet<StreamKey>();
        var due = new List<Waiting>();
        if (max <= 0) return due;
        // The oldest of a stream comes first here, so it is the one that is sent; where the newest suffices only that one is watched.
        foreach (var one in Open.Values)
        {
            if (!streams.Add(one.Stream) || one.DueAt > now) continue;
            due.Add(one);
        }

        return [.. due.OrderBy(one => one.DueAt).Take(max)];
    }

    internal sealed record Waiting(long Position, StreamKey Stream, DateTimeOffset RecordedAt, DateTimeOffset DueAt, int Attempts);
}
