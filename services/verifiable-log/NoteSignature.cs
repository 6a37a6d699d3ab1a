using System.Buffers.Binary;

namespace Consent.VerifiableLog;

/// <summary>One signature line of a note: whose key, and what it signed with (C2SP signed-note, Signatures). Says nothing about whether it is valid.</summary>
public sealed class NoteSignature
{
    private const string Begin = "— ";
    private const int IdBytes = sizeof(uint);
    private readonly byte[] _bytes;

    /// <summary>Throws <see cref="ArgumentException"/> for a name that is none, or a signature without bytes.</summary>
    public NoteSignature(string name, uint keyId, ReadOnlySpan<byte> signature)
    {
        if (!NoteVerifierKey.IsName(name)) throw new ArgumentException(NoteVerifierKey.NoName, nameof(name));
        if (signature.IsEmpty) throw new ArgumentException("A signature has at least one byte.", nameof(signature));
        (Name, KeyId, _bytes) = (name, keyId, signature.ToArray());
    }

    /// <summary>Of the key.</summary>
    public string Name { get; }

    /// <summary>Together with the name it says which key this is; by itself anybody can make another key with it.</summary>
    public uint KeyId { get; }

    /// <summary>What follows the id.</summary>
    public ReadOnlyMemory<byte> Signature => _bytes;

    /// <summary>A line without its line feed. Throws <see cref="FormatException"/> for anything else, other spellings of the same bytes included.</summary>
    public static NoteSignature Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (line.Length > SignedNote.MostCharacters) throw new FormatException("A signature line is no longer than a note may be.");
        if (!line.StartsWith(Begin, StringComparison.Ordinal)) throw new FormatException("A signature line begins with an em dash and a space.");
        var end = line.IndexOf(' ', Begin.Length);
        if (end < 0) throw new FormatException("A signature line has a key's name and, after a space, its signature.");
        var name = line[Begin.Length..end];
        if (!NoteVerifierKey.IsName(name)) throw new FormatException(NoteVerifierKey.NoName);
        if (!CanonicalBase64.TryDecode(line[(end + 1)..], out var bytes)) throw new FormatException("A signature is written in base64 with padding.");
        if (bytes.Length <= IdBytes) throw new FormatException("A signature has the four bytes of its key's id and at least one more.");
        return new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsSpan(IdBytes));
    }

    /// <summary>The line, without a line feed.</summary>
    public override string ToString()
    {
        var bytes = new byte[IdBytes + _bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        _bytes.CopyTo(bytes, IdBytes);
        return $"{Begin}{Name} {Convert.ToBase64String(bytes)}";
    }
}
