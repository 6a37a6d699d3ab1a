using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>
/// One way through audit's feed, a few records at each step, by one replica at a time and from where it was left: what is found wrong is looked at again until it is right or erased,
/// and the cursor stays before it, so that a restart finds it again. Of one log in trouble a thousand are kept at most; what is found of it beyond is passed by, so that it keeps no other
/// from being looked at, and gone back for when most of them are right. One caller at a time.
/// </summary>
/// <param name="name">Of its lease and cursor.</param>
/// <param name="behind">The cursor at which it begins when it never walked before, and then it stays at the end; null for a walk that begins at the beginning, and anew at the end.</param>
internal sealed class CheckItselfWalk(IRecordLog log, CheckItselfRecords look, string name, string? behind, TimeProvider time)
{
    /// <summary>Steps after which what is found must still be so before it is told: an entry that is on its way is no fault.</summary>
    private const int Certain = 10;

    /// <summary>So many are kept of one log, and of all; and so few of them are looked at again in one step, the fewer while what is told stays as it is: trouble may last for weeks.</summary>
    private const int MostOfOne = 1000, MostFound = 10_000, MostAgain = 100, FewAgain = 10;

    /// <summary>Steps from the beginning of one turn to that of the next, at least: a short feed is not read at each of them.</summary>
    private const int ShortestTurn = 10;

    /// <summary>
    /// A cursor goes forward only: in its upper bits stands how often the walk has begun anew, and in these the position, rounded down to 16,384, so that positions of every epoch have room. What
    /// is walked twice after a start is told the same.
    /// </summary>
    private const int PositionBits = 40, RoundedBits = 14;

    /// <summary>Of what was heard; with the steps after it a minute, which is what a receipt is promised.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(50), NotedEvery = TimeSpan.FromSeconds(30);
    private readonly LogLease _lease = new(log, name, time);
    private readonly SortedDictionary<long, Found> _found = [];

    /// <summary>Of each log of which something was passed by, the position of the first.</summary>
    private readonly Dictionary<string, long> _passed = new(StringComparer.Ordinal);
    private long _fence;
    private long _position;
    private long _turn;
    private long _steps;
    private long _turnedAt;
    private DateTimeOffset _dueAt;
    private long _noted;
    private long _notedAt;

    /// <summary>Of what was looked at again last, some was right: more of it may be.</summary>
    private bool _mends;

    /// <summary>What is wrong for certain, each as words behind a number, with how many records it is true of; or more, where so many are not kept.</summary>
    public IReadOnlyList<(string Words, int Count)> Told =>
        [.. _found.Values.Where(f => f.IsCertain).GroupBy(f => f.Fault.Words, StringComparer.Ordinal).Select(of => (of.Key, of.Count())).OrderByDescending(of => of.Item2)];

    /// <summary>For how long the next record to be looked at has been there, beyond the time in which it settles; zero at the end, and where another replica walks.</summary>
    public TimeSpan Behind { get; private set; }

    /// <param name="most">Records that it takes in.</param>
    public async Task StepAsync(int most, CancellationToken cancel)
    {
        if (await _lease.HoldAsync() is not { } held)
        {
            (_fence, Behind) = (0, TimeSpan.Zero);
            Forget();
            return;
        }

        if (held.Fence != _fence)
        {
            _noted = await log.CursorAsync(name, cancel);
            (_turn, _position) = PlaceOf(_noted);
            if (_noted == 0 && behind is not null) _position = await log.CursorAsync(behind, cancel);
            Forget();
            _fence = held.Fence;
        }

        _steps++;
        await LookAgainAsync(cancel);
        GoBack();
        await GoOnAsync(most, cancel);
        await NoteAsync(held);
    }

    public Task GiveBackAsync() => _lease.GiveBackAsync();

    private async Task LookAgainAsync(CancellationToken cancel)
    {
        var (certain, open) = (_found.Where(f => f.Value.IsCertain), _found.Where(f => !f.Value.IsCertain));
        var positions = open.OrderBy(f => f.Value.At).Concat(certain.OrderBy(f => f.Value.At).Take(_mends ? MostAgain : FewAgain)).Take(MostAgain).Select(f => f.Key).Order().ToList();
        var before = _found.Count;
        var there = await log.FindByPositionsAsync(positions, cancel);
        foreach (var (position, _) in positions.Zip(there).Where(at => at.Second is null)) _found.Remove(position);
        var records = there.OfType<LogRecord>().ToList();
        foreach (var (record, fault) in records.Zip(await look.RunAsync(records, cancel)))
        {
            if (fault is null) _found.Remove(record.Position);
            else _found[record.Position] = _found[record.Position] with { Fault = fault, At = _steps };
        }

        _mends = _found.Count < before;
    }

    /// <summary>For what was passed by, where at least half of the room that it may take is free again.</summary>
    private void GoBack()
    {
        if (_passed.Count == 0 || _found.Count > MostFound / 2) return;
        var kept = _found.Values.CountBy(f => f.Fault.Of, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        foreach (var (of, from) in _passed.Where(p => kept.GetValueOrDefault(p.Key) <= MostOfOne / 2).ToList())
        {
            (_position, _dueAt) = (Math.Min(_position, from - 1), default);
            _passed.Remove(of);
        }
    }

    private async Task GoOnAsync(int most, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        // A clock that was set back waits for no longer either.
        if (_dueAt > now && _dueAt - now <= Settled) return;
        if (behind is null && _position == 0 && _turnedAt > 0 && _steps - _turnedAt < ShortestTurn) return;
        if (_position == 0) _turnedAt = _steps;
        var page = await log.FeedAsync(_position, most, cancel);
        now = time.GetUtcNow();
        // Either way: a clock that was set back must not hide what is ahead of it.
        var settled = page.TakeWhile(r => (now - r.RecordedAt).Duration() >= Settled).ToList();
        Keep(settled.Zip(await look.RunAsync(settled, cancel)));
        if (settled.Count > 0) _position = settled[^1].Position;
        // What has not settled yet is not read again at each step until then.
        if (behind is not null && settled.Count == 0 && page is [var next, ..]) _dueAt = now + Settled - (now - next.RecordedAt).Duration();
        Behind = settled.Count == most ? (now - settled[^1].RecordedAt).Duration() - Settled : TimeSpan.Zero;
        // Counted from what is noted: a short feed is walked many times between two notes.
        if (behind is null && settled.Count < most) (_turn, _position) = (PlaceOf(_noted).Turn + 1, 0);
    }

    private void Keep(IEnumerable<(LogRecord Record, RecordFault? Fault)> looked)
    {
        var kept = _found.Values.CountBy(f => f.Fault.Of, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        foreach (var (record, fault) in looked)
        {
            if (fault is null || _found.ContainsKey(record.Position)) continue;
            var of = kept.GetValueOrDefault(fault.Of);
            if (of >= MostOfOne || _found.Count >= MostFound)
            {
                _passed.TryAdd(fault.Of, record.Position);
                continue;
            }

            _found.Add(record.Position, new Found(fault, _steps, _steps));
            kept[fault.Of] = of + 1;
        }
    }

    private void Forget()
    {
        _dueAt = default;
        _found.Clear();
        _passed.Clear();
    }

    /// <summary>Not at each step: what is looked at twice costs less than what is written.</summary>
    private async Task NoteAsync(Lease held)
    {
        if (_notedAt != 0 && time.GetElapsedTime(_notedAt) < NotedEvery) return;
        var through = _passed.Values.Concat(_found.Keys.Take(1)).Select(first => first - 1).Append(_position).Min();
        var place = NoteOf(_turn, through);
        _notedAt = time.GetTimestamp();
        if (place <= _noted) return;
        if (await log.MoveCursorAsync(held, place)) _noted = place;
        else _fence = 0;
    }

    /// <param name="through">All up to it was walked.</param>
    internal static long NoteOf(long turn, long through) => (turn << PositionBits) | (Math.Max(0, through) >> RoundedBits);

    internal static (long Turn, long Position) PlaceOf(long noted) => (noted >> PositionBits, (noted & ((1L << PositionBits) - 1)) << RoundedBits);

    /// <param name="Since">The step in which it was found.</param>
    /// <param name="At">The step in which it was looked at last.</param>
    private sealed record Found(RecordFault Fault, long Since, long At)
    {
        public bool IsCertain => At - Since >= Certain;
    }
}
