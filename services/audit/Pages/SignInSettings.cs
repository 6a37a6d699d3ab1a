namespace Consent.Audit.Pages;

/// <summary>
/// How people sign in for the pages; read at start. The issuer is that of the tokens (<c>Auth:Authority</c> or <c>Auth:MetadataAddress</c>); what is set here: <c>Audit:SignIn:ClientId</c>
/// (default <c>consent-audit</c>), <c>ClientSecret</c> (none: a public client, which PKCE protects alone) and <c>Scopes</c> (default <c>openid profile</c>; some issuers want the roles asked for too).
/// </summary>
/// <param name="Origin">Of <c>PublicUrl</c>, to which the issuer sends people back; null where it is not set, and then it is whatever the request says.</param>
internal sealed record SignInSettings(string ClientId, string? ClientSecret, IReadOnlyList<string> Scopes, Uri? Origin)
{
    /// <summary>Null where nobody knows. By http only on one's own machine: elsewhere browsers keep no cookie of a sign-in without TLS.</summary>
    public bool? IsSecure => Origin is null ? null : Origin.Scheme == Uri.UriSchemeHttps || !Origin.IsLoopback;

    public CookieSecurePolicy Secure => IsSecure == true ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;

    public static SignInSettings Of(IConfiguration configuration)
    {
        var section = configuration.GetSection("Audit:SignIn");
        var scopes = (section["Scopes"] ?? "openid profile").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (!scopes.Contains("openid", StringComparer.Ordinal)) throw new InvalidOperationException("Audit:SignIn:Scopes must name openid, such as: openid profile");
        var origin = Uri.TryCreate(configuration["PublicUrl"], UriKind.Absolute, out var url) ? new Uri(url.GetLeftPart(UriPartial.Authority)) : null;
        return new SignInSettings(section["ClientId"] ?? "consent-audit", section["ClientSecret"], scopes, origin);
    }

    /// <summary>With the prefix by which a browser takes the cookie from nobody but this host, over TLS.</summary>
    public string CookieName(string plain) => IsSecure == true ? $"__Host-{plain}" : plain;
}
