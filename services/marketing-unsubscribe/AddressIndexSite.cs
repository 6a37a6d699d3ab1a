using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Consent.MarketingUnsubscribe;

/// <summary>The topics and purposes of a site that were ever decided, each with a number of its own, which makes it a key of its own for every address.</summary>
/// <param name="shards">Where the cells of all sites are.</param>
internal sealed class AddressIndexSite(AddressIndexCells[] shards)
{
    private readonly Lock _gate = new();
    private readonly ulong _salt = Salt();

    /// <summary>Everything from the beginning: whoever asked before it was said for the first time must find it, because the cells of topics say less then.</summary>
    private volatile (string Id, ulong Salt)[] _ids = [(MarketingRecord.Everything, Salt())];

    public ReadOnlySpan<(string Id, ulong Salt)> Ids => _ids;

    public AddressKey KeyOf(AddressKey subject, ulong salt = 0) => new(subject.Place ^ salt, subject.Shard ^ _salt);

    public AddressIndexCells CellsOf(AddressKey subject) => shards[(int)(KeyOf(subject).Shard % (ulong)shards.Length)];

    public ulong? SaltOf(string id)
    {
        foreach (var (known, salt) in _ids)
            if (known == id) return salt;
        return null;
    }

    public void Add(string id)
    {
        if (SaltOf(id) is not null) return;
        lock (_gate)
        {
            if (SaltOf(id) is null) _ids = [.. _ids, (id, Salt())];
        }
    }

    private static ulong Salt() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
}

/// <summary>Each null where it was never decided of anybody.</summary>
internal sealed record AddressQuestion(AddressIndexSite Site, ulong? Topic, ulong? Everything, ulong? Purpose, ulong? Unreadable, ulong? Chosen);

/// <param name="Own">What stands in the log.</param>
/// <param name="IsOfAll">It was said of everything, and nothing of the topic.</param>
/// <param name="By">The record on which that rests.</param>
/// <param name="OnTopic">What stands in the receipt about the topic, and in which version it was decided; as for its purpose, and for everything.</param>
/// <param name="Receipt">Nothing when it is not known.</param>
/// <param name="IsChosen">How often the topic is wanted.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AddressFound(
    ushort Own, bool IsOfAll, PackedId By, ushort OnTopic, uint TopicIn, ushort OnPurpose, uint PurposeIn, ushort OnAll, uint AllIn, PackedId Receipt, bool IsUnreadable,
    bool IsChosen)
{
    public bool IsHeld => OnTopic != AddressIndexKinds.None || OnPurpose != AddressIndexKinds.None || OnAll != AddressIndexKinds.None;
}
