using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Consent.Tests.Support;

/// <summary>Listens to one instrument, for one value of a tag.</summary>
public sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<long, bool> _values = new();
    private long _count;
    private long _sum;

    public Measured(string meter, string instrument, string tag, string of)
    {
        _listener.InstrumentPublished = (found, listener) =>
        {
            if (found.Meter.Name == meter && found.Name == instrument) listener.EnableMeasurementEvents(found);
        };
        _listener.SetMeasurementEventCallback<int>((_, value, tags, _) => Add(value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Add(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, _) => Add((long)value, tags));
        _listener.Start();

        void Add(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var told in tags)
            {
                if (told.Key != tag || !Equals(told.Value, of)) continue;
                Interlocked.Increment(ref _count);
                Interlocked.Add(ref _sum, value);
                Last = value;
                _values[value] = true;
            }
        }
    }

    public long Count => Interlocked.Read(ref _count);

    public long Sum => Interlocked.Read(ref _sum);

    public long Last { get; private set; }

    public bool Saw(long value) => _values.ContainsKey(value);

    public void Dispose() => _listener.Dispose();
}
