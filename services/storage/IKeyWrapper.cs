namespace Consent.Storage;

/// <summary>A key that wraps others, in the words of whoever keeps it: <c>file</c> and <c>2</c>, or a key vault's address of a key and one of its versions.</summary>
/// <param name="Version">Empty where the keeper finds it in the wrapped bytes.</param>
public sealed record WrappingKey(string Name, string Version);

/// <summary>A key of 256 bits that nobody can use who cannot ask the keeper.</summary>
/// <param name="By">What unwraps it.</param>
/// <param name="Bytes">As the keeper gave them: a few hundred at most.</param>
public sealed record WrappedKey(WrappingKey By, byte[] Bytes);

/// <summary>
/// Whoever keeps the key under which the keys of controllers lie: a file (unless another is registered), or a key vault, which never gives its key away and
/// may be out of reach. It is asked at the start, for the first record of a new controller, and at a rotation; never to read or write a record.
/// Each method throws <see cref="LogUnavailableException"/> where the keeper cannot be reached, and
/// <see cref="System.Security.Cryptography.CryptographicException"/> where it has no such key, or what is given is not wrapped by it.
/// </summary>
public interface IKeyWrapper
{
    /// <summary>What wraps from now on.</summary>
    ValueTask<WrappingKey> NewestAsync(CancellationToken cancel = default);

    /// <summary>Wraps 32 bytes under the newest version.</summary>
    ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancel = default);

    /// <summary>The 32 bytes, under whatever version they were wrapped.</summary>
    ValueTask<byte[]> UnwrapAsync(WrappedKey wrapped, CancellationToken cancel = default);
}
