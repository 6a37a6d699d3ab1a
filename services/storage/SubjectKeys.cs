namespace Consent.Storage;

/// <summary>
/// One key of 256 bits for each stream that speaks of a person, in numbered slots, away from the data and from its backups; each lies under the key of its
/// controller (<see cref="ControllerKey"/>), which lies elsewhere. Destroying a key makes unreadable whatever was written under it, wherever a copy of
/// that may still lie.
/// </summary>
public interface ISubjectKeys : IDisposable
{
    /// <summary>What an operator should know of the keys; null while all is well.</summary>
    string? Alarm => null;

    /// <summary>A slot that was never handed out before, with its key, which is on disk already. Throws <see cref="LogUnavailableException"/>.</summary>
    /// <param name="controller">Under whose key it is to lie: its id; null for the key of the service.</param>
    ValueTask<SubjectKey> NextAsync(string? controller = null);

    /// <summary>
    /// The key in the slot; null when it was destroyed, by itself or with its controller's. Throws <see cref="LogUnavailableException"/> when there is no such
    /// slot, since one is on disk before it is handed out: these keys are older than what names it; and when its controller's key is not here.
    /// </summary>
    byte[]? Find(long slot);

    /// <summary>How many slots there are: whoever knows of one with this number, or a higher one, has newer data than keys, and must not go on: it would be handed out again.</summary>
    ValueTask<long> SlotsAsync();

    /// <summary>Whether there is, or was, such a slot: whoever knows of one that was never made has newer data than keys.</summary>
    async ValueTask<bool> WasMadeAsync(long slot) => slot < await SlotsAsync();

    /// <summary>These will be asked for in a moment: where keys are far away, they are fetched together, and no thread is held meanwhile.</summary>
    ValueTask ExpectAsync(IReadOnlyCollection<long> slots) => default;

    /// <summary>
    /// Whether what is written for the controller may go on under the key in the slot, of one that was just found: not where it lies under another's, or under
    /// the service's because the stream began with something that named no controller. Where that is not known, no.
    /// </summary>
    bool Suits(long slot, string? controller);

    /// <summary>Overwrites the keys; durable on return. A repeat changes nothing.</summary>
    void Destroy(IReadOnlyCollection<long> slots);

    /// <summary>Destroys the controller's key, and so at once the keys of all its persons; durable on return. False when it has none.</summary>
    Task<bool> DestroyControllerAsync(string controller);
}

public sealed record SubjectKey(long Slot, byte[] Key);
