using System.Reflection;
using Consent.Storage;

namespace Consent.Audit.Tests;

/// <summary>A log that counts how often it is asked, and how often for the history of a stream.</summary>
public class CountedReads : DispatchProxy
{
    private IRecordLog _log = null!;
    private int _asked;

    public int Histories { get; private set; }

    public int Asked => Volatile.Read(ref _asked);

    public static (IRecordLog Log, CountedReads Counted) Of(IRecordLog log)
    {
        var proxy = Create<IRecordLog, CountedReads>();
        var counted = (CountedReads)proxy;
        counted._log = log;
        return (proxy, counted);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        if (targetMethod.Name == nameof(IRecordLog.HistoryAsync)) Histories++;
        // What is in memory is not asked of a database.
        if (targetMethod.Name.EndsWith("Async", StringComparison.Ordinal)) Interlocked.Increment(ref _asked);
        return targetMethod.Invoke(_log, args);
    }
}
