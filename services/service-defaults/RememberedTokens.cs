using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Consent.ServiceDefaults;

/// <summary>
/// To verify a signature costs several times what a "may I?" does, and callers send the same token again and again: one that was
/// found valid is believed for half a minute, and never beyond its own end. So long a key that was withdrawn goes on working.
/// </summary>
internal sealed class RememberedTokens(TimeProvider time) : JsonWebTokenHandler
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan RememberedFor = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, (TokenValidationResult Result, DateTimeOffset Until)> _valid = new(StringComparer.Ordinal);

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        var now = time.GetUtcNow();
        if (token is not null && _valid.TryGetValue(token, out var known) && now < known.Until) return known.Result;
        var result = await base.ValidateTokenAsync(token, validationParameters);
        if (!result.IsValid) return result;
        if (_valid.Count >= MostRemembered) _valid.Clear();
        var end = new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero);
        _valid[token!] = (result, end < now + RememberedFor ? end : now + RememberedFor);
        return result;
    }
}
