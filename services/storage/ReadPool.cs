using System.Collections.Concurrent;

namespace Consent.Storage;

/// <summary>Read-only connections with their statements prepared, one per read at a time. A read takes microseconds and blocks.</summary>
internal sealed class ReadPool<TStatements>(Func<TStatements> open) : IDisposable where TStatements : StatementSet
{
    private const int Kept = 16;
    private readonly ConcurrentBag<TStatements> _idle = [];
    private volatile bool _closed;

    public T Read<T>(Func<TStatements, T> read)
    {
        if (_closed) throw new LogUnavailableException("The log is closed.");
        if (!_idle.TryTake(out var statements)) statements = open();
        try
        {
            var found = read(statements);
            if (!_closed && _idle.Count < Kept) _idle.Add(statements);
            else statements.Dispose();
            return found;
        }
        catch
        {
            statements.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var statements)) statements.Dispose();
    }
}
