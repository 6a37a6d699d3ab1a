using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>
/// One way through audit's feed, a few records at each step, by one replica at a time and from where it was left: what is found wrong is looked at again until it is right or erased,
/// and the cursor stays before it, so that a restart finds it again. One caller at a time.
/// </summary>
/// <param name="name">Of its lease and cursor.</param>
/// <param name="behind">The cursor at which it begins when it never walked before, and then it stays at the end; null for a walk that begins at the beginning, and anew at the end.</param>
internal sealed class CheckItselfWalk(IRecordLog log, CheckItselfRecords look, string name, string? behind, TimeProvider time)
{
    /// <summary>Steps after which what is found must still be so before it is told: an entry that is on its way is no fault.</summary>
    private const int Certain = 10;

    /// <summary>With so many the walk stands still, and so few of them are looked at again in one step.</summary>
    private const int MostFound = 1000, MostAgain = 100;

    /// <summary>A cursor goes forward only: above these bits stands how often the walk has begun anew.</summary>
    private const int PositionBits = 36;

    /// <summary>Of what was heard; with the steps after it a minute, which is what a receipt is promised.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(50), NotedEvery = TimeSpan.FromSeconds(30);
    private readonly LogLease _lease = new(log, name, time);
    private readonly SortedDictionary<long, Found> _found = [];
    private long _fence;
    private long _position;
    private long _turn;
    private long _steps;
    private long _noted;
    private long _notedAt;

    /// <summary>What is wrong for certain, each as words behind a number, with how many records it is true of.</summary>
    public IReadOnlyList<(string Words, int Count)> Told =>
        [.. _found.Values.Where(f => f.At - f.Since >= Certain).GroupBy(f => f.Words, StringComparer.Ordinal).Select(of => (of.Key, of.Count())).OrderByDescending(of => of.Item2)];

    /// <summary>For how long the next record to be looked at has been there, beyond the time in which it settles; zero at the end, and where another replica walks.</summary>
    public TimeSpan Behind { get; private set; }

    /// <param name="most">Records that it takes in.</param>
    public async Task StepAsync(int most, CancellationToken cancel)
    {
        if (await _lease.HoldAsync() is not { } held)
        {
            (_fence, Behind) = (0, TimeSpan.Zero);
            _found.Clear();
            return;
        }

        if (held.Fence != _fence)
        {
            _noted = await log.CursorAsync(name, cancel);
            (_turn, _position) = (_noted >> PositionBits, _noted & ((1L << PositionBits) - 1));
            if (_noted == 0 && behind is not null) _position = await log.CursorAsync(behind, cancel);
            _found.Clear();
            _fence = held.Fence;
        }

        _steps++;
        await LookAgainAsync(cancel);
        await GoOnAsync(Math.Min(most, MostFound - _found.Count), cancel);
        await NoteAsync(held);
    }

    public Task GiveBackAsync() => _lease.GiveBackAsync();

    private async Task LookAgainAsync(CancellationToken cancel)
    {
        var records = new List<LogRecord>();
        foreach (var position in _found.OrderBy(f => f.Value.At).Take(MostAgain).Select(f => f.Key).Order().ToList())
        {
            if (await log.FindByPositionAsync(position, cancel) is { } record) records.Add(record);
            else _found.Remove(position);
        }

        foreach (var (record, words) in records.Zip(await look.RunAsync(records, cancel)))
        {
            if (words is null) _found.Remove(record.Position);
            else _found[record.Position] = _found[record.Position] with { Words = words, At = _steps };
        }
    }

    private async Task GoOnAsync(int most, CancellationToken cancel)
    {
        if (most <= 0) return;
        var (page, now) = (await log.FeedAsync(_position, most, cancel), time.GetUtcNow());
        // Either way: a clock that was set back must not hide what is ahead of it.
        var settled = page.TakeWhile(r => (now - r.RecordedAt).Duration() >= Settled).ToList();
        foreach (var (record, words) in settled.Zip(await look.RunAsync(settled, cancel)))
            if (words is not null) _found.TryAdd(record.Position, new Found(words, _steps, _steps));
        if (settled.Count > 0) _position = settled[^1].Position;
        Behind = settled.Count == most ? (now - settled[^1].RecordedAt).Duration() - Settled : TimeSpan.Zero;
        // Counted from what is noted: a short feed is walked many times between two notes.
        if (behind is null && settled.Count < most) (_turn, _position) = ((_noted >> PositionBits) + 1, 0);
    }

    /// <summary>Not at each step: what is looked at twice costs less than what is written.</summary>
    private async Task NoteAsync(Lease held)
    {
        if (_notedAt != 0 && time.GetElapsedTime(_notedAt) < NotedEvery) return;
        var through = _found.Count == 0 ? _position : Math.Min(_position, _found.Keys.First() - 1);
        var place = (_turn << PositionBits) | Math.Max(0, through);
        _notedAt = time.GetTimestamp();
        if (place <= _noted) return;
        if (await log.MoveCursorAsync(held, place)) _noted = place;
        else _fence = 0;
    }

    /// <param name="Since">The step in which it was found.</param>
    /// <param name="At">The step in which it was looked at last.</param>
    private sealed record Found(string Words, long Since, long At);
}
