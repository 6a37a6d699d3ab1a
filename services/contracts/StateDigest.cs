using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Consent.Contracts;

/// <summary>
/// Whether two services hold the same states, without sending them: of each stream a SHA-256 over what its state rests on, cut to 128
/// bits; of a bucket of streams the exclusive or of theirs, which no order changes. It finds what was lost or altered by accident; it is
/// no proof against somebody who forges rows on purpose (the verifiable log of audit is).
/// </summary>
public readonly record struct StateDigest(UInt128 Value)
{
    public static StateDigest None { get; }

    /// <summary>Of one stream, with its newest receipt.</summary>
    /// <param name="stream">Its keyed hash, as in <see cref="ConsentChanged"/>.</param>
    public static StateDigest Of(string stream, Receipt receipt)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        var text = new StringBuilder(512);
        text.Append(stream).Append('\n').Append(receipt.Site).Append('\n').Append(receipt.SubjectId).Append('\n').Append(receipt.Controller).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"{receipt.Epoch} {receipt.Version} {receipt.Id}\n");
        foreach (var (id, d) in receipt.Purposes.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{id} {(int)d.Status} {d.DecidedAt.ToUnixTimeMilliseconds()} {d.DecidedIn} ");
            text.Append(CultureInfo.InvariantCulture, $"{d.ValidUntil?.ToUnixTimeMilliseconds()} {d.Declaration} {d.Meaning} {d.TakenAt?.ToUnixTimeMilliseconds()}\n");
        }

        return Hash(text.ToString());
    }

    /// <summary>Of declarations, in any order.</summary>
    public static StateDigest Of(IEnumerable<PublishedDeclaration> declarations) => declarations
        .Select(d => Hash(string.Create(CultureInfo.InvariantCulture, $"{d.Declaration.Site}\n{d.Version}\n{d.Hash}")))
        .Aggregate(None, (all, one) => all.With(one));

    /// <summary>With one more; with the same one again, without it.</summary>
    public StateDigest With(StateDigest other) => new(Value ^ other.Value);

    /// <summary>The bucket of a stream: the first bits of its keyed hash.</summary>
    public static int BucketOf(string stream, int bits) => bits == 0 ? 0 : int.Parse(stream.AsSpan(0, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (16 - bits);

    /// <summary>The hashes between which a bucket lies: behind the first, empty for the beginning, and up to the last.</summary>
    public static (string After, string Until) RangeOf(int bucket, int bits)
    {
        var (first, last) = (bucket << (16 - bits), ((bucket + 1) << (16 - bits)) - 1);
        return (first == 0 ? "" : $"{first - 1:x4}{new string('f', 16)}", $"{last:x4}{new string('f', 16)}");
    }

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    private static StateDigest Hash(string text) => new(BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
}
