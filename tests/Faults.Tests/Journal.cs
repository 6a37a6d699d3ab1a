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

    /// <summary>Those that must be there: all, but for those between a backup and its restore.</summary>
    public IReadOnlyCollection<DecisionAcknowledged> Decisions => _decisions;

    public IReadOnlyCollection<OptOutAcknowledged> OptOuts => _optOuts;

    public int Count => _decisions.Count + _optOuts.Count;

    /// <summary>How many decisions a restore took away.</summary>
    public int Lost => _lost;

    /// <summary>Answers that no fault explains, such as 400 or 409, and how often each came.</summary>
    public IReadOnlyDictionary<string, int> Refusals => _refusals;

    public void Add(DecisionAcknowledged decision) => _decisions.Enqueue(decision);

    public void Add(OptOutAcknowledged optOut) => _optOuts.Enqueue(optOut);

    public void Refused(string how) => _refusals.AddOrUpdate(how, 1, (_, times) => times + 1);

    /// <summary>An old backup of the consent service comes back: of all decisions only the first <paramref name="kept"/> are left.</summary>
    public void Restored(int kept)
    {
        var all = _decisions.ToArray();
        _decisions.Clear();
        foreach (var decision in all.Take(kept)) _decisions.Enqueue(decision);
        _lost += all.Length - kept;
    }
}

/// <param name="Receipt">Its id.</param>
public sealed record DecisionAcknowledged(string Site, string Subject, string Receipt, int Epoch, long Version, bool Statistics, bool Media);

public sealed record OptOutAcknowledged(string Site, string Address);
