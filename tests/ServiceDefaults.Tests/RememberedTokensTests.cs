using System.Security.Cryptography;
using Consent.Tests.Support;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Consent.ServiceDefaults.Tests;

public sealed class RememberedTokensTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly MovedClock _clock = new(TimeProvider.System.GetUtcNow());
    private readonly RememberedTokens _tokens;
    private int _looked;

    public RememberedTokensTests() => _tokens = new RememberedTokens(_clock);

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task ValidToken_IsBelievedForHalfAMinute_AndVerifiedAgainAfterwards()
    {
        var token = Token(TimeSpan.FromHours(1));

        Assert.True(await IsValidAsync(token));
        _clock.At += TimeSpan.FromSeconds(29);
        Assert.True(await IsValidAsync(token));
        Assert.Equal(1, _looked);
        _clock.At += TimeSpan.FromSeconds(1);
        Assert.True(await IsValidAsync(token));
        Assert.Equal(2, _looked);
    }

    [Fact]
    public async Task TokenThatEnds_IsNotBelievedBeyondItsEnd()
    {
        var token = Token(TimeSpan.FromSeconds(10));

        await IsValidAsync(token);
        _clock.At += TimeSpan.FromSeconds(11);
        await IsValidAsync(token);

        Assert.Equal(2, _looked);
    }

    [Fact]
    public async Task TokenThatIsNotValid_IsNeverRemembered_NorIsOneLikeAValidOne()
    {
        var token = Token(TimeSpan.FromHours(1));
        Assert.True(await IsValidAsync(token));
        var changed = token[..^4] + (token[^4] == 'A' ? 'B' : 'A') + token[^3..];

        Assert.False(await IsValidAsync(changed));
        Assert.False(await IsValidAsync(changed));
        Assert.Equal(3, _looked);
    }

    private string Token(TimeSpan lifetime) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = "issuer",
        Audience = "consent",
        Expires = (TimeProvider.System.GetUtcNow() + lifetime).UtcDateTime,
        SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(_key), SecurityAlgorithms.EcdsaSha256),
    });

    private async Task<bool> IsValidAsync(string token) => (await _tokens.ValidateTokenAsync(token, new TokenValidationParameters
    {
        ValidIssuer = "issuer",
        ValidAudience = "consent",
        TryAllIssuerSigningKeys = false,
        IssuerSigningKeyResolver = (_, _, _, _) =>
        {
            _looked++;
            return [new ECDsaSecurityKey(_key)];
        },
    })).IsValid;
}
