using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>
/// One witness, and what this process remembers of it: the size of each log that it cosigned last, 0 at a start, which its own answer then puts right. It is believed only as far as a
/// proof of ours leads: a size that the log does not have changes nothing here. What fails is tried again after a second, then after twice as long each time, up to a minute. A fork
/// (<see cref="WitnessOutcome.Forked"/>) is told until the process ends, and nothing that the witness might say later takes it back: it is not asked about that log any more.
/// One caller at a time.
/// </summary>
internal sealed class AskWitness(Witness witness, CallWitness call, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Explained = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly WitnessPause _away = new();
    private volatile string? _trouble;
    private volatile bool _hasForked;

    /// <summary>What it does not cosign, and why; null when all is well. For any thread.</summary>
    public string? Trouble => _trouble;

    /// <summary>Whether it has seen another history of a log. For any thread.</summary>
    public bool HasForked => _hasForked;

    /// <summary>Has the checkpoints cosigned for which its turn has come (<see cref="CosignedLog.NextFor"/>), each log in its turn.</summary>
    public async Task RoundAsync(IReadOnlyCollection<CosignedLog> logs, CancellationToken cancel)
    {
        // Who was asked about longest ago comes first: one log that the witness is slow about keeps no other from it for good.
        foreach (var log in logs.OrderBy(log => Of(log).Asked).ToList())
        {
            var (known, now) = (Of(log), time.GetUtcNow());
            if (known.Outcome == WitnessOutcome.Forked) continue;
            if (!_away.IsOver(now)) log.Without(witness);
            if (!_away.IsOver(now) || !known.Pause.IsOver(now) || log.NextFor(witness) is not { } asked) continue;
            known.Asked = now;
            var answer = await AskAsync(asked, known, cancel);
            WitnessMetrics.Asked(witness, answer.Outcome);
            Tell(log, asked, known, answer);
            if (!WitnessOutcome.IsAway(answer.Outcome)) _away.End();
            else _away.Longer(time.GetUtcNow());
        }

        var (failing, at) = (logs.Where(log => IsFailing(Of(log), time.GetUtcNow())).ToList(), witness.Key.Name);
        _hasForked = failing.Exists(log => Of(log).Outcome == WitnessOutcome.Forked);
        _trouble = failing.Count == 0 ? null : $"the witness {at} does not cosign {string.Join(", ", failing.Select(log => $"{log.Name} ({Of(log).Outcome})"))}";
        WitnessMetrics.Stands(witness, failing.Count);
    }

    private async Task<WitnessAnswer> AskAsync(ServedLog log, Known known, CancellationToken cancel)
    {
        var checkpoint = SignedNote.Parse(log.Note);
        // More than the log has: another log began under its name.
        if (known.Size > log.Size) known.Size = 0;
        for (var isFirst = true; ; isFirst = false)
        {
            IReadOnlyList<NodeHash> proof;
            try
            {
                proof = await log.Reader.ConsistencyAsync(known.Size, log.Size, cancel);
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
            {
                return new WitnessAnswer(WitnessOutcome.NoProof);
            }

            var answer = await call.SendAsync(known.Size, proof, checkpoint, cancel);
            if (answer.Outcome == WitnessOutcome.Cosigned) known.Size = log.Size;
            if (answer.Outcome != WitnessOutcome.Conflict || answer.Size == known.Size) return answer;
            if (answer.Size > log.Size) return answer with { Outcome = WitnessOutcome.Ahead };
            known.Size = answer.Size;
            if (!isFirst) return answer;
        }
    }

    private void Tell(CosignedLog log, ServedLog asked, Known known, WitnessAnswer answer)
    {
        var (before, now) = (known.Outcome, time.GetUtcNow());
        known.Outcome = answer.Outcome;
        if (answer.Cosignature is { } cosignature)
        {
            log.Add(asked, witness, cosignature);
            known.Pause.End();
            if (known.FailingSince is not null) logger.LogInformation("The witness {Witness} cosigns the log {Log} again.", witness.Key.Name, log.Name);
            known.FailingSince = null;
            return;
        }

        log.Without(witness);
        known.FailingSince ??= now;
        known.Pause.Longer(now);
        if (answer.Outcome == WitnessOutcome.Forked)
        {
            logger.LogCritical(
                "The witness {Witness} has cosigned another checkpoint of {Size} entries of the log {Log}: two histories of it are signed, or the witness lies. Compare the two checkpoints.",
                witness.Key.Name, asked.Size, log.Name);
            return;
        }

        if (before != answer.Outcome)
            logger.LogWarning("The witness {Witness} does not cosign the log {Log}: {Outcome}. Its checkpoints are served without.", witness.Key.Name, log.Name, answer.Outcome);
    }

    private static bool IsFailing(Known known, DateTimeOffset now) =>
        known.FailingSince is { } since && (known.Outcome != WitnessOutcome.Ahead || now - since >= Explained);

    private Known Of(CosignedLog log)
    {
        if (!_known.TryGetValue(log.Name, out var known)) _known[log.Name] = known = new Known();
        return known;
    }

    private sealed class Known
    {
        /// <summary>Entries of the checkpoint that the witness holds, by its word or by its cosignature.</summary>
        public long Size { get; set; }

        public string? Outcome { get; set; }

        public DateTimeOffset Asked { get; set; }

        public DateTimeOffset? FailingSince { get; set; }

        public WitnessPause Pause { get; } = new();
    }
}

/// <summary>How long what failed is left alone.</summary>
internal sealed class WitnessPause
{
    private const int MostDoublings = 6;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private int _failed;
    private DateTimeOffset _until;

    public bool IsOver(DateTimeOffset now) => now >= _until;

    public void Longer(DateTimeOffset now)
    {
        var pause = TimeSpan.FromSeconds(1 << Math.Min(_failed++, MostDoublings));
        _until = now + (pause < Longest ? pause : Longest);
    }

    public void End() => (_failed, _until) = (0, default);
}
