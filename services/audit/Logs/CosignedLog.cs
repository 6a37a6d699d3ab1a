using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>
/// One log before its witnesses: which checkpoint they are asked for, and which the world is shown. All are asked for the same one until each that answers has cosigned it, and then for the
/// newest, so that also a log which grows faster than they answer has checkpoints that all of them cosigned. The newest of these is shown, and when none has come for
/// <c>Audit:CosignedWithin</c> the newest own one, until one comes again; so it is too until the first has come. What is shown never becomes less; another replica, which asks for itself, may show less for as long. For any thread.
/// </summary>
internal sealed class CosignedLog
{
    private readonly Lock _gate = new();
    private readonly DerivedLogs _logs;
    private readonly WitnessSettings _settings;
    private readonly TimeProvider _time;

    /// <summary>Those that did not cosign when they were asked last: nobody waits for them.</summary>
    private readonly HashSet<Witness> _failing = [];
    private ServedLog _newest;
    private ServedLog _shown;
    private ServedLog? _asked;
    private ServedLog? _cosigned;
    private DateTimeOffset _askedAt;
    private int _openings;

    /// <summary>Since when the next cosigned one is waited for.</summary>
    private DateTimeOffset _since;

    /// <param name="name">Of a log that has a checkpoint.</param>
    public CosignedLog(DerivedLogs logs, string name, WitnessSettings settings, TimeProvider time)
    {
        (_logs, Name, _settings, _time, _since) = (logs, name, settings, time, time.GetUtcNow());
        _newest = _shown = logs.Served(name)!;
        _openings = logs.Openings;
    }

    public string Name { get; }

    public string Controller => _newest.Controller;

    /// <summary>Nobody refuses, and yet the newest own one is shown: cosignatures come too slowly.</summary>
    public bool IsSlow
    {
        get
        {
            lock (_gate)
            {
                Follow();
                return _failing.Count == 0 && IsLate;
            }
        }
    }

    private bool IsLate => !ReferenceEquals(_newest, _cosigned) && IsOver(_since);

    /// <summary>What the world is shown now.</summary>
    public ServedLog Shown()
    {
        lock (_gate)
        {
            Follow();
            if (_cosigned is null || IsLate) _shown = _newest;
            return _shown;
        }
    }

    /// <summary>What the witness is to be asked for; null while there is nothing that it has not cosigned.</summary>
    public ServedLog? NextFor(Witness witness)
    {
        lock (_gate)
        {
            Follow();
            if (_asked is null || IsDone(_asked) || IsOver(_askedAt)) (_asked, _askedAt) = (_newest, _time.GetUtcNow());
            return _asked.IsCosignedBy(witness) ? null : _asked;
        }
    }

    /// <summary>Counts for the checkpoint that the witness was asked for, however much the log has grown since.</summary>
    /// <param name="cosignature">One that was verified, on that checkpoint.</param>
    public void Add(ServedLog asked, Witness witness, Cosignature cosignature)
    {
        lock (_gate)
        {
            asked.Add(witness, cosignature);
            _failing.Remove(witness);
            Judge();
        }
    }

    /// <summary>It does not cosign just now: the others go on without it.</summary>
    public void Without(Witness witness)
    {
        lock (_gate)
        {
            if (_failing.Add(witness)) Judge();
        }
    }

    /// <summary>Whether the checkpoint that all were asked for is the next to be shown.</summary>
    private void Judge()
    {
        Follow();
        if (_asked is not { IsCosigned: true } one || ReferenceEquals(one, _cosigned) || !IsDone(one)) return;
        (_cosigned, _since) = (one, _time.GetUtcNow());
        if (one.Size >= _shown.Size) _shown = one;
    }

    private bool IsDone(ServedLog one) => _settings.Witnesses.All(witness => _failing.Contains(witness) || one.IsCosignedBy(witness));

    /// <summary>Either way: a clock that was set back keeps nothing waiting.</summary>
    private bool IsOver(DateTimeOffset since) => (_time.GetUtcNow() - since).Duration() >= _settings.CosignedWithin;

    private void Follow()
    {
        var newest = _logs.Served(Name)!;
        if (ReferenceEquals(newest, _newest)) return;
        // Opened anew meanwhile: what was shown before may be no part of it any more.
        var isAnew = _logs.Openings != _openings || newest.Size < _newest.Size;
        if (isAnew) (_openings, _asked, _cosigned, _shown) = (_logs.Openings, null, null, newest);
        // Until now nothing was waited for.
        if (isAnew || ReferenceEquals(_newest, _cosigned)) _since = _time.GetUtcNow();
        _newest = newest;
    }
}
