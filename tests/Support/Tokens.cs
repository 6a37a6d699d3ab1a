using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Tests.Support;

/// <summary>Tokens of the development issuer of a data folder.</summary>
public static class Tokens
{
    /// <summary>Good for every controller unless <paramref name="controllers"/> or <paramref name="sites"/> say which.</summary>
    public static string For(string data, string scopes, string[]? controllers = null, string[]? sites = null) =>
        DevelopmentIssuer.Open(data).Issue(
            scopes.Split(' '), controllers ?? (sites is null ? ["*"] : []), sites ?? [], TimeProvider.System.Now(), TimeSpan.FromHours(1));
}
