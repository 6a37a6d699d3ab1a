using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Consent.Storage;

/// <summary>What lies in a slot.</summary>
/// <param name="Bytes">Of the key, as <see cref="ControllerKey.Turn"/> left it; null when it was destroyed.</param>
internal sealed record LyingKey(byte[]? Bytes, int Controller, int Version);

/// <summary>
/// 64 keys of persons in one document, all under one version of one controller's key. What lies there is random, and what a person's key is follows from it and from the controller's; 32 zeros
/// are a key that was destroyed, and nothing takes their place. Pure.
/// </summary>
/// <param name="Number">From 0; its slots are 64·<paramref name="Number"/> and the 63 behind.</param>
/// <param name="Keys">64 times 32 bytes. Not to be changed: see <see cref="Without"/>.</param>
internal sealed record KeyBlock(long Number, int Controller, int Version, byte[] Keys)
{
    public const int Slots = 64;
    private const int SlotBits = 6;
    private const int KeyBytes = ControllerKey.Bytes;

    public long First => Number << SlotBits;

    public string Id => IdOf(Number);

    public string Partition => PartitionOf(Number);

    public static long Of(long slot) => slot >> SlotBits;

    public static string IdOf(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string PartitionOf(long number) => $"block/{IdOf(number)}";

    public static KeyBlock Made(long number, ControllerKey under) => new(number, under.Number, under.Version, RandomNumberGenerator.GetBytes(Slots * KeyBytes));

    /// <summary>In the place of one that is lost: under no controller's key, since there is nothing to open.</summary>
    public static KeyBlock Destroyed(long number) => new(number, 0, 0, new byte[Slots * KeyBytes]);

    public static KeyBlock Read(JsonElement stored) => new(
        long.Parse(stored.GetProperty("id").GetString()!, CultureInfo.InvariantCulture), stored.GetProperty("c").GetInt32(), stored.GetProperty("v").GetInt32(),
        stored.GetProperty("keys").GetBytesFromBase64());

    public byte[] ToJson(string writeId) => JsonSerializer.SerializeToUtf8Bytes(new { id = Id, pk = Partition, c = Controller, v = Version, keys = Convert.ToBase64String(Keys), w = writeId });

    public LyingKey Lying(long slot)
    {
        var key = At(Keys, slot);
        return new LyingKey(key.ContainsAnyExcept((byte)0) ? key.ToArray() : null, Controller, Version);
    }

    /// <summary>With these destroyed; null when they are already.</summary>
    /// <param name="slots">All of this block.</param>
    public KeyBlock? Without(IReadOnlyCollection<long> slots)
    {
        if (slots.All(slot => Lying(slot).Bytes is null)) return null;
        var keys = Keys.ToArray();
        foreach (var slot in slots) At(keys, slot).Clear();
        return this with { Keys = keys };
    }

    /// <summary>The same keys under another key of the controller; what was destroyed stays destroyed.</summary>
    public KeyBlock Turned(ControllerKey from, ControllerKey to)
    {
        var keys = Keys.ToArray();
        for (var slot = First; slot < First + Slots; slot++)
        {
            var key = At(keys, slot);
            if (!key.ContainsAnyExcept((byte)0)) continue;
            from.Turn(key, slot);
            to.Turn(key, slot);
        }

        return this with { Controller = to.Number, Version = to.Version, Keys = keys };
    }

    private static Span<byte> At(byte[] keys, long slot) => keys.AsSpan((int)(slot & (Slots - 1)) * KeyBytes, KeyBytes);
}
