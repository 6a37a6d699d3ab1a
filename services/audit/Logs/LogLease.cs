using Consent.Contracts;
using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>
/// Which replica writes the logs: the one that holds the record log's lease <c>logs</c>, prolonged every 2 seconds and good for 6. Where one process owns the log,
/// that process holds it. Two that believe to hold it at once are told apart by the versions of what they append. One caller at a time.
/// </summary>
internal sealed class LogLease(IRecordLog log, string name, TimeProvider time)
{
    private readonly string _holder = log.IsShared ? RandomId.New() : "the only one";
    private readonly TimeSpan _term = log.IsShared ? TimeSpan.FromSeconds(6) : TimeSpan.FromHours(1);
    private Lease? _held;
    private long _asked;

    /// <summary>Null while another holds it. Throws <see cref="LogUnavailableException"/>.</summary>
    public async Task<Lease?> HoldAsync()
    {
        if (_held is not null && time.GetElapsedTime(_asked) < _term / 3) return _held;
        var asked = time.GetTimestamp();
        var held = _held;
        _held = null;
        // Not asked at every round for what another holds.
        if (held is null && _asked != 0 && time.GetElapsedTime(_asked) < _term / 3) return null;
        _held = await log.AcquireAsync(name, _holder, _term);
        _asked = asked;
        return _held;
    }

    /// <summary>Whoever asks next has it.</summary>
    public async Task GiveBackAsync()
    {
        var held = _held;
        _held = null;
        try
        {
            if (held is not null && log.IsShared) await log.ReleaseAsync(held);
        }
        catch (LogUnavailableException)
        {
            // It ends by itself.
        }
    }
}
