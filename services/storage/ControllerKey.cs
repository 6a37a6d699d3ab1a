using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Consent.Storage;

/// <summary>
/// A version of the key of one controller, 256 bits from the CSPRNG. Under it lie the keys of that controller's persons, each in a slot of 32 bytes: XORed
/// with HMAC-SHA-256(this key, use, number, version, slot), a stream of 32 bytes for each slot, as a block cipher in counter mode would give it. So
/// <list type="bullet">
/// <item>a slot stays 32 bytes: it is read by one read, and destroyed in its place by 32 zeros;</item>
/// <item>the store alone tells nothing: of a person's key, which is random, it holds a sum with what is as good as random without this key;</item>
/// <item>a slot is handed out once and its number is in the stream, so no two keys are ever added to the same 32 bytes. What an old copy of the
/// store, or one from before a rotation, tells beside a new one is the sum of two such streams, and no key;</item>
/// <item>one stream is exchanged for another without the person's key being seen: that is the whole of a rotation;</item>
/// <item>nothing is authenticated here, and need not be: bytes that were changed give another key, and the record's own tag refuses that.</item>
/// </list>
/// </summary>
/// <param name="Number">Which controller's: 1, 2, 3 …, given out once.</param>
internal sealed record ControllerKey(int Number, int Version, byte[] Key)
{
    public const int Bytes = 32;

    private static ReadOnlySpan<byte> SlotUse => "consent/subject-key/1"u8;

    /// <summary>Between a person's key and what lies in its slot, there and back.</summary>
    public void Turn(Span<byte> key, long slot)
    {
        Span<byte> place = stackalloc byte[SlotUse.Length + 16];
        SlotUse.CopyTo(place);
        BinaryPrimitives.WriteInt32BigEndian(place[SlotUse.Length..], Number);
        BinaryPrimitives.WriteInt32BigEndian(place[(SlotUse.Length + 4)..], Version);
        BinaryPrimitives.WriteInt64BigEndian(place[(SlotUse.Length + 8)..], slot);
        Span<byte> stream = stackalloc byte[Bytes];
        HMACSHA256.HashData(Key, place, stream);
        for (var i = 0; i < Bytes; i++) key[i] ^= stream[i];
    }

    /// <summary>Tells this key from any other, and whose it is: what a keeper unwraps is held to it, since not every keeper can bind a name to what it wraps.</summary>
    public byte[] CheckFor(string controller) =>
        HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(FormattableString.Invariant($"consent/controller-key/1\n{Number}\n{Version}\n{controller}")));
}
