using System.Reflection;

namespace Consent.Storage.Tests;

/// <summary>A log whose leases cannot be asked for while the test says so, as where its database is away or has no connection left.</summary>
public class AwayLog : DispatchProxy
{
    private IRecordLog _log = null!;
    private volatile int _refused;

    public bool IsAway { get; set; }

    /// <summary>How often it was asked in vain.</summary>
    public int Refused => _refused;

    public static (IRecordLog Log, AwayLog Away) Of(IRecordLog log)
    {
        var proxy = Create<IRecordLog, AwayLog>();
        var away = (AwayLog)proxy;
        away._log = log;
        return (proxy, away);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        if (!IsAway || targetMethod.Name != nameof(IRecordLog.AcquireAsync)) return targetMethod.Invoke(_log, args);
        Interlocked.Increment(ref _refused);
        return Task.FromException<Lease?>(new LogUnavailableException("It is away."));
    }
}
