using System.Text.Json;
using System.Text.Json.Serialization;

namespace Consent.Tests.Support.Cosmos;

/// <summary>One version of a document.</summary>
internal sealed record Stored(string Partition, string Id, long Lsn, JsonElement Body)
{
    public string ETag => Body.GetProperty("_etag").GetString()!;

    /// <summary>The version before this one.</summary>
    [JsonIgnore]
    public Stored? Before { get; set; }

    /// <summary>Of the first version: that of the document that was created in the partition before it.</summary>
    [JsonIgnore]
    public Stored? Beside { get; set; }
}

/// <summary>
/// A physical partition: all versions of its documents in the order of their numbers. The caller holds the lock.
/// </summary>
/// <param name="Min">First effective key in it.</param>
/// <param name="Max">First effective key that is not.</param>
internal sealed record StoredRange(string Id, string Min, string Max, IReadOnlyList<string> Parents)
{
    private readonly Dictionary<(string Partition, string Id), Stored> _newest = [];
    private readonly Dictionary<string, Stored> _created = new(StringComparer.Ordinal);
    private readonly List<Stored> _changes = [];

    public long Lsn { get; set; }

    /// <summary>Goes up with every loss, so that a session from before asks for nothing that is no more.</summary>
    public int Run { get; set; } = -1;

    /// <summary>How many changes a reader that holds no session token may be behind.</summary>
    public int Lag { get; set; }

    public IReadOnlyList<Stored> Changes => _changes;

    public string TokenOf(long lsn) => FormattableString.Invariant($"{Id}:{Run}#{lsn}");

    public bool Has(string key) => string.CompareOrdinal(key, Min) >= 0 && string.CompareOrdinal(key, Max) < 0;

    public Stored? Find(string partition, string id, long asOf = long.MaxValue)
    {
        var found = _newest.GetValueOrDefault((partition, id));
        while (found?.Lsn > asOf) found = found.Before;
        return found;
    }

    /// <summary>In no order that one could rely on: what was created last comes first.</summary>
    public IEnumerable<Stored> In(string partition, long asOf)
    {
        for (var created = _created.GetValueOrDefault(partition); created is not null; created = created.Beside)
        {
            if (Find(partition, created.Id, asOf) is { } found) yield return found;
        }
    }

    /// <summary>The newest version of each document that changed after, ascending.</summary>
    public IEnumerable<Stored> After(long after, long asOf)
    {
        for (var i = FirstAfter(after); i < _changes.Count && _changes[i].Lsn <= asOf; i++)
        {
            if (ReferenceEquals(Find(_changes[i].Partition, _changes[i].Id, asOf), _changes[i])) yield return _changes[i];
        }
    }

    public void Add(Stored stored)
    {
        (Lsn, stored.Before) = (stored.Lsn, _newest.GetValueOrDefault((stored.Partition, stored.Id)));
        _changes.Add(stored);
        _newest[(stored.Partition, stored.Id)] = stored;
        if (stored.Before is not null) return;
        stored.Beside = _created.GetValueOrDefault(stored.Partition);
        _created[stored.Partition] = stored;
    }

    /// <summary>The same without its newest changes; their numbers are given out again.</summary>
    public StoredRange Without(int changes) => With(Id, Min, Max, Parents, _changes.Take(Math.Max(0, _changes.Count - changes)), Run + 1, lsn: null);

    /// <summary>Two ranges in place of this one, under the ids given.</summary>
    public (StoredRange Lower, StoredRange Upper) Split(string lower, string upper)
    {
        var middle = Middle(Min, Max);
        IReadOnlyList<string> parents = [.. Parents, Id];
        return (With(lower, Min, middle, parents, _changes.Where(c => string.CompareOrdinal(EffectiveKey.Of(c.Partition), middle) < 0), Run, Lsn),
            With(upper, middle, Max, parents, _changes.Where(c => string.CompareOrdinal(EffectiveKey.Of(c.Partition), middle) >= 0), Run, Lsn));
    }

    internal static StoredRange With(string id, string min, string max, IReadOnlyList<string> parents, IEnumerable<Stored> changes, int run, long? lsn)
    {
        var made = new StoredRange(id, min, max, parents) { Run = run };
        foreach (var change in changes) made.Add(change with { Before = null, Beside = null });
        made.Lsn = lsn ?? made.Lsn;
        return made;
    }

    private static string Middle(string min, string max)
    {
        var from = min.Length == 0 ? UInt128.Zero : UInt128.Parse(min, System.Globalization.NumberStyles.HexNumber, null);
        var to = max == "FF" ? UInt128.MaxValue >> 2 : UInt128.Parse(max, System.Globalization.NumberStyles.HexNumber, null);
        return (from + ((to - from) / 2)).ToString("X32", null);
    }

    private int FirstAfter(long lsn)
    {
        var (low, high) = (0, _changes.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_changes[middle].Lsn <= lsn) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
