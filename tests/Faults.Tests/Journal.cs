using System.Collections.Concurrent;

namespace Consent.Faults.Tests;

/// <summary>
/// What was acknowledged: decisions by a 201, one-click opt-outs by a 200. Nothing else is in it: what was not answered may have
/// happened or not. For many threads.
/// </summary>
public sealed class Journal
{
    private readonly ConcurrentQueue<DecisionAcknowledged> _decisions = new();
    private readonly ConcurrentQueue<OptOutAcknowledged> _optOuts = new();
    private readonly ConcurrentDictionary<string, int> _refusals = new(StringComparer.Ordinal);
    private int _lost;
    private int _unanswered;

    /// <summary>Those that must be there: all, but for those between a backup and its restore.</summary>
    public IReadOnlyCollection<DecisionAcknowledged> Decisions => _decisions;

    public IReadOnlyCollection<OptOutAcknowledged> OptOuts => _optOuts;

    public int Count => _decisions.Count + _optOuts.Count;

    /// <summary>How many of both a restore took away.</summary>
    public int Lost => _lost;

    /// <summary>Answers that no fault explains, such as 400 or 409, and how often each came.</summary>
    public IReadOnlyDictionary<string, int> Refusals => _refusals;

    /// <summary>Requests that were answered with 5xx, or by nobody.</summary>
    public int Unanswered => _unanswered;

    public void WasUnanswered() => Interlocked.Increment(ref _unanswered);

    public void Add(DecisionAcknowledged decision) => _decisions.Enqueue(decision);

    public void Add(OptOutAcknowledged optOut) => _optOuts.Enqueue(optOut);

    public void Refused(string how) => _refusals.AddOrUpdate(how, 1, (_, times) => times + 1);

    /// <summary>Decisions behind the first so many have to bear a higher epoch than this, since a restore ended it.</summary>
    public (int First, int Epoch) EndedEpoch { get; private set; }

    /// <summary>How far it is, for <see cref="Restored"/>; nobody may decide meanwhile.</summary>
    public (int Decisions, int OptOuts) Mark() => (_decisions.Count, _optOuts.Count);

    /// <summary>A backup taken at the mark comes back: what was acknowledged after it is rightly gone.</summary>
    public void Restored((int Decisions, int OptOuts) mark)
    {
        _lost += Count - mark.Decisions - mark.OptOuts;
        EndedEpoch = (mark.Decisions, _decisions.Max(d => d.Epoch));
        Keep(_decisions, mark.Decisions);
        Keep(_optOuts, mark.OptOuts);
    }

    private static void Keep<T>(ConcurrentQueue<T> all, int first)
    {
        var kept = all.Take(first).ToList();
        all.Clear();
        kept.ForEach(all.Enqueue);
    }
}

/// <param name="Receipt">Its id.</param>
public sealed record DecisionAcknowledged(string Site, string Subject, string Receipt, int Epoch, long Version, bool Statistics, bool Media);

public sealed record OptOutAcknowledged(string Site, string Address);
