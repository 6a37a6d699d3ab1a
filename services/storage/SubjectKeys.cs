namespace Consent.Storage;

/// <summary>
/// One key of 256 bits for each stream that speaks of a person, in numbered slots, away from the data and from its backups.
/// Destroying a key makes unreadable whatever was written under it, wherever a copy of that may still lie.
/// </summary>
public interface ISubjectKeys : IDisposable
{
    /// <summary>A slot that was never handed out before, with its key, which is on disk already. Throws <see cref="LogUnavailableException"/>.</summary>
    ValueTask<SubjectKey> NextAsync();

    /// <summary>The key in the slot; null when it was destroyed, or was never there.</summary>
    byte[]? Find(long slot);

    /// <summary>These will be asked for in a moment: where keys are far away, they are fetched together, and no thread is held meanwhile.</summary>
    ValueTask ExpectAsync(IReadOnlyCollection<long> slots) => default;

    /// <summary>Overwrites the keys; durable on return. A repeat changes nothing.</summary>
    void Destroy(IReadOnlyCollection<long> slots);
}

public sealed record SubjectKey(long Slot, byte[] Key);
