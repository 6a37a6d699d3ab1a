using System.Globalization;
using System.Security.Cryptography;

namespace Consent.Storage.Tests;

/// <summary>
/// In the place of a key vault: keys that never leave it, RSA-OAEP with SHA-256, by name and version, asked over a network that may be down.
/// </summary>
internal sealed class StandInVault(string name = "https://vault.test/keys/consent") : IKeyWrapper, IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<RSA?> _versions = [RSA.Create(2048)];

    public bool IsAway { get; set; }

    /// <summary>Wraps so many more, and is away then.</summary>
    public int? AwayAfter { get; set; }

    public async ValueTask<WrappingKey> NewestAsync(CancellationToken cancel = default)
    {
        await ReachAsync();
        lock (_gate) return Newest();
    }

    public async ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancel = default)
    {
        await ReachAsync();
        lock (_gate)
        {
            if (AwayAfter is { } left)
            {
                if (left == 0) throw Away();
                AwayAfter = left - 1;
            }

            return new WrappedKey(Newest(), _versions[^1]!.Encrypt(key.Span, RSAEncryptionPadding.OaepSHA256));
        }
    }

    public async ValueTask<byte[]> UnwrapAsync(WrappedKey wrapped, CancellationToken cancel = default)
    {
        await ReachAsync();
        lock (_gate)
        {
            var version = int.Parse(wrapped.By.Version, CultureInfo.InvariantCulture);
            var key = wrapped.By.Name == name && version <= _versions.Count ? _versions[version - 1] : null;
            return key?.Decrypt(wrapped.Bytes, RSAEncryptionPadding.OaepSHA256) ?? throw new CryptographicException("The vault has no such key.");
        }
    }

    public void Succeed()
    {
        lock (_gate) _versions.Add(RSA.Create(2048));
    }

    public void Forget(int version)
    {
        lock (_gate) _versions[version - 1] = null;
    }

    public void Dispose() => _versions.ForEach(version => version?.Dispose());

    private WrappingKey Newest() => new(name, _versions.Count.ToString(CultureInfo.InvariantCulture));

    private async Task ReachAsync()
    {
        await Task.Yield();
        if (IsAway) throw Away();
    }

    private static LogUnavailableException Away() => new("The key vault cannot be reached.");
}
