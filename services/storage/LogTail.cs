namespace Consent.Storage;

/// <summary>
/// The newest records of a log as they were appended, for whoever follows close behind, which the relay does: nothing is read and
/// unsealed again that was written a moment ago. Holds a gapless run of positions up to the newest, bounded by records and by the
/// bytes of their payloads; safe for many threads.
/// </summary>
internal sealed class LogTail(int capacity, long mostBytes = 32 << 20)
{
    private readonly Lock _gate = new();
    private readonly LogRecord[] _ring = new LogRecord[capacity];
    private long _from;
    private long _through;
    private long _bytes;

    /// <summary>Committed, in the order of their positions.</summary>
    public void Add(List<LogRecord> records)
    {
        lock (_gate)
        {
            foreach (var record in records)
            {
                if (record.Position != _through + 1)
                {
                    Clear();
                    _from = _through = record.Position - 1;
                }

                if (_through - _from == capacity) DropOldest();
                _through = record.Position;
                _ring[_through % capacity] = record;
                _bytes += record.Payload.Length;
                while (_bytes > mostBytes) DropOldest();
            }
        }
    }

    /// <summary>Holds nothing any more: a record that was erased must not be handed out.</summary>
    public void Forget()
    {
        lock (_gate) Clear();
    }

    /// <summary>Up to <paramref name="max"/> records behind the position; null when not all of them are here.</summary>
    public IReadOnlyList<LogRecord>? After(long position, int max)
    {
        lock (_gate)
        {
            if (position < _from || position >= _through) return null;
            var found = new LogRecord[Math.Min(max, _through - position)];
            for (var i = 0; i < found.Length; i++) found[i] = _ring[(position + 1 + i) % capacity];
            return found;
        }
    }

    private void DropOldest()
    {
        var slot = ++_from % capacity;
        _bytes -= _ring[slot].Payload.Length;
        _ring[slot] = null!;
    }

    private void Clear()
    {
        Array.Clear(_ring);
        (_from, _bytes) = (_through, 0);
    }
}
