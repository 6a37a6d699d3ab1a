namespace Consent.VerifiableLog.Tests;

/// <summary>What an outside program is to look at: a log's folder, whose keys it trusts, and what it was handed out of the log.</summary>
/// <param name="Log">The folder: <c>checkpoint</c> and <c>tile/…</c>.</param>
/// <param name="Keys">Verifier keys, each of which must have signed.</param>
public sealed record LogTask(string Name, string Log, string Origin, IReadOnlyList<string> Keys)
{
    public IReadOnlyList<HandedEntry> Inclusion { get; init; } = [];

    /// <summary>Checkpoints that were seen before.</summary>
    public IReadOnlyList<SeenCheckpoint> Consistency { get; init; } = [];

    /// <summary>By the name of a check: a part of why it must be refused. All others must hold.</summary>
    public IReadOnlyDictionary<string, string> GoRefuses { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> NodeRefuses { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The task as a program reads it.</summary>
    public object Of(IReadOnlyDictionary<string, string> refused) => new { Name, Log, Origin, Keys, Inclusion, Consistency, Refused = refused };
}

/// <summary>An entry and the proof that it is in the log, in base64.</summary>
public sealed record HandedEntry(long Index, string Entry, IReadOnlyList<string> Proof);

/// <summary>An older checkpoint and the proof that the newest one follows from it, in base64.</summary>
public sealed record SeenCheckpoint(string Checkpoint, IReadOnlyList<string> Proof);
