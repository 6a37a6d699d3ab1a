namespace Consent.VerifiableLog;

/// <summary>Something that holds a private key and signs notes with it: a key in this process, or in a key vault.</summary>
public interface INoteSigner
{
    /// <summary>By which anybody can verify what this signs. Its name and id stand in the signature line.</summary>
    NoteVerifierKey Key { get; }

    /// <summary>What follows the key's id in a signature line. Takes the text of a note in UTF-8, with its last line feed.</summary>
    byte[] Sign(ReadOnlySpan<byte> text);
}
