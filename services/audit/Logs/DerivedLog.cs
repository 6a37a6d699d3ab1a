using System.Collections.Concurrent;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>A log as this process has derived it from its batches; used by one at a time.</summary>
internal sealed class DerivedLog
{
    private readonly string _folder;
    private readonly string _origin;
    private readonly List<string> _successions = [];
    private GrowingTree _tree;
    private LogFolder? _files;

    /// <param name="state">One of size 0 begins a log.</param>
    /// <param name="origin">Of a log that begins.</param>
    public DerivedLog(LogState state, string folder, string origin) => (State, _folder, _origin, _tree) = (state, folder, origin, new GrowingTree());

    public LogState State { get; private set; }

    /// <summary>The log's name to the world, which is that of its keys: as it was when it began, whatever the settings say now.</summary>
    public string Origin => State.Keys is [var first, ..] ? NoteVerifierKey.Parse(first).Name : _origin;

    /// <summary>Why it signs nothing more; null while it does.</summary>
    public string? Trouble { get; set; }

    /// <summary>The kept checkpoint that was found to be in this log, and the entries that it covers.</summary>
    public (string Note, long Size) Kept { get; set; } = ("", 0);

    /// <summary>Behind which position of the feed something is missing, because nothing could be signed when it was read; null for a log that has all.</summary>
    public HeldNote? Held { get; set; }

    /// <summary>More was signed for than is here, or may have been: what is here may be shown, and nothing be signed.</summary>
    public bool IsBehind { get; set; }

    /// <summary>Entries that the newest checkpoint covers.</summary>
    public long SignedSize { get; private set; }

    /// <summary>Goes on from the files. Throws <see cref="FormatException"/> when they are not those of the state and its checkpoint.</summary>
    public async Task ContinueAsync(CancellationToken cancel)
    {
        _files = LogFolder.Open(_folder, State.Size);
        var reader = ReaderAt(State.Size);
        var edge = new List<NodeHash>();
        foreach (var part in GrowingTree.EdgeOf(State.Size)) edge.Add(await reader.HashAsync(part.Level, part.Index, State.Size, cancel));
        _tree = new GrowingTree(State.Size, edge);
        if (State.Note is null) return;
        var signed = Checkpoint.Parse(SignedNote.Parse(State.Note).Text);
        SignedSize = signed.Size;
        if (await reader.RootAsync(signed.Size, cancel) != signed.Root) throw new FormatException("The tiles are not those that the checkpoint was signed for.");
        await ProveSuccessionsAsync(cancel);
    }

    /// <summary>Of a size that the log has or had. Throws <see cref="BrokenTilesException"/> where its tiles do not say.</summary>
    public async Task<NodeHash> RootAtAsync(long size, CancellationToken cancel)
    {
        try
        {
            return await ReaderAt(State.Size).RootAsync(size, cancel);
        }
        catch (FormatException e)
        {
            throw new BrokenTilesException(e);
        }
    }

    /// <summary>The checkpoint that it will have with these entries behind its own.</summary>
    public Checkpoint With(IEnumerable<byte[]> entries)
    {
        var tree = new GrowingTree(_tree.Size, _tree.Edge);
        foreach (var entry in entries) tree.Append(NodeHash.OfEntry(entry));
        return new Checkpoint(Origin, tree.Size, tree.Root);
    }

    /// <summary>Adds the next batches, in their order; their tiles are on the disk when it returns. After an exception it is to be opened anew.</summary>
    /// <returns>What is to be found by its commitment.</returns>
    public async Task<List<Indexed>> ApplyAsync(IReadOnlyList<(long Position, LogBatch Batch)> batches, CancellationToken cancel)
    {
        var (found, added, keys, successions, state) = (new List<Indexed>(), new List<ReadOnlyMemory<byte>>(), State.Keys.ToList(), State.Successions.ToList(), State);
        foreach (var (position, batch) in batches)
        {
            if (batch.First != state.Size) throw new InvalidDataException($"A batch of the log {state.Name} begins at {batch.First}, and the log has {state.Size} entries.");
            var (at, isFirst) = (state.At, keys.Count == 0);
            for (var i = 0; i < batch.Entries.Count; i++)
            {
                var (bytes, entry) = (batch.Entries[i], LogEntry.Read(batch.Entries[i]));
                at = entry.At;
                added.Add(bytes);
                if (entry.Key is not null) keys.Add(entry.Key);
                if (entry.Key is not null && !isFirst && batch.Checkpoint is not null) successions.Add(new Succession(batch.First + i, batch.Checkpoint));
                if (entry.Commitment is not null) found.Add(new Indexed(state.Name, entry.Commitment, batch.First + i, 0));
                if (entry.Class == LogClass.Delivery) found.AddRange((batch.Told ?? []).Select(told => new Indexed(state.Name, told, batch.First + i, position)));
            }

            state = state with
            {
                Size = batch.First + batch.Entries.Count,
                At = at,
                Through = Math.Max(state.Through, batch.Through),
                Batches = state.Batches + 1,
                Note = batch.Checkpoint ?? state.Note,
                Keys = keys,
                Checkpoints = state.Checkpoints + (batch.Checkpoint is null ? 0 : 1),
                Successions = successions,
            };
        }

        _files ??= LogFolder.Open(_folder, State.Size);
        foreach (var some in added.Chunk(LogFolder.MostEntries)) await _files.AppendAsync(some, cancel);
        foreach (var entry in added) _tree.Append(NodeHash.OfEntry(entry.Span));
        State = state;
        if (State.Note is not null) SignedSize = Checkpoint.Parse(SignedNote.Parse(State.Note).Text).Size;
        return found;
    }

    /// <summary>What may be shown to the world by the newest checkpoint.</summary>
    public async Task<ServedLog> ServedAsync(CancellationToken cancel)
    {
        await ProveSuccessionsAsync(cancel);
        return new ServedLog(State.Name, State.Controller, State.Note!, SignedSize, new ServedTiles(new FolderReader(_folder), SignedSize), State.Keys) { Successions = [.. _successions] };
    }

    public Task PruneAsync(CancellationToken cancel) => _files is null ? Task.CompletedTask : _files.PruneAsync(SignedSize, cancel);

    /// <summary>Each is made once: it never changes.</summary>
    private async Task ProveSuccessionsAsync(CancellationToken cancel)
    {
        while (_successions.Count < State.Successions.Count) _successions.Add(await ProofOfAsync(State.Successions[_successions.Count], cancel));
    }

    /// <summary>As C2SP tlog-proof writes it, with the entry as its extra data: whoever trusts the key before needs nothing else.</summary>
    private async Task<string> ProofOfAsync(Succession succession, CancellationToken cancel)
    {
        var (note, reader) = (SignedNote.Parse(succession.Note), ReaderAt(State.Size));
        var size = Checkpoint.Parse(note.Text).Size;
        var entry = await reader.EntryAsync(succession.Index, size, cancel);
        return new InclusionProofNote(succession.Index, await reader.InclusionAsync(succession.Index, size, cancel), note, entry).ToString();
    }

    private TileReader ReaderAt(long size) => new(new ServedTiles(new FolderReader(_folder), size));
}

/// <summary>What the world may see of a log by one checkpoint. Nothing of it changes but that cosignatures come to it; safe for many threads.</summary>
internal sealed record ServedLog(string Name, string Controller, string Note, long Size, ServedTiles Tiles, IReadOnlyList<string> Keys)
{
    private readonly ConcurrentDictionary<Witness, bool> _witnesses = new();
    private string? _cosigned;

    public TileReader Reader { get; } = new(Tiles);

    /// <summary>Of each key that was announced after the first ones a proof of its entry, under a checkpoint that the key before it signed too: oldest first.</summary>
    public IReadOnlyList<string> Successions { get; init; } = [];

    /// <summary>The note, with what witnesses have added to it so far.</summary>
    public string Cosigned => Volatile.Read(ref _cosigned) ?? Note;

    public bool IsCosigned => !_witnesses.IsEmpty;

    public bool IsCosignedBy(Witness witness) => _witnesses.ContainsKey(witness);

    /// <param name="cosignature">One that was verified, on this note.</param>
    public void Add(Witness witness, Cosignature cosignature)
    {
        while (true)
        {
            var before = Volatile.Read(ref _cosigned);
            var after = SignedNote.Parse(before ?? Note).With(cosignature.Line).ToString();
            if (ReferenceEquals(Interlocked.CompareExchange(ref _cosigned, after, before), before)) break;
        }

        _witnesses[witness] = true;
    }
}

/// <summary>The tiles that were derived are not there, or not those that were written: <see cref="Exception.Message"/> says which.</summary>
internal sealed class BrokenTilesException(FormatException cause) : Exception(cause.Message, cause);
