namespace Consent.Storage;

/// <summary>
/// What is open to one subscriber and was sent once at least, in memory, with when it may be sent again. Whoever relays next finds the
/// same in the log and the ledger, and only waits anew.
/// </summary>
internal sealed class Watched
{
    public SortedDictionary<long, Waiting> Open { get; } = [];

    /// <summary>Up to here the log was looked through.</summary>
    public long Through { get; set; }

    public DateTimeOffset FrontierNotedAt { get; set; }

    /// <summary>Whether the alarm was given, so that it is given once.</summary>
    public bool IsAlarmed { get; set; }

    /// <summary>Below the oldest that is open.</summary>
    public long Frontier => Open.Count == 0 ? Through : Open.First().Key - 1;

    /// <summary>What is due, at most one of each stream: one that was sent and not applied holds back the others of its stream until it is due again.</summary>
    public List<Waiting> Due(DateTimeOffset now, int max)
    {
        var streams = new HashSet<StreamKey>();
        var due = new List<Waiting>();
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
