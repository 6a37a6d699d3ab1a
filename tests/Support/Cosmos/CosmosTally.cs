namespace Consent.Tests.Support.Cosmos;

/// <summary>What was asked how often, what it cost, and what was refused.</summary>
internal sealed class CosmosTally
{
    private readonly Lock _one = new();
    private readonly Dictionary<(Operation Operation, string? Container, string? Query, int Status), (long Times, double Units)> _counts = [];
    private readonly List<string> _refused = [];

    public IReadOnlyList<string> Refused
    {
        get
        {
            lock (_one) return [.. _refused];
        }
    }

    public IReadOnlyList<Counted> Counts
    {
        get
        {
            lock (_one) return [.. _counts.Select(c => new Counted(c.Key.Operation, c.Key.Container, c.Key.Query, c.Key.Status, c.Value.Times, Math.Round(c.Value.Units, 2)))];
        }
    }

    public void Anew()
    {
        lock (_one) _counts.Clear();
    }

    public void Refuse(string what)
    {
        lock (_one) _refused.Add(what);
    }

    /// <param name="status">0: the client learned nothing.</param>
    public void Count(Asked asked, int status, double units)
    {
        lock (_one)
        {
            var key = (asked.Operation, asked.Container, asked.Query, status);
            var (times, sum) = _counts.GetValueOrDefault(key);
            _counts[key] = (times + 1, sum + units);
        }
    }
}
