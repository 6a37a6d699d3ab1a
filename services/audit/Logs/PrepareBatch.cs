using System.Security.Cryptography;
using Consent.Contracts;
using Consent.Storage;

namespace Consent.Audit.Logs;

/// <param name="Record">To be appended; null for nothing.</param>
/// <param name="IsOvertaken">Another process has written to the log: what is still to be done is seen from its batches.</param>
/// <param name="IsHeldBack">There was something for the log, and nothing may be signed for it.</param>
internal sealed record Prepared(DerivedLog Log, NewRecord? Record = null, bool IsOvertaken = false, bool IsHeldBack = false);

/// <summary>Makes a log's next batch, or says why there is none: whether it may be signed, and with which keys. For several logs side by side.</summary>
internal sealed class PrepareBatch(IRecordLog log, DerivedLogs logs, ILogSigners signers, UsedFolder folder, TimeProvider time)
{
    /// <param name="gathered">What is for the log.</param>
    /// <param name="through">Position in the feed up to which that is all.</param>
    /// <param name="isFirst">Since this process writes: what is kept of the log is looked at in any case.</param>
    /// <param name="isLast">Of the round: what is not signed yet is to be signed.</param>
    public async Task<Prepared> RunAsync(DerivedLog one, IEnumerable<Committed> gathered, long through, bool isFirst, bool isLast, CancellationToken cancel)
    {
        var (state, isAsked) = (one.State, isFirst || one.Trouble is not null);
        // By eight bytes of it, which nobody can choose.
        var fresh = gathered.Where(c => c.Trigger > state.Through && !(c.IsEarlier && logs.Find(state.Name, c.Commitment).Count > 0)).ToList();
        if (state.Size == 0 && fresh.Count == 0 && one.Trouble is null) return new Prepared(one);
        try
        {
            // Before a key is made: what is kept may be of a log that is gone.
            var fault = isAsked || state.Size == 0 ? folder.Fault() ?? await logs.FaultOfAsync(one, cancel) : null;
            if (fault is null)
            {
                var signing = SigningOf(one);
                var isIdle = signing.Fault is null && fresh.Count == 0 && (signing.Announced.Count == 0 || state.Size == 0) && !(isLast && state.Size > one.SignedSize);
                fault = signing.Fault ?? (isIdle ? null : folder.Fault() ?? await logs.FaultOfAsync(one, cancel));
                if (fault is null)
                {
                    logs.Tell(one, null);
                    return new Prepared(one, isIdle ? null : LogRound.Record(one, signing, fresh, through, isLast, time.Now()));
                }
            }

            // Not signed by this process, but by another whose batch has come since.
            if (one.IsBehind && await HasMoreAsync(one, cancel)) return new Prepared(one, IsOvertaken: true);
            logs.Tell(one, fault);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            logs.Tell(one, $"the keys of the log {state.Name} cannot be used ({e.GetType().Name}): put them back from their own backup");
        }

        return new Prepared(one, IsHeldBack: fresh.Count > 0);
    }

    private LogSigning SigningOf(DerivedLog one)
    {
        var (state, held) = (one.State, signers.Held(one.State.Name, afresh: one.Trouble is not null));
        foreach (var algorithm in LogSigning.Lacking(state.Keys, held, signers.Algorithms))
        {
            signers.Make(state.Name, algorithm, one.Origin);
            held = signers.Held(state.Name);
        }

        var signing = LogSigning.Of(state.Name, one.Origin, state.Keys, held, signers.Algorithms);
        signers.Tell(state.Name, signing.Lack);
        return signing;
    }

    private async Task<bool> HasMoreAsync(DerivedLog one, CancellationToken cancel)
    {
        var (stream, version) = LogBatch.PlaceOf(one.State.Name, one.State.Batches);
        return await log.LatestAsync(stream, cancel) is { } newest && newest.Version >= version;
    }
}
