using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Consent.ServiceDefaults.Development;

/// <summary>Keeps things in memory under names that nobody guesses (256 bits), each until its end, and gives each out once.</summary>
internal sealed class KeptOnce<T>(TimeSpan lifetime, TimeProvider time) where T : class
{
    private const int Most = 1000;
    private readonly ConcurrentDictionary<string, (T Thing, DateTimeOffset Until)> _kept = new(StringComparer.Ordinal);

    /// <returns>The name, to be sent in a URL as it is.</returns>
    public string Keep(T thing)
    {
        var now = time.GetUtcNow();
        foreach (var (old, kept) in _kept)
            if (kept.Until <= now) _kept.TryRemove(old, out _);
        if (_kept.Count >= Most) _kept.Clear();
        var name = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        _kept[name] = (thing, now + lifetime);
        return name;
    }

    /// <summary>Null for a name that was never given, that was used, or whose time is over.</summary>
    public T? Take(string? name) => name is not null && _kept.TryRemove(name, out var kept) && kept.Until > time.GetUtcNow() ? kept.Thing : null;
}
