namespace Consent.Storage;

/// <summary>What the last pages of a run list: a change feed may give twice what it gave a moment ago, as where a partition was split. For one thread.</summary>
internal sealed class RecentEntries
{
    private const int Most = 10_000;
    private readonly HashSet<(string, long, string)> _keys = [];
    private readonly Queue<(string, long, string)> _oldest = new();

    public bool Has(OrderEntry entry) => _keys.Contains(entry.Key);

    /// <summary>To be called where an epoch begins: pages that listed it may be lost.</summary>
    public void Forget()
    {
        _keys.Clear();
        _oldest.Clear();
    }

    public void Add(OrderPage page)
    {
        // What was listed in pages that are lost comes again.
        if (page.IsClosed) Forget();

        foreach (var entry in page.Entries)
            if (_keys.Add(entry.Key)) _oldest.Enqueue(entry.Key);
        while (_oldest.Count > Most) _keys.Remove(_oldest.Dequeue());
    }
}
