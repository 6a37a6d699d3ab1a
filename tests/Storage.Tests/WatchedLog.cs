using System.Reflection;

namespace Consent.Storage.Tests;

/// <summary>A log that counts what it is asked, and cannot be asked while the test says so, as where its database is away or has no connection left.</summary>
public class WatchedLog : DispatchProxy
{
    private IRecordLog _log = null!;
    private int _asked;
    private int _histories;
    private int _positions;
    private int _refused;

    /// <summary>Which question it refuses, by the name of its method; null for none.</summary>
    public Func<string, bool>? IsAway { get; set; }

    /// <summary>How often it was asked; what is in memory is not asked of a database.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>How often for the history of a stream.</summary>
    public int Histories => Volatile.Read(ref _histories);

    /// <summary>Of how many records it was asked by their positions.</summary>
    public int Positions => Volatile.Read(ref _positions);

    /// <summary>How often it was asked in vain.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public static (IRecordLog Log, WatchedLog Watched) Of(IRecordLog log)
    {
        var proxy = Create<IRecordLog, WatchedLog>();
        var watched = (WatchedLog)proxy;
        watched._log = log;
        return (proxy, watched);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        if (targetMethod.Name == nameof(IRecordLog.HistoryAsync)) Interlocked.Increment(ref _histories);
        if (targetMethod.Name == nameof(IRecordLog.FindByPositionsAsync)) Interlocked.Add(ref _positions, ((IReadOnlyCollection<long>)args![0]!).Count);
        if (targetMethod.Name.EndsWith("Async", StringComparison.Ordinal)) Interlocked.Increment(ref _asked);
        if (IsAway?.Invoke(targetMethod.Name) != true) return targetMethod.Invoke(_log, args);
        Interlocked.Increment(ref _refused);
        throw new LogUnavailableException("It is away.");
    }
}
