using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// Which replica relays: the one that holds the log's lease <c>relay</c>. It is prolonged every 2 seconds and lasts 6, so that another
/// takes over within 10 seconds of a death. Two that believe to hold it at once repeat each other's events, and the fence keeps the cursor right.
/// Where one process owns the log, that process holds it.
/// </summary>
internal sealed class RelayLease(IRecordLog log, TimeProvider time) : IDisposable
{
    public const string Name = "relay";

    /// <summary>How long whoever does not hold it waits before asking again.</summary>
    public static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Term = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan TermOfTheOnly = TimeSpan.FromHours(1);
    private readonly string _holder = log.IsShared ? RandomId.New() : "the only one";
    private readonly SemaphoreSlim _one = new(1);
    private Lease? _held;
    private volatile bool _isWithAnother;
    private long _asked;

    /// <summary>As far as this process knows.</summary>
    public bool IsHeld => Volatile.Read(ref _held) is not null;

    /// <summary>Whether another had it when this process looked last.</summary>
    public bool IsWithAnother => _isWithAnother;

    /// <summary>The lease, asked for or prolonged when it is time; null while another holds it.</summary>
    public Task<Lease?> HoldAsync(CancellationToken cancel) => AskAsync(anew: true, cancel);

    /// <summary>
    /// The lease, prolonged when it is time; null when this process does not hold it, and then it is not asked for: the relay asks, and
    /// may have given it back on purpose.
    /// </summary>
    public Task<Lease?> ProlongAsync(CancellationToken cancel) => AskAsync(anew: false, cancel);

    /// <summary>Another has it by now.</summary>
    public void Lost()
    {
        _isWithAnother = true;
        Volatile.Write(ref _held, null);
    }

    /// <summary>Whoever asks next has it. Not while it is being prolonged: it would be had again by what comes back then.</summary>
    public async Task GiveBackAsync()
    {
        await _one.WaitAsync();
        try
        {
            var held = _held;
            Volatile.Write(ref _held, null);
            if (held is not null && log.IsShared) await log.ReleaseAsync(held);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<Lease?> AskAsync(bool anew, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            if (_held is null && !anew) return null;
            var term = log.IsShared ? Term : TermOfTheOnly;
            if (_held is not null && time.GetElapsedTime(_asked) < term / 3) return _held;
            // Counted from before the question: it may take a while to be answered.
            var asked = time.GetTimestamp();
            // What is held stays held while it is prolonged: whoever looks meanwhile must not take it for lost.
            var held = await log.AcquireAsync(Name, _holder, term);
            Volatile.Write(ref _held, held);
            (_asked, _isWithAnother) = (asked, held is null);
            return held;
        }
        catch
        {
            Volatile.Write(ref _held, null);
            throw;
        }
        finally
        {
            _one.Release();
        }
    }
}
