using Consent.Contracts;
using Consent.Storage;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>
/// Appends again what a log was signed for and the database lost while this process lived on, out of the tiles of this process: the same entries under the same checkpoints, so nothing that was
/// signed is unsaid, and the log goes on. Entries of what is itself lost open to nothing then, as those of the erased do; it is heard anew, and gets another entry. Which acknowledgements an
/// entry is of was in the batch alone: those that are still held are told anew.
/// </summary>
internal sealed class PutBackSigned(IRecordLog log)
{
    private const int MostEntries = 1000;

    /// <summary>In which it grew no further. Of other replicas that put back the same, each may win some of it.</summary>
    private const int MostAttempts = 100;

    /// <param name="state">Of the log as it was before the loss.</param>
    /// <param name="served">What was shown of it by then, which is kept outside of the data.</param>
    public async Task RunAsync(LogState state, ServedLog served, CancellationToken cancel)
    {
        try
        {
            var (size, attempt) = (-1L, 0);
            while (attempt < MostAttempts && await PutBackSomeAsync(state, served, cancel) is { } before)
            {
                attempt = before > size ? 0 : attempt + 1;
                size = Math.Max(size, before);
            }
        }
        catch (FormatException)
        {
            // The tiles are gone too: that nothing may be signed then, the kept checkpoint says.
        }
    }

    /// <returns>The size that was left before, if there may be more; null otherwise.</returns>
    private async Task<long?> PutBackSomeAsync(LogState state, ServedLog served, CancellationToken cancel)
    {
        if (await LeftAsync(state, cancel) is not { } left || left.Size >= served.Size) return null;
        // What another has written since is for the kept checkpoint to judge.
        if (!await IsServedAsync(left.Last, served, cancel)) return null;
        var (until, note) = NextCheckpoint(state, served, left.Size);
        var entries = new List<byte[]>();
        for (var i = left.Size; i < until && entries.Count < MostEntries; i++) entries.Add((await served.Reader.EntryAsync(i, served.Size, cancel)).ToArray());
        var batch = new LogBatch(state.Controller, left.Size, left.Last?.Through ?? 0, entries, left.Size + entries.Count == until ? note : null);
        var (stream, version) = LogBatch.PlaceOf(state.Name, left.Batches);
        await log.AppendAsync(new NewRecord { Stream = stream, Version = version, Kind = LogBatch.Kind, RecordedAt = state.At, Payload = ContractJson.Write(batch) });
        return left.Size;
    }

    /// <summary>What is left of the log's batches, and the last of them; null where that cannot be told.</summary>
    private async Task<Left?> LeftAsync(LogState state, CancellationToken cancel)
    {
        // Some may be there by now that were not when this was read.
        for (var number = state.Batches; number >= 0;)
        {
            var (stream, version) = LogBatch.PlaceOf(state.Name, number);
            var first = number - (version - 1);
            if (await log.LatestAsync(stream, cancel) is { } newest)
                return newest.Kind == LogBatch.Kind && newest.Read<LogBatch>() is var last ? new Left(first + newest.Version, last.First + last.Entries.Count, last) : null;
            number = first - 1;
        }

        return new Left(0, 0, null);
    }

    private static async Task<bool> IsServedAsync(LogBatch? last, ServedLog served, CancellationToken cancel)
    {
        for (var i = 0; i < (last?.Entries.Count ?? 0); i++)
            if (!(await served.Reader.EntryAsync(last!.First + i, served.Size, cancel)).Span.SequenceEqual(last.Entries[i])) return false;
        return true;
    }

    /// <summary>The next that is still known: of a succession of keys, which alone proves the new one, or the newest.</summary>
    private static (long Size, string Note) NextCheckpoint(LogState state, ServedLog served, long size) =>
        state.Successions.Select(s => (Checkpoint.Parse(SignedNote.Parse(s.Note).Text).Size, s.Note)).Where(s => s.Size > size && s.Size <= served.Size)
            .Append((served.Size, served.Note)).MinBy(s => s.Size);

    private sealed record Left(long Batches, long Size, LogBatch? Last);
}
